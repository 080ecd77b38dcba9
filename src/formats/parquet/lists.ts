/** The lists of a column chunk, one a row: where they begin among its values. */
import type { ListRows } from '../../abi/task.js';
import { LanewiseError } from '../../errors.js';
import { ALIGNMENT, type Load } from '../../slab/load.js';
import type { ReadableFile } from '../../storage/file.js';
import type { PartitionLists } from '../format.js';
import { pageIndexOf } from './column-pages.js';
import type { LeafPages } from './leaf-pages.js';
import type { DataPageInfo, DictionaryPageInfo } from './page-header.js';
import type { Leaf } from './schema.js';

/** Reads pages outside of slots. */
export interface PageReader {
  /** Places among the column chunk's values of those of the page that begin a row. */
  readStarts(file: ReadableFile, page: DataPageInfo, column: Leaf & { readonly name: string }): Uint32Array;
  /** The values of a dictionary in the PLAIN encoding; a view that is good until the next call. */
  readDictionary(file: ReadableFile, page: DictionaryPageInfo, name: string): Uint8Array;
}

const START_BYTE_LENGTH = 4;
/** Places are kept up to this many; those of other pages are read again where they are needed again. */
const KEPT_COUNT = 1 << 22;
const VALUE_COUNT_MAX = 2 ** 31 - 1;

/**
 * Values are counted as Parquet counts them: a list that is empty or null has one, which is null, so that all that is
 * computed of it is null too.
 */
export class ParquetLists implements PartitionLists {
  readonly isCutAtLists = true;
  readonly count: number;
  readonly #file: ReadableFile;
  readonly #pages: LeafPages;
  readonly #reader: PageReader;
  /** By page, and behind the last one. */
  readonly #firstLists: number[] = [0];
  readonly #kept = new Map<number, Uint32Array>();
  #keptCount = 0;

  /** @throws LW_CORRUPT_INPUT where the pages have other lists than there are rows */
  constructor(file: ReadableFile, pages: LeafPages, rowCount: number, reader: PageReader) {
    this.#file = file;
    this.#pages = pages;
    this.#reader = reader;
    this.count = rowCount;
    if (pages.valueCount > VALUE_COUNT_MAX) {
      throw new LanewiseError(
        'LW_UNSUPPORTED_INPUT',
        `${file.name}: column "${pages.name}" has ${pages.valueCount} values in a row group, rows of lists may have ${VALUE_COUNT_MAX}; write smaller row groups`,
      );
    }
    let lists = 0;
    for (const page of pages.pages.keys()) {
      const starts = this.#startsOf(page);
      if (page === 0 && starts[0] !== 0)
        throw this.#corrupt('its first value goes on with a list that no value begins');
      lists += starts.length;
      this.#firstLists.push(lists);
    }
    if (lists !== rowCount) throw this.#corrupt(`has values of ${lists} rows in a row group of ${rowCount}`);
  }

  elementStart(index: number): number {
    if (index >= this.count) return this.#pages.valueCount;
    const page = this.#pageOf(index);
    return this.#startsOf(page)[index - this.#firstListOf(page)] ?? 0;
  }

  firstStartingAt(element: number): number {
    if (element >= this.#pages.valueCount) return this.count;
    const page = pageIndexOf(this.#pages.pages, element);
    const starts = this.#startsOf(page);
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) < element) low = middle + 1;
      else high = middle;
    }
    return this.#firstListOf(page) + low;
  }

  loadByteLength(start: number, end: number): number {
    return startsByteLength(start, end);
  }

  loadBounds(load: Load<unknown>, start: number, end: number): ListRows['bounds'] {
    return loadStarts(load, this, this.#file.name, start, end);
  }

  /** None is told from a list of one null. */
  loadValidity(): number {
    return 0;
  }

  /** Writes where the lists from `start` on begin, and behind the last one where it ends. */
  copyStarts(target: Uint32Array, start: number): void {
    for (let at = 0; at < target.length; ) {
      const index = start + at;
      if (index >= this.count) {
        target[at++] = this.#pages.valueCount;
        continue;
      }
      const page = this.#pageOf(index);
      const from = index - this.#firstListOf(page);
      const starts = this.#startsOf(page).subarray(from, from + target.length - at);
      target.set(starts, at);
      at += starts.length;
    }
  }

  #firstListOf(page: number): number {
    return this.#firstLists[page] ?? this.count;
  }

  /** The page in which a list begins. */
  #pageOf(list: number): number {
    let low = 0;
    let high = this.#pages.pages.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#firstListOf(middle) <= list) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #startsOf(index: number): Uint32Array {
    let starts = this.#kept.get(index);
    if (starts === undefined) {
      const { pages, leaf, name } = this.#pages;
      const page = pages[index];
      if (page === undefined) throw new RangeError(`no page ${index} among ${pages.length}`);
      starts = this.#reader.readStarts(this.#file, page, { ...leaf, name });
      this.#kept.set(index, starts);
      this.#keptCount += starts.length;
    }
    for (const [oldest, { length }] of this.#kept) {
      if (this.#keptCount <= KEPT_COUNT || oldest === index) break;
      this.#kept.delete(oldest);
      this.#keptCount -= length;
    }
    return starts;
  }

  #corrupt(what: string): LanewiseError {
    return new LanewiseError('LW_CORRUPT_INPUT', `${this.#file.name}: column "${this.#pages.name}": ${what}`);
  }
}

/** Lists that can say where they begin. */
export interface ListStarts {
  readonly count: number;
  /** Writes where the lists from `start` on begin, and behind the last one where it ends. */
  copyStarts(target: Uint32Array, start: number): void;
}

/** Slot bytes, at most, that `loadStarts` takes. */
export function startsByteLength(start: number, end: number): number {
  return (end - start + 1) * START_BYTE_LENGTH + ALIGNMENT;
}

/** Adds to the load where the lists `start` to `end` begin and end. */
export function loadStarts(
  load: Load<unknown>,
  lists: ListStarts,
  fileName: string,
  start: number,
  end: number,
): ListRows['bounds'] {
  const file = new StartsFile(lists, fileName);
  const byteLength = (end - start + 1) * START_BYTE_LENGTH;
  return { offsets: load.read(file, start * START_BYTE_LENGTH, byteLength), offsetByteLength: START_BYTE_LENGTH };
}

/** The places where lists begin, as a file has them that a slot is filled with. */
class StartsFile implements ReadableFile {
  readonly name: string;
  readonly byteLength: number;
  readonly #lists: ListStarts;

  constructor(lists: ListStarts, name: string) {
    this.name = name;
    this.byteLength = (lists.count + 1) * START_BYTE_LENGTH;
    this.#lists = lists;
  }

  read({ buffer, byteOffset, byteLength }: Uint8Array, position: number): void {
    const target = new Uint32Array(buffer, byteOffset, byteLength / START_BYTE_LENGTH);
    this.#lists.copyStarts(target, position / START_BYTE_LENGTH);
  }

  close(): void {}
}
