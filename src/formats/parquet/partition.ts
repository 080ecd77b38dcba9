/** A row group as the run sees it: ranges of a column's values become reads of pages and a task that decodes them. */
import type { DataPage } from '../../abi/pages.js';
import { BITS_PER_VALUE, type NumericType, valuesByteLength } from '../../abi/types.js';
import type { Column } from '../../plan/schema.js';
import { ALIGNMENT, type Load } from '../../slab/load.js';
import type { ReadableFile } from '../../storage/file.js';
import type { LoadedColumn, SourcePartition } from '../format.js';
import { type ColumnPages, pageIndexOf, scanColumnPages } from './column-pages.js';
import type { ChunkInfo } from './footer.js';
import { type ListReader, ParquetLists } from './lists.js';
import { LoadedLevels } from './loaded-levels.js';
import type { DataPageInfo } from './page-header.js';
import {
  bodiesEnd,
  bodiesRoom,
  bodiesStart,
  decodeScratch,
  pageRange,
  usedDictionary,
  valuesInPlace,
} from './page-range.js';
import type { ParquetSchema } from './schema.js';

/** A dictionary is decompressed for each chunk: chunks should have this many times its bytes in values. */
const DICTIONARY_WORTH = 4;
/** Rows of a chunk beyond which a dictionary is decompressed again rather than slots made larger. */
const DICTIONARY_ROW_COUNT = 131072;

/** What is read of columns beyond their values. */
export interface NestedColumns {
  /** Columns whose levels are loaded with the values, by their index. */
  readonly leveled: ReadonlySet<number>;
  /** Absent where no job asks for lists. */
  readonly listReader: ListReader | undefined;
}

export class RowGroupPartition implements SourcePartition {
  /** Place among the row groups of the file. */
  readonly index: number;
  readonly rowCount: number;
  readonly rowMultiple = 1;
  readonly chunks: readonly ChunkInfo[];
  /** Levels of the values that `load` adds. */
  readonly levels: LoadedLevels;
  readonly #file: ReadableFile;
  readonly #schema: ParquetSchema;
  readonly #pages = new Map<number, ColumnPages>();
  readonly #listReader: ListReader | undefined;
  readonly #lists = new Map<number, ParquetLists>();

  constructor(
    file: ReadableFile,
    schema: ParquetSchema,
    index: number,
    rowCount: number,
    chunks: readonly ChunkInfo[],
    { leveled, listReader }: NestedColumns,
  ) {
    this.#file = file;
    this.#schema = schema;
    this.levels = new LoadedLevels(leveled);
    this.#listReader = listReader;
    this.index = index;
    this.rowCount = rowCount;
    this.chunks = chunks;
  }

  /** Values as Parquet counts them: an empty or null list has one too. */
  valueCount(column: Column): number {
    return this.columnPages(column).valueCount;
  }

  lists(column: Column): ParquetLists {
    let lists = this.#lists.get(column.index);
    if (lists === undefined) {
      if (this.#listReader === undefined) throw new RangeError(`the lists of "${column.name}" weren't asked for`);
      lists = new ParquetLists(this.#file, this.columnPages(column), this.rowCount, this.#listReader);
      this.#lists.set(column.index, lists);
    }
    return lists;
  }

  /** Whether regions that `load` makes of the column have validity. */
  hasNulls(column: Column): boolean {
    return this.columnPages(column).hasNulls;
  }

  loadByteLength(column: Column, start: number, end: number): number {
    const pages = this.columnPages(column);
    const type = numericTypeOf(column);
    const values = valuesByteLength(type, end - start) + ALIGNMENT;
    if (this.#isInPlace(column, start, end)) return values;
    const range = pageRange(pages, start, end);
    const dictionary = usedDictionary(pages, range);
    return (
      values +
      (pages.hasNulls ? Math.ceil((end - start) / 8) + ALIGNMENT : 0) +
      bodiesRoom(pages, range) +
      ALIGNMENT +
      (dictionary === undefined ? 0 : dictionary.byteLength + ALIGNMENT) +
      this.levels.byteLength(column, pages.leaf, end - start)
    );
  }

  scratchByteLength(column: Column, start: number, end: number): number {
    const pages = this.columnPages(column);
    const type = numericTypeOf(column);
    if (this.#isInPlace(column, start, end)) return 0;
    // Scratch ends at a multiple of the alignment.
    return decodeScratch(pages, pageRange(pages, start, end), type, end - start).byteLength + ALIGNMENT;
  }

  spareByteLength(column: Column, start: number, end: number): number {
    const pages = this.columnPages(column);
    return this.#isInPlace(column, start, end) ? 0 : bodiesRoom(pages, pageRange(pages, start, end));
  }

  load(load: Load<unknown>, column: Column, start: number, end: number): LoadedColumn {
    const pages = this.columnPages(column);
    const type = numericTypeOf(column);
    const values = load.allocate(valuesByteLength(type, end - start));
    if (this.#isInPlace(column, start, end)) {
      this.#readValues(load, pages, type, start, end, values);
      return { values, validity: 0 };
    }
    const target = { values, validity: pages.hasNulls ? load.allocate(Math.ceil((end - start) / 8)) : 0 };
    const range = pageRange(pages, start, end);
    const first = bodiesStart(range);
    const byteLength = bodiesRoom(pages, range);
    const address = load.allocate(byteLength);
    load.readTo(this.#file, first, bodiesEnd(range) - first, address);
    const dictionary = usedDictionary(pages, range);
    const scratch = decodeScratch(pages, range, type, end - start);
    const scratchAddress = load.scratch(scratch.byteLength);
    const place = (offset: number | undefined): number => (offset === undefined ? 0 : scratchAddress + offset);
    load.addTask({
      kind: 'decode_pages',
      name: pages.name,
      physicalValue: pages.physicalValue,
      type,
      maxDefinitionLevel: pages.leaf.maxDefinitionLevel,
      maxRepetitionLevel: pages.leaf.maxRepetitionLevel,
      dictionary: dictionary && {
        address: load.read(this.#file, dictionary.position, dictionary.byteLength),
        byteLength: dictionary.byteLength,
        crc: dictionary.crc,
        uncompressedByteLength: dictionary.uncompressedByteLength,
        codec: pages.codec,
        valueCount: dictionary.valueCount,
      },
      pages: range.map((page) => dataPage(page, address - first)),
      start,
      end,
      target,
      levels: this.levels.allocate(load, column, pages.leaf, end - start),
      scratch: place(scratch.page),
      levelsScratch: place(scratch.levels),
      dictionaryScratch: place(scratch.dictionary),
      denseScratch: place(scratch.dense),
    });
    return { ...target, spare: { address, byteLength } };
  }

  /** The end of a page of as many of the columns as possible, if one lies in the second half of the range. */
  chunkEnd(columns: readonly Column[], start: number, limit: number, rowMultiple: number): number {
    const [first] = columns;
    if (first === undefined || limit >= this.valueCount(first)) return limit;
    const votes = new Map<number, number>();
    for (const column of columns) {
      const pages = this.columnPages(column);
      if (this.#isInPlace(column, start, limit)) continue;
      // Pages of lists end anywhere, and no bitmap of theirs is cut.
      const multiple = pages.leaf.maxRepetitionLevel > 0 ? 1 : rowMultiple;
      for (let i = pageIndexOf(pages.pages, limit); i >= 0; i--) {
        const end = pages.pages[i]?.firstValue ?? 0;
        if (end < (start + limit) / 2) break;
        if (end > start && end % multiple === 0) votes.set(end, (votes.get(end) ?? 0) + 1);
      }
    }
    let best = limit;
    let most = 0;
    for (const [end, count] of votes) {
      if (count > most || (count === most && end > best)) {
        best = end;
        most = count;
      }
    }
    return best;
  }

  /** Values that a chunk of a column should have so that no page or dictionary is decoded often; 0 where any will do. */
  wantedValueCount(column: Column): number {
    const pages = this.columnPages(column);
    const type = numericTypeOf(column);
    if (this.#isInPlace(column, 0, pages.valueCount)) return 0;
    const { dictionary } = pages;
    const dictionaryRows =
      dictionary === undefined ? 0 : (DICTIONARY_WORTH * 8 * dictionary.uncompressedByteLength) / BITS_PER_VALUE[type];
    const pageValues = pages.pages.reduce((most, page) => Math.max(most, page.valueCount), 0);
    return Math.max(pageValues, Math.min(Math.ceil(dictionaryRows), DICTIONARY_ROW_COUNT));
  }

  #isInPlace(column: Column, start: number, end: number): boolean {
    return !this.levels.includes(column) && valuesInPlace(this.columnPages(column), numericTypeOf(column), start, end);
  }

  columnPages(column: Column): ColumnPages {
    let pages = this.#pages.get(column.index);
    if (pages === undefined) {
      const leaf = this.#schema.leafOfColumn.get(column.index);
      const chunk = leaf === undefined ? undefined : this.chunks[leaf.index];
      if (leaf === undefined || chunk === undefined) throw new RangeError(`"${column.name}" is no numeric column`);
      pages = scanColumnPages(this.#file, chunk, leaf, this.rowCount);
      this.#pages.set(column.index, pages);
    }
    return pages;
  }

  #readValues(
    load: Load<unknown>,
    { pages, valuePositions }: ColumnPages,
    type: NumericType,
    start: number,
    end: number,
    address: number,
  ): void {
    const width = BITS_PER_VALUE[type] / 8;
    for (let i = pageIndexOf(pages, start); i < pages.length; i++) {
      const page = pages[i] as DataPageInfo;
      if (page.firstValue >= end) break;
      const from = Math.max(start, page.firstValue);
      const to = Math.min(end, page.firstValue + page.valueCount);
      const position = (valuePositions[i] ?? 0) + (from - page.firstValue) * width;
      load.readTo(this.#file, position, (to - from) * width, address + (from - start) * width);
    }
  }
}

function dataPage(page: DataPageInfo, addressOffset: number): DataPage {
  const { byteLength, uncompressedByteLength, crc, codec, encoding, firstValue, valueCount, levels } = page;
  return {
    address: page.position + addressOffset,
    byteLength,
    uncompressedByteLength,
    crc,
    codec,
    encoding,
    firstValue,
    valueCount,
    levels,
  };
}

function numericTypeOf(column: Column): NumericType {
  if (column.type === undefined) throw new RangeError(`"${column.name}" is no numeric column`);
  return column.type;
}
