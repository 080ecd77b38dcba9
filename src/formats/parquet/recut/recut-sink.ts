/** Parquet with row groups that aren't the input's: where one is, it's copied as such. */
import type { SourcePartition } from '../../format.js';
import type { PageReader } from '../lists.js';
import type { DictionaryPageInfo } from '../page-header.js';
import type { PagedRowGroup } from '../paged-row-group.js';
import type { RowGroupPartition } from '../partition.js';
import type { Leaf } from '../schema.js';
import { ParquetSink } from '../sink.js';
import { longestValue } from './merged-dictionary.js';
import { RecutPartition } from './recut-partition.js';
import { RecutRowGroup } from './recut-row-group.js';
import { type StatedPages, scanStatedPages } from './stated-pages.js';

export class RecutSink extends ParquetSink {
  readonly #pages = new WeakMap<RowGroupPartition, Map<number, StatedPages>>();
  readonly #longestValues = new WeakMap<DictionaryPageInfo, number>();

  override async begin(partition: SourcePartition): Promise<PagedRowGroup> {
    if (!(partition instanceof RecutPartition)) return super.begin(partition);
    const { source } = this.options;
    const reader = await source.pageReader();
    return new RecutRowGroup({
      ...this.rowGroupOptions(),
      partition,
      schema: source.schema,
      reader,
      pagesOf: this.#pagesOf,
      longestValue: (dictionary, leaf) => this.#longestValue(reader, dictionary, leaf),
      onEnd: (writers) => this.footer.addRecutRowGroup(partition, writers),
    });
  }

  #longestValue(reader: PageReader, dictionary: DictionaryPageInfo, leaf: Leaf): number {
    const known = this.#longestValues.get(dictionary);
    if (known !== undefined) return known;
    const bytes = reader.readDictionary(this.options.source.file, dictionary, leaf.path.join('.'));
    const longest = longestValue(bytes, dictionary.valueCount);
    this.#longestValues.set(dictionary, longest);
    return longest;
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
