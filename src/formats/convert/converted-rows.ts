/** The rows of a record batch in a row group: columns are loaded as results are and written as pages. */
import { listLevelsByteLength } from '../../abi/pages.js';
import type { ListRows, Region, TaskResult } from '../../abi/task.js';
import type { Job, OutputColumn } from '../../plan/job.js';
import { ALIGNMENT, type Load } from '../../slab/load.js';
import type { ResultPlace } from '../arrow/field-batch.js';
import type { CopyItem, JobItem, ListStore, SourcePartition } from '../format.js';
import { pageByteLength, pageScratchByteLength } from '../parquet/page-size.js';
import type { ParquetPiece } from '../parquet/piece.js';
import { RowGroupWriter, type RowGroupWriterOptions } from '../parquet/row-group-writer.js';
import { BridgedResults } from './bridged-results.js';
import { type CarriedColumn, carriedItem } from './carried-column.js';

export interface ConvertedRowsOptions extends Omit<RowGroupWriterOptions, 'rowCount'> {
  readonly partition: SourcePartition;
  /** The record batch that the partition is, or is a part of. */
  readonly batch: SourcePartition;
  readonly jobs: readonly Job[];
  readonly carried: readonly CarriedColumn[];
  /** Of results of the whole record batch that don't become pages here; none where it has come with another part. */
  readonly results: readonly ResultPlace[];
}

/** Values of a page of lists: as many as take 1 MiB as double. */
const LIST_PAGE_LENGTH = 1 << 17;

export class ConvertedRows extends RowGroupWriter {
  readonly lists: ListStore<ParquetPiece> = {
    pageLength: LIST_PAGE_LENGTH,
    byteLengths: (...args) => this.#listsByteLengths(...args),
    store: (...args) => this.#storeLists(...args),
  };
  readonly items: readonly (CopyItem<ParquetPiece> | JobItem<ParquetPiece>)[];
  readonly #bridged: BridgedResults;

  constructor(options: ConvertedRowsOptions) {
    const { partition, batch, jobs, carried, leaves, memory, results } = options;
    super({ ...options, rowCount: partition.rowCount });
    this.#bridged = new BridgedResults(results, this, memory);
    const written = new Set(leaves.map(({ job }) => job));
    const apart = { source: batch, sink: this.#bridged };
    this.items = [
      ...carried.map((column) => carriedItem(partition, this, column)),
      ...jobs.flatMap((job): readonly JobItem<ParquetPiece>[] => {
        if (written.has(job)) return [{ kind: 'job', job }];
        return results.length === 0 ? [] : [{ kind: 'job', job, apart }];
      }),
    ];
  }

  override write(piece: ParquetPiece, results: readonly TaskResult[]): void {
    if (piece.kind === 'bridged') this.#bridged.write(piece, results);
    else super.write(piece, results);
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
