/** The rows of a record batch in a row group: columns are loaded as results are and written as pages. */
import type { Job } from '../../plan/job.js';
import type { CopyItem, JobItem, SourcePartition } from '../format.js';
import { type ParquetPiece, RowGroupWriter, type RowGroupWriterOptions } from '../parquet/row-group-writer.js';
import { type CarriedColumn, carriedItem } from './carried-column.js';

export interface ConvertedRowsOptions extends Omit<RowGroupWriterOptions, 'rowCount'> {
  readonly partition: SourcePartition;
  readonly jobs: readonly Job[];
  readonly carried: readonly CarriedColumn[];
}

export class ConvertedRows extends RowGroupWriter {
  readonly items: readonly (CopyItem<ParquetPiece> | JobItem)[];

  constructor(options: ConvertedRowsOptions) {
    super({ ...options, rowCount: options.partition.rowCount });
    this.items = [
      ...options.carried.map((carried) => carriedItem(options.partition, this, carried)),
      ...options.jobs.map((job): JobItem => ({ kind: 'job', job })),
    ];
  }

  async end(): Promise<void> {
    // The row group ends when a page of the next one comes: a load may hold pages of both.
  }
}
