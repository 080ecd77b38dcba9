/** A row group whose results stand in the places of values of Parquet's, or beside them. */
import type { LevelBytes } from '../../abi/pages.js';
import { LanewiseError } from '../../errors.js';
import type { Job } from '../../plan/job.js';
import type { Column } from '../../plan/schema.js';
import type { Load } from '../../slab/load.js';
import type { ReadableFile } from '../../storage/file.js';
import type { ColumnChunkWriter } from './column-chunk-writer.js';
import type { OutputLeaf } from './output-leaf.js';
import type { PagedPartition } from './paged-partition.js';
import type { ParquetPiece } from './piece.js';
import { RowGroupWriter, type RowGroupWriterOptions } from './row-group-writer.js';

export interface PagedRowGroupOptions extends Omit<RowGroupWriterOptions, 'rowCount'> {
  /** The input. */
  readonly file: ReadableFile;
  readonly partition: PagedPartition;
  readonly jobs: readonly Job[];
}

export abstract class PagedRowGroup extends RowGroupWriter {
  readonly #partition: PagedPartition;
  readonly #file: ReadableFile;

  protected constructor(options: PagedRowGroupOptions) {
    super({ ...options, rowCount: options.partition.rowCount });
    this.#partition = options.partition;
    this.#file = options.file;
  }

  /** The writer of a result, all of whose rows have been written. */
  protected override finished(leaf: OutputLeaf): ColumnChunkWriter {
    const writer = super.finished(leaf);
    const { rowCount } = this.#partition;
    if (writer.rowCount === rowCount) return writer;
    throw new LanewiseError(
      'LW_CORRUPT_INPUT',
      `${this.#file.name}: column "${leaf.path.join('.')}" has values of ${writer.rowCount} rows in a row group of ${rowCount}; write the file again from its source`,
    );
  }

  protected override valueCount({ levels }: OutputLeaf): number {
    const partition = this.#partition;
    return typeof levels === 'object' && 'column' in levels ? partition.valueCount(levels.column) : partition.rowCount;
  }

  protected override loadedLevels(load: Load<ParquetPiece>, column: Column): LevelBytes {
    return this.#partition.levels.of(load, column);
  }
}
