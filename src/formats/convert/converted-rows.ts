/** The rows of a record batch in a row group: columns are loaded as results are and written as pages. */
import { listLevelsByteLength } from '../../abi/pages.js';
import type { ListRows, Region, TaskResult } from '../../abi/task.js';
import { type NumericType, valuesByteLength } from '../../abi/types.js';
import type { Job, OutputColumn } from '../../plan/job.js';
import { ALIGNMENT, type Load } from '../../slab/load.js';
import type { ReplacedChild } from '../arrow/field-messages.js';
import type { CopyItem, JobItem, ListStore, LoadedColumn, SourcePartition } from '../format.js';
import { pageByteLength, pageScratchByteLength } from '../parquet/page-size.js';
import type { ChildPiece, ParquetPiece } from '../parquet/piece.js';
import { RowGroupWriter, type RowGroupWriterOptions } from '../parquet/row-group-writer.js';
import { type CarriedColumn, carriedItem } from './carried-column.js';

export interface ConvertedRowsOptions extends Omit<RowGroupWriterOptions, 'rowCount'> {
  readonly partition: SourcePartition;
  readonly jobs: readonly Job[];
  readonly carried: readonly CarriedColumn[];
  /** Results that don't become pages here: they take the places of structs' children. */
  readonly children: readonly ReplacedChild[];
}

/** Values of a page of lists: as many as take 1 MiB as double. */
const LIST_PAGE_LENGTH = 1 << 17;

export class ConvertedRows extends RowGroupWriter {
  readonly lists: ListStore<ParquetPiece> = {
    pageLength: LIST_PAGE_LENGTH,
    byteLengths: (...args) => this.#listsByteLengths(...args),
    store: (...args) => this.#storeLists(...args),
  };
  readonly items: readonly (CopyItem<ParquetPiece> | JobItem)[];
  readonly #children: ReadonlyMap<OutputColumn, ReplacedChild>;
  /** The slab's bytes. */
  readonly #memory: Uint8Array;

  constructor(options: ConvertedRowsOptions) {
    super({ ...options, rowCount: options.partition.rowCount });
    this.#children = new Map(options.children.map((child) => [child.output, child]));
    this.#memory = options.memory;
    this.items = [
      ...options.carried.map((carried) => carriedItem(options.partition, this, carried)),
      ...options.jobs.map((job): JobItem => ({ kind: 'job', job })),
    ];
  }

  override storeByteLength(output: OutputColumn, count: number): number {
    return this.#children.has(output) ? 0 : super.storeByteLength(output, count);
  }

  override scratchByteLength(output: OutputColumn, count: number): number {
    return this.#children.has(output) ? 0 : super.scratchByteLength(output, count);
  }

  /** Results of jobs come with a place of their null counts. */
  override store(
    load: Load<ParquetPiece>,
    output: OutputColumn,
    start: number,
    end: number,
    region: LoadedColumn,
    task = 0,
    index = 0,
  ): void {
    if (!this.#children.has(output)) super.store(load, output, start, end, region);
    else load.pieces.push({ kind: 'child', rowGroup: this, output, start, end, region, task, index });
  }

  override write(piece: ParquetPiece, results: readonly TaskResult[]): void {
    if (piece.kind === 'child') this.#writeChild(piece, results[piece.task]?.[piece.index] ?? 0);
    else super.write(piece, results);
  }

  /** `start` is a multiple of 8. */
  #writeChild({ output, start, end, region }: ChildPiece, nullCount: number): void {
    const child = this.#children.get(output);
    if (child === undefined) throw new RangeError(`"${output.name}" is part of no struct`);
    const copy = (address: number, target: Uint8Array, type: NumericType): void => {
      const byteLength = valuesByteLength(type, end - start);
      target.set(this.#memory.subarray(address, address + byteLength), valuesByteLength(type, start));
    };
    copy(region.values, child.values, output.type);
    if (region.validity > 0) copy(region.validity, child.validity, 'bool');
    if (nullCount > 0) child.addNulls(nullCount);
  }

  #listsByteLengths(output: OutputColumn, elementCount: number, listCount: number) {
    const { leaf } = this.chunkOf(output);
    const levels = listLevelsByteLength(elementCount, listCount) + ALIGNMENT;
    return {
      byteLength: pageByteLength(leaf, elementCount + listCount) + levels,
      scratchByteLength: pageScratchByteLength(leaf, elementCount + listCount),
    };
  }

  #storeLists(
    load: Load<ParquetPiece>,
    output: OutputColumn,
    start: number,
    end: number,
    region: Region,
    lists: ListRows,
  ): void {
    const chunk = this.chunkOf(output);
    const { levels: own, path } = chunk.leaf;
    if (typeof own === 'string' || 'column' in own) throw new RangeError(`"${path.join('.')}" is no new list`);
    const { nullLevel, maxDefinitionLevel } = own;
    const { elementCount: count, count: listCount } = lists;
    const scratch = load.allocate(listLevelsByteLength(count, listCount));
    const rowCount = this.valueCount(chunk.leaf);
    const page = {
      region,
      count,
      capacity: count + listCount,
      levels: { lists, nullLevel, maxDefinitionLevel, scratch },
      isWhole: start === 0 && end === rowCount,
      isLast: end === rowCount,
    };
    this.storePage(load, chunk, page, (byteLength) => load.allocate(byteLength));
  }

  async end(): Promise<void> {
    // The row group ends when a page of the next one comes: a load may hold pages of both.
  }
}
