import type { ListRows } from '../../abi/task.js';
import { LanewiseError } from '../../errors.js';
import { ALIGNMENT, type Load } from '../../slab/load.js';
import type { PartitionLists } from '../format.js';
import { AndedBitmaps } from './anded-bitmaps.js';
import type { BufferRange } from './compression.js';
import type { ListForm } from './types.js';

/** Offsets are read in windows of so many bytes. */
const WINDOW_BYTE_LENGTH = 1 << 14;

/** How many elements lists have, and where they are lists, those. */
export interface ListElements {
  readonly count: number;
  readonly lists?: ArrowLists;
}

export interface ArrowListsOptions {
  /** Of the column. */
  readonly name: string;
  readonly form: ListForm;
  readonly count: number;
  readonly elements: ListElements;
  /** Of the lists and of the structs that they belong to, as far as they have nulls. */
  readonly bitmaps: readonly BufferRange[];
  /** Uncompressed, `count + 1` of them; `undefined` for lists of one size, and where there are no lists. */
  readonly offsets: BufferRange | undefined;
}

/**
 * The lists of a column in a record batch: of one size, or as their offsets say. Of lists of lists, what belongs to one is
 * counted in what the innermost have.
 */
export class ArrowLists implements PartitionLists {
  readonly isCutAtLists = false;
  readonly count: number;
  readonly #options: ArrowListsOptions;
  readonly #bitmaps: readonly BufferRange[];
  readonly #offsets: BufferRange | undefined;
  readonly #listSize: number;
  readonly #offsetByteLength: 4 | 8;
  readonly #window = new DataView(new ArrayBuffer(WINDOW_BYTE_LENGTH));
  #windowStart = 0;
  #windowEnd = 0;

  constructor(options: ArrowListsOptions) {
    const { form, count, bitmaps, offsets } = options;
    this.count = count;
    this.#options = options;
    this.#bitmaps = bitmaps;
    this.#offsets = offsets;
    this.#listSize = form.kind === 'fixed_size' ? form.listSize : 0;
    this.#offsetByteLength = form.kind === 'fixed_size' ? 4 : form.offsetByteLength;
  }

  get elementLists(): ArrowLists | undefined {
    return this.#options.elements.lists;
  }

  elementStart(index: number): number {
    const element = this.#offsets === undefined ? index * this.#listSize : this.#offset(this.#offsets, index);
    const { name, elements } = this.#options;
    if (element >= 0 && element <= elements.count) return elements.lists?.elementStart(element) ?? element;
    throw new LanewiseError(
      'LW_CORRUPT_INPUT',
      `column '${name}' is damaged: list ${index} of a record batch begins at element ${element} of ${elements.count}; write the file again from its source`,
    );
  }

  firstStartingAt(element: number, from: number): number {
    if (this.#offsets === undefined && this.#options.elements.lists === undefined) {
      return this.#listSize === 0 ? this.count : Math.min(this.count, Math.ceil(element / this.#listSize));
    }
    // Steps that double, since what is looked for is mostly near; then halves.
    let low = from;
    let step = 1;
    while (low + step < this.count && this.elementStart(low + step) < element) {
      low += step;
      step *= 2;
    }
    let high = Math.min(this.count, low + step);
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.elementStart(middle) < element) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  loadByteLength(start: number, end: number): number {
    const offsets = this.#offsets === undefined ? 0 : (end - start + 1) * this.#offsetByteLength;
    return offsets + Math.ceil((end - start) / 8) + 2 * ALIGNMENT;
  }

  loadBounds(load: Load<unknown>, start: number, end: number): ListRows['bounds'] {
    if (this.#options.elements.lists !== undefined) throw new RangeError('lists of lists are no rows');
    if (this.#offsets === undefined) return { listSize: this.#listSize, start: start * this.#listSize };
    const { file, position } = this.#offsets;
    const offsetByteLength = this.#offsetByteLength;
    const offsets = load.read(file, position + start * offsetByteLength, (end - start + 1) * offsetByteLength);
    return { offsets, offsetByteLength };
  }

  loadValidity(load: Load<unknown>, start: number, end: number): number {
    const [first] = this.#bitmaps;
    if (first === undefined) return 0;
    const byteLength = Math.ceil(end / 8) - start / 8;
    if (this.#bitmaps.length === 1) return load.read(first.file, first.position + start / 8, byteLength);
    return load.read(new AndedBitmaps(this.#bitmaps), start / 8, byteLength);
  }

  #offset({ file, position }: BufferRange, index: number): number {
    const at = index * this.#offsetByteLength;
    if (at < this.#windowStart || at >= this.#windowEnd) {
      const end = (this.count + 1) * this.#offsetByteLength;
      this.#windowStart = at - (at % WINDOW_BYTE_LENGTH);
      this.#windowEnd = Math.min(end, this.#windowStart + WINDOW_BYTE_LENGTH);
      const bytes = new Uint8Array(this.#window.buffer, 0, this.#windowEnd - this.#windowStart);
      file.read(bytes, position + this.#windowStart);
    }
    const place = at - this.#windowStart;
    return this.#offsetByteLength === 4
      ? this.#window.getInt32(place, true)
      : Number(this.#window.getBigInt64(place, true));
  }
}

/**
 * The lists of a column from the outermost on.
 * @param levels what leads to its values; all but the last end with lists
 * @param valueCount of the column
 */
export function nestLists<Level>(
  levels: readonly Level[],
  valueCount: number,
  listsAt: (level: Level, elements: ListElements) => ArrowLists,
): ArrowLists {
  let elements: ListElements = { count: valueCount };
  for (const level of levels.slice(0, -1).reverse()) {
    const lists = listsAt(level, elements);
    elements = { count: lists.count, lists };
  }
  if (elements.lists === undefined) throw new RangeError('a column that is in no lists');
  return elements.lists;
}
