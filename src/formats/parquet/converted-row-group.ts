/** A row group of an input of another format: its columns are loaded as results are and written as pages. */
import type { Job, OutputColumn } from '../../plan/job.js';
import type { Column } from '../../plan/schema.js';
import type { Load } from '../../slab/load.js';
import type { CopyItem, JobItem, SourcePartition } from '../format.js';
import type { ColumnChunkWriter } from './column-chunk-writer.js';
import { type ParquetPiece, RowGroupWriter, type RowGroupWriterOptions } from './row-group-writer.js';

/** A column that is written as it is read. */
export interface CarriedColumn {
  readonly column: Column;
  readonly output: OutputColumn;
}

export interface ConvertedRowGroupOptions extends Omit<RowGroupWriterOptions, 'rowCount'> {
  readonly partition: SourcePartition;
  readonly jobs: readonly Job[];
  readonly carried: readonly CarriedColumn[];
  /** Told of the column chunks in the order of the leaves. */
  readonly onEnd: (rowCount: number, chunks: readonly ColumnChunkWriter[]) => void;
}

/** Pieces of columns end at multiples of this, so that bitmaps are cut at whole bytes. */
const ROW_MULTIPLE = 64;

export class ConvertedRowGroup extends RowGroupWriter {
  readonly items: readonly (CopyItem<ParquetPiece> | JobItem)[];
  readonly #options: ConvertedRowGroupOptions;

  constructor(options: ConvertedRowGroupOptions) {
    super({ ...options, rowCount: options.partition.rowCount });
    this.#options = options;
    this.items = [
      ...options.carried.map((carried) => this.#carry(carried)),
      ...options.jobs.map((job): JobItem => ({ kind: 'job', job })),
    ];
  }

  async end(): Promise<void> {
    const { partition, onEnd } = this.#options;
    onEnd(
      partition.rowCount,
      this.leaves.map((leaf) => this.finished(leaf)),
    );
  }

  /** The rows of a column as an item that counts rows. */
  #carry({ column, output }: CarriedColumn): CopyItem<ParquetPiece> {
    const { partition } = this.#options;
    return {
      kind: 'copy',
      length: partition.rowCount,
      add: (load, start) => {
        const end = this.#chooseEnd(load, column, output, start);
        if (end > start) this.store(load, output, start, end, partition.load(load, column, start, end));
        return end;
      },
    };
  }

  #chooseEnd(load: Load<ParquetPiece>, column: Column, output: OutputColumn, start: number): number {
    const { partition } = this.#options;
    const needed = (count: number) =>
      partition.loadByteLength(column, start, start + count) + this.storeByteLength(output, count) + ROW_MULTIPLE;
    let count = partition.rowCount - start;
    for (let bytes = needed(count); bytes > load.free; bytes = needed(count)) {
      count = Math.min(Math.floor((count * load.free) / bytes), count - 1);
      count -= count % ROW_MULTIPLE;
      if (count <= 0) return start;
    }
    return start + count === partition.rowCount ? start + count : partition.chunkEnd([column], start, start + count);
  }
}
