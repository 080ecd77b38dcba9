/** A row group of other rows than the input's have: every column chunk is written, of copied pages as far as possible. */
import { BOUND_BYTE_LENGTH_MAX, NO_HASH, UNKNOWN_BOUND } from '../../../abi/recode.js';
import type { TaskResult } from '../../../abi/task.js';
import type { Job } from '../../../plan/job.js';
import type { CopyItem, JobItem } from '../../format.js';
import type { ChunkWriter, PageSummary } from '../chunk-writer.js';
import { PageType } from '../definitions.js';
import type { PageReader } from '../lists.js';
import type { DictionaryPageInfo } from '../page-header.js';
import { dataPageHeader, dictionaryPageHeader } from '../page-header-writer.js';
import { PagedRowGroup, type PagedRowGroupOptions } from '../paged-row-group.js';
import type { RowGroupPartition } from '../partition.js';
import type { CopiedPage, HashesPiece, ParquetPiece, RecutPiece } from '../piece.js';
import type { Leaf, ParquetSchema } from '../schema.js';
import { RecutChunk } from './recut-chunk.js';
import type { RecutPartition } from './recut-partition.js';
import type { StatedPages } from './stated-pages.js';

const WORDS_PER_HASH = 2;

export interface RecutRowGroupOptions extends PagedRowGroupOptions {
  readonly partition: RecutPartition;
  readonly schema: ParquetSchema;
  readonly reader: PageReader;
  /** The pages of a leaf in a row group of the input. */
  readonly pagesOf: (partition: RowGroupPartition, leaf: Leaf) => StatedPages;
  /** Bytes of the longest value of a leaf's dictionary of byte arrays. */
  readonly longestValue: (dictionary: DictionaryPageInfo, leaf: Leaf) => number;
  /** Given the writers of all column chunks, in the order of the output's leaves. */
  readonly onEnd: (writers: readonly ChunkWriter[]) => void;
}

export class RecutRowGroup extends PagedRowGroup {
  readonly items: readonly (CopyItem<ParquetPiece> | JobItem)[];
  readonly #options: RecutRowGroupOptions;
  /** Of the leaves that no job writes, by their index. */
  readonly #chunks = new Map<number, RecutChunk>();

  constructor(options: RecutRowGroupOptions) {
    super(options);
    this.#options = options;
    this.items = this.#layOut();
  }

  async end(): Promise<void> {
    const { schema } = this.#options;
    const writers = schema.leaves.map((leaf): ChunkWriter => {
      const output = this.leaves.find(({ replaces }) => replaces?.index === leaf.index);
      const writer = output === undefined ? this.#chunks.get(leaf.index)?.writer : this.finished(output);
      if (writer === undefined) throw new RangeError(`"${leaf.path.join('.')}" hasn't been written`);
      return writer;
    });
    const added = this.leaves.filter(({ replaces }) => replaces === undefined).map((leaf) => this.finished(leaf));
    this.#options.onEnd([...writers, ...added]);
  }

  override write(piece: ParquetPiece, results: readonly TaskResult[]): void {
    switch (piece.kind) {
      case 'copied_pages':
      case 'copied_dictionary':
      case 'made_page':
      case 'made_dictionary':
        this.#writeRecut(piece, results);
        return;
      case 'hashes':
        this.#addHashes(piece, results[piece.task]?.[0] ?? NO_HASH);
        return;
      case 'filters':
        for (const { writer } of this.#chunks.values()) writer.appendFilter(this.#options.appender);
        return;
      default:
        super.write(piece, results);
    }
  }

  /** The leaves in their order, with each job where the first one is that it replaces. */
  #layOut(): (CopyItem<ParquetPiece> | JobItem)[] {
    const { schema, jobs } = this.#options;
    const items: (CopyItem<ParquetPiece> | JobItem)[] = [];
    const placed = new Set<Job>();
    const place = (job: Job): void => {
      if (!placed.has(job)) items.push({ kind: 'job', job });
      placed.add(job);
    };
    for (const leaf of schema.leaves) {
      const output = this.leaves.find(({ replaces }) => replaces?.index === leaf.index);
      const job = jobs.find((other) => other === output?.job);
      if (job === undefined) items.push(...this.#recut(leaf).items);
      else place(job);
    }
    for (const job of jobs) place(job);
    if ([...this.#chunks.values()].some(({ isFiltered }) => isFiltered)) items.push(this.#filtersItem());
    return items;
  }

  #filtersItem(): CopyItem<ParquetPiece> {
    return {
      kind: 'copy',
      length: 1,
      add: (load) => {
        load.pieces.push({ kind: 'filters', rowGroup: this });
        return 1;
      },
    };
  }

  #recut(leaf: Leaf): RecutChunk {
    const { file, schema, partition, reader, pageChecksum, pagesOf } = this.#options;
    const longestValue = (dictionary: DictionaryPageInfo) => this.#options.longestValue(dictionary, leaf);
    const ranges = partition.ranges.map((rows) => ({ rows, pages: pagesOf(rows.partition, leaf) }));
    const common = { file, schema, leaf, reader, pageChecksum, longestValue };
    const chunk = new RecutChunk({ ...common, ranges, rowGroup: this });
    this.#chunks.set(leaf.index, chunk);
    return chunk;
  }

  #writeRecut(piece: RecutPiece, results: readonly TaskResult[]): void {
    const { appender, memory } = this.#options;
    const { writer } = piece;
    const bytes = (address: number, byteLength: number) => memory.subarray(address, address + byteLength);
    const append = (...views: readonly Uint8Array[]): void => {
      const position = appender.append(views);
      writer.start ??= position;
    };
    switch (piece.kind) {
      case 'copied_pages':
        for (const page of piece.pages) noteCopied(writer, page);
        append(bytes(piece.address, piece.byteLength));
        return;
      case 'copied_dictionary': {
        const { headerByteLength, byteLength } = piece.page;
        writer.noteDictionary(piece.page, headerByteLength);
        append(bytes(piece.address, headerByteLength + byteLength));
        return;
      }
      case 'made_dictionary': {
        const page = this.#summary(results[piece.task], piece.bounds);
        const header = dictionaryPageHeader(page);
        writer.noteDictionary(page, header.length);
        append(header, bytes(piece.body, page.byteLength));
        return;
      }
      case 'made_page': {
        const page = this.#summary(results[piece.task], piece.bounds);
        const header = dataPageHeader(page, piece.encoding);
        writer.notePage(page, { pageType: PageType.data, encoding: piece.encoding }, header.length);
        append(header, bytes(piece.body, page.byteLength));
      }
    }
  }

  #addHashes({ writer, address, valueCount, isLast }: HashesPiece, count: number): void {
    const { buffer } = this.#options.memory;
    const hashes = count === NO_HASH ? undefined : new Uint32Array(buffer, address, WORDS_PER_HASH * count);
    writer.addHashes(hashes, valueCount, isLast);
  }

  /** What a task that made a page tells of it. */
  #summary(result: TaskResult = [], address: number): PageSummary {
    const { memory, pageChecksum } = this.#options;
    const [byteLength = 0, uncompressedByteLength = 0, valueCount = 0, nullCount = 0, crc = 0, ...rest] = result;
    const [rowCount = 0, firstRepetitionLevel = 0, minByteLength = UNKNOWN_BOUND, maxByteLength = UNKNOWN_BOUND] = rest;
    const maxAddress = address + BOUND_BYTE_LENGTH_MAX;
    const bounds = {
      min: memory.slice(address, address + Math.max(0, minByteLength)),
      max: memory.slice(maxAddress, maxAddress + Math.max(0, maxByteLength)),
    };
    return {
      byteLength,
      uncompressedByteLength,
      valueCount,
      nullCount,
      rowCount,
      startsRow: firstRepetitionLevel === 0,
      crc: pageChecksum ? crc : undefined,
      bounds: minByteLength >= 0 ? bounds : minByteLength === UNKNOWN_BOUND ? 'unknown' : 'none',
    };
  }
}

function noteCopied(writer: ChunkWriter, { page, rowCount, startsRow }: CopiedPage): void {
  const { byteLength, uncompressedByteLength, valueCount, crc, nullCount = 0, bounds, encodingId } = page;
  const pageType = 'definitionByteLength' in page.levels ? PageType.dataV2 : PageType.data;
  const summary = { byteLength, uncompressedByteLength, valueCount, crc, nullCount, rowCount, startsRow, bounds };
  writer.notePage(summary, { pageType, encoding: encodingId }, page.headerByteLength);
}
