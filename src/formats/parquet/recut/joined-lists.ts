/** Lists of rows of several row groups, counted as if they stood one behind the other. */
import type { ListRows } from '../../../abi/task.js';
import type { Load } from '../../../slab/load.js';
import type { PartitionLists } from '../../format.js';
import { loadStarts, type ParquetLists, startsByteLength } from '../lists.js';

interface Part {
  readonly lists: ParquetLists;
  /** Of the part among all, and among the row group's own. */
  readonly firstList: number;
  readonly ownFirstList: number;
  readonly count: number;
  /** What an element's place in the row group is less than its place here. */
  readonly shift: number;
}

export class JoinedLists implements PartitionLists {
  readonly isCutAtLists = true;
  readonly count: number;
  readonly #fileName: string;
  readonly #parts: readonly Part[];
  readonly #elementCount: number;

  constructor(
    fileName: string,
    rows: readonly { readonly lists: ParquetLists; readonly start: number; readonly end: number }[],
  ) {
    this.#fileName = fileName;
    let count = 0;
    let elementCount = 0;
    this.#parts = rows.map(({ lists, start, end }) => {
      const first = lists.elementStart(start);
      const part = {
        lists,
        firstList: count,
        ownFirstList: start,
        count: end - start,
        shift: elementCount - first,
      };
      count += end - start;
      elementCount += lists.elementStart(end) - first;
      return part;
    });
    this.count = count;
    this.#elementCount = elementCount;
  }

  elementStart(index: number): number {
    const part = this.#partOf(({ firstList }) => firstList, index);
    if (part === undefined || index >= this.count) return this.#elementCount;
    return part.lists.elementStart(part.ownFirstList + index - part.firstList) + part.shift;
  }

  firstStartingAt(element: number): number {
    if (element >= this.#elementCount) return this.count;
    const part = this.#partOf((each) => this.elementStart(each.firstList), element);
    if (part === undefined) return 0;
    const own = part.lists.firstStartingAt(element - part.shift) - part.ownFirstList;
    return part.firstList + Math.min(part.count, Math.max(0, own));
  }

  loadByteLength(start: number, end: number): number {
    return startsByteLength(start, end);
  }

  loadBounds(load: Load<unknown>, start: number, end: number): ListRows['bounds'] {
    return loadStarts(load, this, this.#fileName, start, end);
  }

  loadValidity(): number {
    return 0;
  }

  copyStarts(target: Uint32Array, start: number): void {
    for (const { lists, firstList, ownFirstList, count, shift } of this.#parts) {
      const from = Math.max(start, firstList);
      const to = Math.min(start + target.length, firstList + count);
      if (from >= to) continue;
      const own = target.subarray(from - start, to - start);
      lists.copyStarts(own, ownFirstList + from - firstList);
      for (let i = 0; i < own.length; i++) own[i] = (own[i] as number) + shift;
    }
    if (start + target.length > this.count) target[this.count - start] = this.#elementCount;
  }

  /** The last part of which the key is `value` or less. */
  #partOf(key: (part: Part) => number, value: number): Part | undefined {
    let low = 0;
    let high = this.#parts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (key(this.#parts[middle] as Part) <= value) low = middle;
      else high = middle - 1;
    }
    return this.#parts[low];
  }
}
