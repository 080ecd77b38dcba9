/** Which dictionary a column chunk of other rows than the input's is to have. */
import type { DictionaryPageInfo } from '../page-header.js';
import { pagesBetween } from './recut-partition.js';
import type { ValueRange } from './recut-plan.js';

/** The dictionaries in their order, each with how many values in the ranges are indices into it. */
export function dictionaryUses(ranges: readonly ValueRange[]): ReadonlyMap<DictionaryPageInfo, number> {
  const used = new Map<DictionaryPageInfo, number>();
  for (const { pages, start, end } of ranges) {
    for (const { page } of pagesBetween(pages, start, end)) {
      const { dictionary, firstValue, valueCount } = page;
      if (dictionary === undefined) continue;
      const count = Math.min(end, firstValue + valueCount) - Math.max(start, firstValue);
      used.set(dictionary, (used.get(dictionary) ?? 0) + count);
    }
  }
  return used;
}

/** The dictionary that most values are of, if it takes less than they do. */
export function largestUse(used: ReadonlyMap<DictionaryPageInfo, number>): DictionaryPageInfo | undefined {
  const [first] = [...used].sort(([, a], [, b]) => b - a);
  if (first === undefined) return undefined;
  const [{ uncompressedByteLength, valueCount }] = first;
  return pays(uncompressedByteLength, valueCount, [first]) ? first[0] : undefined;
}

/** Whether one dictionary of several may pay, which has the values of the largest at least: merging takes long. */
export function mayPay(used: ReadonlyMap<DictionaryPageInfo, number>): boolean {
  const dictionaries = [...used.keys()];
  const byteLength = Math.max(0, ...dictionaries.map(({ uncompressedByteLength }) => uncompressedByteLength));
  const valueCount = Math.max(0, ...dictionaries.map((dictionary) => dictionary.valueCount));
  return pays(byteLength, valueCount, [...used]);
}

/** Whether a dictionary and indices into it are fewer bytes than the values that they stand for: a row group may need few of them. */
export function pays(
  byteLength: number,
  valueCount: number,
  used: readonly (readonly [dictionary: DictionaryPageInfo, count: number])[],
): boolean {
  let indices = 0;
  let values = 0;
  for (const [dictionary, count] of used) {
    indices += (count * bitWidthOf(valueCount)) / 8;
    values += (count * dictionary.uncompressedByteLength) / Math.max(1, dictionary.valueCount);
  }
  return byteLength + indices < values;
}

/** Bits of an index into a dictionary; readers want one at least. */
export function bitWidthOf(valueCount: number): number {
  return Math.max(1, 32 - Math.clz32(Math.max(0, valueCount - 1)));
}
