/** Rows of one row group of the input, or of several, that are to be one row group of the output. */
import type { Column } from '../../../plan/schema.js';
import type { ReadableFile } from '../../../storage/file.js';
import { type ColumnPages, pageIndexOf } from '../column-pages.js';
import type { LeafPages } from '../leaf-pages.js';
import { LoadedLevels } from '../loaded-levels.js';
import type { DataPageInfo } from '../page-header.js';
import { PagedPartition } from '../paged-partition.js';
import type { RowGroupPartition } from '../partition.js';
import { JoinedLists } from './joined-lists.js';

/** Rows `start` to `end` of a row group. */
export interface RowRange {
  readonly partition: RowGroupPartition;
  readonly start: number;
  readonly end: number;
}

export class RecutPartition extends PagedPartition {
  readonly rowCount: number;
  readonly ranges: readonly RowRange[];
  readonly #pages = new Map<number, ColumnPages>();
  readonly #lists = new Map<number, JoinedLists>();

  /** @param leveled columns whose levels are loaded with the values, by their index */
  constructor(file: ReadableFile, ranges: readonly RowRange[], leveled: ReadonlySet<number>) {
    super(file, new LoadedLevels(leveled));
    this.ranges = ranges;
    this.rowCount = ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  }

  columnPages(column: Column): ColumnPages {
    let pages = this.#pages.get(column.index);
    if (pages === undefined) {
      pages = this.#joinPages(column);
      this.#pages.set(column.index, pages);
    }
    return pages;
  }

  lists(column: Column): JoinedLists {
    let lists = this.#lists.get(column.index);
    if (lists === undefined) {
      const rows = this.ranges.map(({ partition, start, end }) => ({ lists: partition.lists(column), start, end }));
      lists = new JoinedLists(this.file.name, rows);
      this.#lists.set(column.index, lists);
    }
    return lists;
  }

  #joinPages(column: Column): ColumnPages {
    const pages: DataPageInfo[] = [];
    const valuePositions: (number | undefined)[] = [];
    let valueCount = 0;
    const parts = this.ranges.map((range) => {
      const own = range.partition.columnPages(column);
      const { start, end } = valueRange(range, own);
      for (const { page, index } of pagesBetween(own, start, end)) {
        pages.push({ ...page, firstValue: page.firstValue - start + valueCount });
        valuePositions.push(own.valuePositions[index]);
      }
      valueCount += end - start;
      return own;
    });
    const [first] = parts;
    if (first === undefined) throw new RangeError('a row group of no rows at all');
    return { ...first, pages, valuePositions, valueCount, hasNulls: parts.some(({ hasNulls }) => hasNulls) };
  }
}

/** The values, as Parquet counts them, that rows of a row group have. */
export function valueRange(
  { partition, start, end }: RowRange,
  pages: LeafPages,
): { readonly start: number; readonly end: number } {
  if (pages.leaf.maxRepetitionLevel === 0) return { start, end };
  const lists = partition.rowStarts(pages);
  return { start: lists.elementStart(start), end: lists.elementStart(end) };
}

/** The pages that have values `start` to `end`, with their places among the leaf's. */
export function pagesBetween<P extends DataPageInfo>(
  { pages }: { readonly pages: readonly P[] },
  start: number,
  end: number,
): readonly { readonly page: P; readonly index: number }[] {
  const between: { page: P; index: number }[] = [];
  if (start >= end) return between;
  for (let index = pageIndexOf(pages, start); index < pages.length; index++) {
    const page = pages[index];
    if (page === undefined || page.firstValue >= end) break;
    between.push({ page, index });
  }
  return between;
}
