import type { ListRows, Region } from '../../abi/task.js';
import type { Job } from '../../plan/job.js';
import type { Column, Schema } from '../../plan/schema.js';
import type { Load } from '../../slab/load.js';
import type { PartitionLists, Source, SourceDescription, SourcePartition } from '../format.js';
import type { ArrowPartition } from './batch.js';
import type { ArrowSource } from './source.js';

/**
 * Some rows of a record batch, from `start`, a multiple of 64, to `end`. Their lists are counted from there, but the elements
 * of lists as the record batch counts them.
 */
export class RowRange implements SourcePartition {
  readonly batch: ArrowPartition;
  readonly start: number;
  readonly rowCount: number;

  constructor(batch: ArrowPartition, start: number, end: number) {
    this.batch = batch;
    this.start = start;
    this.rowCount = end - start;
  }

  valueCount(column: Column): number {
    return column.shape.kind === 'flat' ? this.rowCount : this.batch.valueCount(column);
  }

  loadByteLength(column: Column, start: number, end: number): number {
    const first = this.#firstValue(column);
    return this.batch.loadByteLength(column, first + start, first + end);
  }

  load(load: Load<unknown>, column: Column, start: number, end: number): Region {
    const first = this.#firstValue(column);
    return this.batch.load(load, column, first + start, first + end);
  }

  lists(column: Column): PartitionLists {
    return new ListRange(this.batch.lists(column), this.start, this.rowCount);
  }

  #firstValue({ shape }: Column): number {
    return shape.kind === 'flat' ? this.start : 0;
  }

  chunkEnd(_columns: readonly Column[], _start: number, limit: number): number {
    return limit;
  }
}

/** Some of the lists of a record batch. */
class ListRange implements PartitionLists {
  readonly isCutAtLists = false;
  readonly count: number;
  readonly #lists: PartitionLists;
  readonly #start: number;

  constructor(lists: PartitionLists, start: number, count: number) {
    this.count = count;
    this.#lists = lists;
    this.#start = start;
  }

  elementStart(index: number): number {
    return this.#lists.elementStart(this.#start + index);
  }

  firstStartingAt(element: number, from: number): number {
    const list = this.#lists.firstStartingAt(element, this.#start + from) - this.#start;
    return Math.min(this.count, Math.max(0, list));
  }

  loadByteLength(start: number, end: number): number {
    return this.#lists.loadByteLength(this.#start + start, this.#start + end);
  }

  loadBounds(load: Load<unknown>, start: number, end: number): ListRows['bounds'] {
    return this.#lists.loadBounds(load, this.#start + start, this.#start + end);
  }

  loadValidity(load: Load<unknown>, start: number, end: number): number {
    return this.#lists.loadValidity(load, this.#start + start, this.#start + end);
  }
}

/** A source with its larger record batches cut, for an output that keeps fewer rows together. */
export class RowRangeSource implements Source {
  readonly #source: ArrowSource;
  readonly #rowCountMax: number;
  #batch: ArrowPartition | undefined;
  #start = 0;

  /** @param rowCountMax a multiple of 64 */
  constructor(source: ArrowSource, rowCountMax: number) {
    this.#source = source;
    this.#rowCountMax = rowCountMax;
  }

  get schema(): Schema {
    return this.#source.schema;
  }

  get waits(): boolean {
    return this.#source.waits;
  }

  async next(): Promise<ArrowPartition | RowRange | undefined> {
    if (this.#batch === undefined || this.#start >= this.#batch.rowCount) {
      this.#batch = await this.#source.next();
      this.#start = 0;
      if (this.#batch === undefined || this.#batch.rowCount <= this.#rowCountMax) {
        this.#start = this.#rowCountMax;
        return this.#batch;
      }
    }
    const start = this.#start;
    this.#start = Math.min(start + this.#rowCountMax, this.#batch.rowCount);
    return new RowRange(this.#batch, start, this.#start);
  }

  wantedSlotByteLength(jobs: readonly Job[]): number {
    return this.#source.wantedSlotByteLength(jobs);
  }

  useSlots(slotByteLength: number, jobs: readonly Job[]): void {
    this.#source.useSlots(slotByteLength, jobs);
  }

  describe(): Promise<SourceDescription> {
    return this.#source.describe();
  }

  close(): Promise<void> {
    return this.#source.close();
  }
}
