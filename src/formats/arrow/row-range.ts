import type { Region } from '../../abi/task.js';
import type { Job } from '../../plan/job.js';
import type { Column, Schema } from '../../plan/schema.js';
import type { Load } from '../../slab/load.js';
import type { Source, SourceDescription, SourcePartition } from '../format.js';
import type { ArrowPartition } from './batch.js';
import type { ArrowSource } from './source.js';

/** Some rows of a record batch, from `start`, a multiple of 64, to `end`; of columns that aren't lists. */
export class RowRange implements SourcePartition {
  readonly batch: ArrowPartition;
  readonly start: number;
  readonly rowCount: number;

  constructor(batch: ArrowPartition, start: number, end: number) {
    this.batch = batch;
    this.start = start;
    this.rowCount = end - start;
  }

  valueCount(): number {
    return this.rowCount;
  }

  loadByteLength(column: Column, start: number, end: number): number {
    return this.batch.loadByteLength(column, this.start + start, this.start + end);
  }

  load(load: Load<unknown>, column: Column, start: number, end: number): Region {
    return this.batch.load(load, column, this.start + start, this.start + end);
  }

  chunkEnd(_columns: readonly Column[], _start: number, limit: number): number {
    return limit;
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
