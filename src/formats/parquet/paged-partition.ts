/** Rows as the run sees them: ranges of a column's values become reads of pages and tasks that decode them. */
import type { DataPage, DictionaryPage } from '../../abi/pages.js';
import { BITS_PER_VALUE, type NumericType, valuesByteLength } from '../../abi/types.js';
import type { Column } from '../../plan/schema.js';
import { ALIGNMENT, type Load } from '../../slab/load.js';
import type { ReadableFile } from '../../storage/file.js';
import type { LoadedColumn, PartitionLists, SourcePartition } from '../format.js';
import { type ColumnPages, pageIndexOf } from './column-pages.js';
import type { LoadedLevels } from './loaded-levels.js';
import type { DataPageInfo, DictionaryPageInfo } from './page-header.js';
import {
  bodies,
  bodiesRoom,
  decodeScratch,
  pageRange,
  pageRuns,
  usedDictionaries,
  valuesInPlace,
} from './page-range.js';

/** A dictionary is decompressed for each chunk: chunks should have this many times its bytes in values. */
const DICTIONARY_WORTH = 4;
/** Rows of a chunk beyond which a dictionary is decompressed again rather than slots made larger. */
const DICTIONARY_ROW_COUNT = 131072;

export abstract class PagedPartition implements SourcePartition {
  abstract readonly rowCount: number;
  readonly rowMultiple = 1;
  /** Levels of the values that `load` adds. */
  readonly levels: LoadedLevels;
  protected readonly file: ReadableFile;

  protected constructor(file: ReadableFile, levels: LoadedLevels) {
    this.file = file;
    this.levels = levels;
  }

  /** The pages that hold a column's values; the first and the last may hold others before and behind them. */
  abstract columnPages(column: Column): ColumnPages;

  abstract lists(column: Column): PartitionLists;

  /** Values as Parquet counts them: an empty or null list has one too. */
  valueCount(column: Column): number {
    return this.columnPages(column).valueCount;
  }

  /** Whether regions that `load` makes of the column have validity. */
  hasNulls(column: Column): boolean {
    return this.columnPages(column).hasNulls;
  }

  loadByteLength(column: Column, start: number, end: number): number {
    const pages = this.columnPages(column);
    const values = valuesByteLength(numericTypeOf(column), end - start) + ALIGNMENT;
    if (this.#isInPlace(column, start, end)) return values;
    const range = pageRange(pages, start, end);
    const dictionaries = usedDictionaries(range).reduce((sum, { byteLength }) => sum + byteLength + ALIGNMENT, 0);
    return (
      values +
      (pages.hasNulls ? Math.ceil((end - start) / 8) + ALIGNMENT : 0) +
      bodiesRoom(pages, range) +
      ALIGNMENT +
      dictionaries +
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
    const spare = { byteLength: bodiesRoom(pages, range), address: 0 };
    spare.address = load.allocate(spare.byteLength);
    const scratch = decodeScratch(pages, range, type, end - start);
    const scratchAddress = load.scratch(scratch.byteLength);
    const place = (offset: number | undefined): number => (offset === undefined ? 0 : scratchAddress + offset);
    const levels = this.levels.allocate(load, column, pages.leaf, end - start);
    let address = spare.address;
    let from = start;
    for (const run of pageRuns(range)) {
      const { position, byteLength } = bodies(run);
      load.readTo(this.file, position, byteLength, address);
      const [dictionary] = usedDictionaries(run);
      const last = run.at(-1);
      const to = last === undefined ? end : Math.min(end, last.firstValue + last.valueCount);
      load.addTask({
        kind: 'decode_pages',
        name: pages.name,
        physicalValue: pages.physicalValue,
        type,
        maxDefinitionLevel: pages.leaf.maxDefinitionLevel,
        maxRepetitionLevel: pages.leaf.maxRepetitionLevel,
        dictionary:
          dictionary && dictionaryPage(dictionary, load.read(this.file, dictionary.position, dictionary.byteLength)),
        pages: run.map((page) => dataPage(page, address - position)),
        start: from,
        end: to,
        target,
        targetRow: from - start,
        levels,
        scratch: place(scratch.page),
        levelsScratch: place(scratch.levels),
        dictionaryScratch: place(scratch.dictionary),
        denseScratch: place(scratch.dense),
      });
      address += byteLength;
      from = to;
    }
    return { ...target, spare };
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
    const dictionaryByteLength = usedDictionaries(pages.pages).reduce(
      (most, dictionary) => Math.max(most, dictionary.uncompressedByteLength),
      0,
    );
    const dictionaryRows = (DICTIONARY_WORTH * 8 * dictionaryByteLength) / BITS_PER_VALUE[type];
    const pageValues = pages.pages.reduce((most, page) => Math.max(most, page.valueCount), 0);
    return Math.max(pageValues, Math.min(Math.ceil(dictionaryRows), DICTIONARY_ROW_COUNT));
  }

  #isInPlace(column: Column, start: number, end: number): boolean {
    return !this.levels.includes(column) && valuesInPlace(this.columnPages(column), numericTypeOf(column), start, end);
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
      load.readTo(this.file, position, (to - from) * width, address + (from - start) * width);
    }
  }
}

/** A page in the slot, of a run that stands `addressOffset` behind its place in the file. */
export function dataPage(page: DataPageInfo, addressOffset: number): DataPage {
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

/** A dictionary page of the file as it stands at an address. */
export function dictionaryPage(page: DictionaryPageInfo, address: number): DictionaryPage {
  const { byteLength, uncompressedByteLength, crc, codec, valueCount } = page;
  return { address, byteLength, uncompressedByteLength, crc, codec, valueCount };
}

/** A dictionary's values as those of a page without levels. */
export function valuesPage(dictionary: DictionaryPage): DataPage {
  const levels = { repetition: 'rle', definition: 'rle' } as const;
  return { ...dictionary, encoding: 'plain', firstValue: 0, levels };
}
