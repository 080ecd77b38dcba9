/** A Parquet input whose rows are handed out as the output is to have them in row groups. */
import type { Job } from '../../../plan/job.js';
import type { Source, SourceDescription } from '../../format.js';
import type { RowGroupPartition } from '../partition.js';
import type { ParquetSchema } from '../schema.js';
import type { ParquetSource } from '../source.js';
import { RecutPartition, type RowRange } from './recut-partition.js';
import { leastRecutByteLength } from './recut-size.js';

export class RecutSource implements Source {
  readonly waits = false;
  readonly #source: ParquetSource;
  readonly #rowGroupRows: number;
  /** The row group that has rows left, and the first of them. */
  #partition: RowGroupPartition | undefined;
  #start = 0;

  constructor(source: ParquetSource, rowGroupRows: number) {
    this.#source = source;
    this.#rowGroupRows = rowGroupRows;
  }

  get schema(): ParquetSchema {
    return this.#source.schema;
  }

  /** A row group of the input where its rows are those of one of the output; else rows of as many as it takes. */
  async next(): Promise<RowGroupPartition | RecutPartition | undefined> {
    const ranges: RowRange[] = [];
    let missing = this.#rowGroupRows;
    while (missing > 0) {
      if (this.#partition === undefined || this.#start === this.#partition.rowCount) {
        this.#partition = await this.#source.next();
        this.#start = 0;
        if (this.#partition === undefined) break;
      }
      const start = this.#start;
      const end = Math.min(this.#partition.rowCount, start + missing);
      if (end > start) ranges.push({ partition: this.#partition, start, end });
      missing -= end - start;
      this.#start = end;
    }
    const [first] = ranges;
    if (first === undefined) return undefined;
    if (ranges.length === 1 && first.end - first.start === first.partition.rowCount) return first.partition;
    return new RecutPartition(this.#source.file, ranges, this.#source.leveled);
  }

  wantedSlotByteLength(jobs: readonly Job[]): number {
    return this.#source.wantedSlotByteLength(jobs);
  }

  /** Room for a page of any column, and for a part of it made a page. */
  leastSlotByteLength(jobs: readonly Job[], enough: number): number {
    return Math.max(this.#source.leastSlotByteLength(jobs, enough), leastRecutByteLength(this.#source, enough));
  }

  /** Room for the largest page of those whose rows are found, and for the largest dictionary. */
  outsideByteLength(): number {
    return this.#source.outsideOf(this.schema.leaves, true);
  }

  useSlots(slotByteLength: number, jobs: readonly Job[]): void {
    this.#source.useSlots(slotByteLength, jobs);
    // Rows are told from values by levels.
    if (this.schema.leaves.some((leaf) => leaf.maxRepetitionLevel > 0)) this.#source.readLists();
  }

  describe(): Promise<SourceDescription> {
    return this.#source.describe();
  }

  close(): Promise<void> {
    return this.#source.close();
  }
}
