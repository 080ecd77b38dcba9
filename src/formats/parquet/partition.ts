/** A row group of the input. */
import type { Column } from '../../plan/schema.js';
import type { ReadableFile } from '../../storage/file.js';
import { type ColumnPages, scanColumnPages } from './column-pages.js';
import type { ChunkInfo } from './footer.js';
import type { LeafPages } from './leaf-pages.js';
import { type PageReader, ParquetLists } from './lists.js';
import { LoadedLevels } from './loaded-levels.js';
import { PagedPartition } from './paged-partition.js';
import type { ParquetSchema } from './schema.js';

/** What is read of columns beyond their values. */
export interface NestedColumns {
  /** Columns whose levels are loaded with the values, by their index. */
  readonly leveled: ReadonlySet<number>;
  /** Absent where no job asks for lists. */
  readonly pageReader: PageReader | undefined;
}

export class RowGroupPartition extends PagedPartition {
  /** Place among the row groups of the file. */
  readonly index: number;
  readonly rowCount: number;
  readonly chunks: readonly ChunkInfo[];
  readonly #schema: ParquetSchema;
  readonly #pages = new Map<number, ColumnPages>();
  readonly #pageReader: PageReader | undefined;
  readonly #lists = new Map<number, ParquetLists>();

  constructor(
    file: ReadableFile,
    schema: ParquetSchema,
    index: number,
    rowCount: number,
    chunks: readonly ChunkInfo[],
    { leveled, pageReader }: NestedColumns,
  ) {
    super(file, new LoadedLevels(leveled));
    this.#schema = schema;
    this.#pageReader = pageReader;
    this.index = index;
    this.rowCount = rowCount;
    this.chunks = chunks;
  }

  lists(column: Column): ParquetLists {
    return this.rowStarts(this.columnPages(column));
  }

  /** Where rows begin among the values of a leaf that has lists. */
  rowStarts(pages: LeafPages): ParquetLists {
    const { index } = pages.leaf;
    let lists = this.#lists.get(index);
    if (lists === undefined) {
      if (this.#pageReader === undefined) throw new RangeError(`the lists of "${pages.name}" weren't asked for`);
      lists = new ParquetLists(this.file, pages, this.rowCount, this.#pageReader);
      this.#lists.set(index, lists);
    }
    return lists;
  }

  /** Pages whose headers have been read. */
  get scannedPageCount(): number {
    let count = 0;
    for (const { pages } of this.#pages.values()) count += pages.length;
    return count;
  }

  columnPages(column: Column): ColumnPages {
    let pages = this.#pages.get(column.index);
    if (pages === undefined) {
      const leaf = this.#schema.leafOfColumn.get(column.index);
      const chunk = leaf === undefined ? undefined : this.chunks[leaf.index];
      if (leaf === undefined || chunk === undefined) throw new RangeError(`"${column.name}" is no numeric column`);
      pages = scanColumnPages(this.file, chunk, leaf, this.rowCount);
      this.#pages.set(column.index, pages);
    }
    return pages;
  }
}
