/** One row group of the output: what its column chunks are made of, and the pages of results. */
import { definitionLevelsHead, type EncodePageTask, type LevelBytes } from '../../abi/pages.js';
import type { Region, TaskResult } from '../../abi/task.js';
import { valuesByteLength } from '../../abi/types.js';
import type { OutputColumn } from '../../plan/job.js';
import type { Column } from '../../plan/schema.js';
import type { Load } from '../../slab/load.js';
import type { CopyItem, JobItem, LoadedColumn, SinkPartition } from '../format.js';
import type { Appender } from './appender.js';
import { ColumnChunkWriter, type EncodedPage } from './column-chunk-writer.js';
import type { OutputLeaf } from './output-leaf.js';
import {
  bodyByteLength,
  isWrittenInPlace,
  maxCompressedByteLength,
  pageByteLength,
  pageRowCount,
  pageScratchByteLength,
} from './page-size.js';
import type { PageStore } from './page-store.js';
import type { PagePiece, ParquetPiece } from './piece.js';
import { plainBytes } from './plain-value.js';

/** Results that become one page. */
export interface StoredPage {
  readonly region: Region;
  readonly count: number;
  /** Values that the page may come to: lists without elements have one too. */
  readonly capacity: number;
  readonly levels: EncodePageTask['levels'];
  /** Whether all of the job's results for the row group are in the load, and whether these are the column's last. */
  readonly isWhole: boolean;
  readonly isLast: boolean;
}

export interface RowGroupWriterOptions {
  readonly rowCount: number;
  readonly leaves: readonly OutputLeaf[];
  readonly memory: Uint8Array;
  readonly pageChecksum: boolean;
  readonly store: PageStore;
  readonly appender: Appender;
  /** By output. Parts of one row group share them. @default those of a row group of these rows alone */
  readonly chunks?: ReadonlyMap<OutputColumn, ColumnChunkWriter>;
  /** Whether no page is written before the row group's end, but kept in the store under its leaf's place. @default false */
  readonly isGathered?: boolean;
}

export function createChunkWriters(leaves: readonly OutputLeaf[]): ReadonlyMap<OutputColumn, ColumnChunkWriter> {
  return new Map(leaves.map((leaf) => [leaf.output, new ColumnChunkWriter(leaf)]));
}

export abstract class RowGroupWriter implements SinkPartition<ParquetPiece> {
  abstract readonly items: readonly (CopyItem<ParquetPiece> | JobItem<ParquetPiece>)[];
  readonly rowMultiple = 1;
  protected readonly leaves: readonly OutputLeaf[];
  readonly #options: RowGroupWriterOptions;
  readonly #chunks: ReadonlyMap<OutputColumn, ColumnChunkWriter>;

  protected constructor(options: RowGroupWriterOptions) {
    this.#options = options;
    this.leaves = options.leaves;
    this.#chunks = options.chunks ?? createChunkWriters(options.leaves);
  }

  storeByteLength(output: OutputColumn, count: number): number {
    const { leaf } = this.chunkOf(output);
    if (isWrittenInPlace(leaf)) return 0;
    const pageRows = pageRowCount(leaf);
    const full = Math.floor(count / pageRows);
    return full * pageByteLength(leaf, pageRows) + pageByteLength(leaf, count - full * pageRows);
  }

  scratchByteLength(output: OutputColumn, count: number): number {
    const { leaf } = this.chunkOf(output);
    return pageScratchByteLength(leaf, Math.min(count, pageRowCount(leaf)));
  }

  store(load: Load<ParquetPiece>, output: OutputColumn, start: number, end: number, region: LoadedColumn): void {
    const chunk = this.chunkOf(output);
    const { leaf } = chunk;
    const valueCount = this.valueCount(leaf);
    const isWhole = start === 0 && end === valueCount;
    const pageRows = pageRowCount(leaf);
    const allocate = createAllocator(load, region);
    for (let from = start; from < end; from += pageRows) {
      const count = Math.min(pageRows, end - from);
      const values = region.values + valuesByteLength(output.type, from - start);
      const validity = region.validity === 0 ? 0 : region.validity + (from - start) / 8;
      const levels = this.#carriedLevels(load, leaf, from - start);
      const isLast = from + count === valueCount;
      const page = { region: { values, validity }, count, capacity: count, levels, isWhole, isLast };
      this.storePage(load, chunk, page, allocate);
    }
  }

  /** Has a page made of results that are in the slot, and written. */
  protected storePage(
    load: Load<ParquetPiece>,
    chunk: ColumnChunkWriter,
    { region, count, capacity, levels, isWhole, isLast }: StoredPage,
    allocate: (byteLength: number) => number,
  ): void {
    const { leaf } = chunk;
    const { outputs } = leaf.job;
    const outputIndex = outputs.indexOf(leaf.output);
    const { isGathered = false } = this.#options;
    const bodyCapacity = bodyByteLength(leaf, capacity);
    const isCompressed = leaf.pageCodec !== 'none';
    const targetCapacity = isCompressed ? maxCompressedByteLength(leaf.pageCodec, bodyCapacity) : 0;
    const target = isCompressed ? allocate(targetCapacity) : 0;
    const body = isCompressed ? load.scratch(bodyCapacity) : isWrittenInPlace(leaf) ? 0 : allocate(bodyCapacity);
    const task = load.addTask({
      kind: 'encode_page',
      name: leaf.path.join('.'),
      physicalValue: leaf.physicalValue,
      type: leaf.output.type,
      encoding: leaf.encoding,
      levels,
      codec: leaf.pageCodec,
      level: leaf.level,
      crc: this.#options.pageChecksum,
      source: region,
      count,
      body,
      target,
      targetCapacity,
    });
    load.pieces.push({
      kind: 'page',
      rowGroup: this,
      chunk,
      storeKey: isGathered ? this.leaves.indexOf(leaf) : outputIndex,
      task,
      region,
      body: target === 0 ? body : target,
      waits: isGathered || (!isWhole && outputIndex > 0),
      releases: !isGathered && isLast && outputIndex === outputs.length - 1 && !isWhole && outputs.length > 1,
    });
  }

  /** Levels of the input's values from the `from`th of the load on, for results that stand in their places. */
  #carriedLevels(load: Load<ParquetPiece>, { levels, path }: OutputLeaf, from: number): EncodePageTask['levels'] {
    if (typeof levels === 'string') return levels;
    if (!('column' in levels)) throw new RangeError(`"${path.join('.')}" is stored without its lists`);
    const { column, ...own } = levels;
    const { definition, repetition } = this.loadedLevels(load, column);
    return { ...own, definition: definition + from, repetition: repetition === 0 ? 0 : repetition + from };
  }

  /** Values that a leaf has in this part of a row group. */
  protected valueCount(_leaf: OutputLeaf): number {
    return this.#options.rowCount;
  }

  /** Levels of the values of an input's column that the load has. */
  protected loadedLevels(_load: Load<ParquetPiece>, { name }: Column): LevelBytes {
    throw new RangeError(`"${name}" is of an input without levels`);
  }

  /** Writes a piece of a load. */
  write(piece: ParquetPiece, results: readonly TaskResult[]): void {
    if ('writer' in piece || piece.kind === 'bridged' || piece.kind === 'filters') {
      throw new RangeError(`this row group has no piece ${piece.kind}`);
    }
    const { appender, memory, store } = this.#options;
    if (piece.kind === 'copied') {
      const position = appender.append([memory.subarray(piece.address, piece.address + piece.byteLength)]);
      piece.run.outputStart ??= position;
      return;
    }
    if (piece.kind === 'dictionary') {
      const chunk = this.chunkOf(piece.output);
      const summary = this.#summary(piece.task, results, piece.output);
      const header = chunk.addDictionary(summary, piece.nullCount);
      chunk.start = appender.append([header, memory.subarray(piece.body, piece.body + summary.byteLength)]);
      return;
    }
    if (piece.kind === 'indices') {
      const header = this.chunkOf(piece.output).addIndexPage(piece.page);
      appender.append([header, memory.subarray(piece.address, piece.address + piece.page.byteLength)]);
      return;
    }
    const views = this.#pageViews(piece, results);
    if (piece.waits) {
      store.add(piece.storeKey, views);
    } else {
      const position = appender.append(views);
      piece.chunk.start ??= position;
    }
    if (!piece.releases) return;
    const { outputs } = piece.chunk.leaf.job;
    for (const [index, output] of outputs.entries())
      if (index > 0) this.chunkOf(output).start = appender.appendStored(store, index);
    store.clear();
  }

  abstract end(): Promise<void>;

  #pageViews({ task, chunk, region, body }: PagePiece, results: readonly TaskResult[]): readonly Uint8Array[] {
    const { memory } = this.#options;
    const summary = this.#summary(task, results, chunk.leaf.output);
    const { byteLength, nullCount, valueCount } = summary;
    const header = chunk.addPage(summary);
    if (body > 0) return [header, memory.subarray(body, body + byteLength)];
    const { leaf } = chunk;
    const views = [header];
    if (leaf.levels === 'validity') views.push(definitionLevelsHead(valueCount, nullCount > 0));
    if (nullCount > 0) views.push(memory.subarray(region.validity, region.validity + Math.ceil(valueCount / 8)));
    const valueBytes = valuesByteLength(leaf.output.type, valueCount - nullCount);
    views.push(memory.subarray(region.values, region.values + valueBytes));
    return views;
  }

  /** What a task that encoded a page tells of it. */
  #summary(task: number, results: readonly TaskResult[], { type }: OutputColumn): EncodedPage {
    const [byteLength = 0, uncompressedByteLength = 0, isSplit, valueCount = 0, nullCount = 0, crc = 0, ...rest] =
      results[task] ?? [];
    const [rowCount = 0, firstRepetitionLevel, minLow, minHigh, maxLow, maxHigh] = rest;
    const hasMinMax = minLow !== undefined && minHigh !== undefined && maxLow !== undefined && maxHigh !== undefined;
    const bytes = (low: number, high: number) => plainBytes(type, [low, high]);
    return {
      byteLength,
      uncompressedByteLength,
      encoding: isSplit === 1 ? 'byte_stream_split' : 'plain',
      valueCount,
      nullCount,
      rowCount,
      startsRow: firstRepetitionLevel === 0,
      crc: this.#options.pageChecksum ? crc : undefined,
      bounds: hasMinMax ? { min: bytes(minLow, minHigh), max: bytes(maxLow, maxHigh) } : 'none',
    };
  }

  /** The writer of a result, all of whose pages have been written. */
  protected finished(leaf: OutputLeaf): ColumnChunkWriter {
    const writer = this.chunkOf(leaf.output);
    // In a row group of no rows there is no page to tell where it begins.
    writer.start ??= this.#options.appender.append([]);
    return writer;
  }

  protected chunkOf(output: OutputColumn): ColumnChunkWriter {
    const chunk = this.#chunks.get(output);
    if (chunk === undefined) throw new RangeError(`"${output.name}" is no output of this file`);
    return chunk;
  }
}

/** Takes room from the region's spare bytes as long as they suffice, then from the load. */
function createAllocator(load: Load<ParquetPiece>, { spare }: LoadedColumn): (byteLength: number) => number {
  if (spare === undefined) return (byteLength) => load.allocate(byteLength);
  let { address } = spare;
  const end = spare.address + spare.byteLength;
  return (byteLength) => {
    if (byteLength > end - address) return load.allocate(byteLength);
    const taken = address;
    address += byteLength;
    return taken;
  };
}
