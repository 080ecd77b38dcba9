/** The rows of a record batch in a row group: columns are loaded as results are and written as pages. */
import type { Job } from '../../plan/job.js';
import type { CopyItem, JobItem, ListStore, SourcePartition } from '../format.js';
import type { ParquetPiece } from '../parquet/piece.js';
import { RowGroupWriter, type RowGroupWriterOptions } from '../parquet/row-group-writer.js';
import { type CarriedColumn, carriedItem } from './carried-column.js';

export interface ConvertedRowsOptions extends Omit<RowGroupWriterOptions, 'rowCount'> {
  readonly partition: SourcePartition;
  readonly jobs: readonly Job[];
  readonly carried: readonly CarriedColumn[];
}

/** Values of a page of lists: as many as take 1 MiB as double. */
const LIST_PAGE_LENGTH = 1 << 17;

export class ConvertedRows extends RowGroupWriter {
  readonly lists: ListStore<ParquetPiece> = {
    pageLength: LIST_PAGE_LENGTH,
    byteLengths: (...args) => this.listsByteLengths(...args),
    store: (...args) => this.storeLists(...args),
  };
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
