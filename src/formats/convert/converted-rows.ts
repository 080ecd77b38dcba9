/** The rows of a record batch in a row group: columns are loaded as results are and written as pages. */
import { listLevelsByteLength } from '../../abi/pages.js';
import type { ListRows, Region } from '../../abi/task.js';
import type { Job, OutputColumn } from '../../plan/job.js';
import { ALIGNMENT, type Load } from '../../slab/load.js';
import type { CopyItem, JobItem, ListStore, SourcePartition } from '../format.js';
import { pageByteLength, pageScratchByteLength } from '../parquet/page-size.js';
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
    byteLengths: (...args) => this.#listsByteLengths(...args),
    store: (...args) => this.#storeLists(...args),
  };
  readonly items: readonly (CopyItem<ParquetPiece> | JobItem)[];

  constructor(options: ConvertedRowsOptions) {
    super({ ...options, rowCount: options.partition.rowCount });
    this.items = [
      ...options.carried.map((carried) => carriedItem(options.partition, this, carried)),
      ...options.jobs.map((job): JobItem => ({ kind: 'job', job })),
    ];
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
