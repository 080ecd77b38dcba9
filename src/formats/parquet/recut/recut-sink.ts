/** Parquet with row groups that aren't the input's: where one is, it's copied as such. */
import type { SourcePartition } from '../../format.js';
import type { PagedRowGroup } from '../paged-row-group.js';
import type { RowGroupPartition } from '../partition.js';
import type { Leaf } from '../schema.js';
import { ParquetSink } from '../sink.js';
import { RecutPartition } from './recut-partition.js';
import { RecutRowGroup } from './recut-row-group.js';
import { type StatedPages, scanStatedPages } from './stated-pages.js';

export class RecutSink extends ParquetSink {
  readonly #pages = new WeakMap<RowGroupPartition, Map<number, StatedPages>>();

  override async begin(partition: SourcePartition): Promise<PagedRowGroup> {
    if (!(partition instanceof RecutPartition)) return super.begin(partition);
    const { source } = this.options;
    return new RecutRowGroup({
      ...this.rowGroupOptions(),
      partition,
      schema: source.schema,
      reader: await source.pageReader(),
      pagesOf: this.#pagesOf,
      onEnd: (writers) => this.footer.addRecutRowGroup(partition, writers),
    });
  }

  /** The pages of an untouched leaf; those of a row group that is cut are asked for again. */
  readonly #pagesOf = (partition: RowGroupPartition, leaf: Leaf): StatedPages => {
    const chunk = partition.chunks[leaf.index];
    if (chunk === undefined) throw new RangeError(`no column chunk ${leaf.index}`);
    const known = this.#pages.get(partition) ?? new Map<number, StatedPages>();
    const pages = known.get(leaf.index) ?? scanStatedPages(this.options.source.file, chunk, leaf, partition.rowCount);
    this.#pages.set(partition, known.set(leaf.index, pages));
    return pages;
  };
}
