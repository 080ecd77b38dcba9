/**
 * Values in the encoding DELTA_BYTE_ARRAY: the length of what each shares with the one before, and the rest of it. Some
 * of them stay in that encoding: decoded, there is no telling how many bytes they are.
 *
 * https://github.com/apache/parquet-format/blob/master/Encodings.md#delta-strings-delta_byte_array--7
 */
import { readLengths, writeLengths } from './delta-lengths.js';
import { corruptColumn, type PageContext } from './page-context.js';
import type { PageValues } from './stored-values.js';

/**
 * Copies the values `skip` to `skip + count`, the first of them whole, to an address.
 * @param visit is handed each of them; the bytes are good until it returns
 * @returns where they end
 * @throws LW_CORRUPT_INPUT
 */
export function cutSharedPrefixes(
  { memory }: PageContext,
  { name, start, end, total, skip, count }: PageValues,
  target: number,
  visit: (value: Uint8Array) => void,
): number {
  const prefixes = readLengths(name, memory, start, end, total);
  const suffixes = readLengths(name, memory, prefixes.end, end, total);
  if (prefixes.lengths.length < skip + count || suffixes.lengths.length < skip + count) {
    throw corruptColumn(name, `a page has ${prefixes.lengths.length} of ${total} values`);
  }
  let value = new Uint8Array(256);
  let length = 0;
  let from = suffixes.end;
  let first = new Uint8Array(0);
  let firstEnd = from;
  for (let i = 0; i < skip + count; i++) {
    const prefix = prefixes.lengths[i] as number;
    const suffix = suffixes.lengths[i] as number;
    if (prefix > length || from + suffix > end) {
      throw corruptColumn(name, 'a page has values that share more than there is');
    }
    length = prefix + suffix;
    if (length > value.length) {
      const larger = new Uint8Array(2 * length);
      larger.set(value);
      value = larger;
    }
    value.set(memory.subarray(from, from + suffix), prefix);
    from += suffix;
    if (i < skip) continue;
    if (i === skip) {
      first = value.slice(0, length);
      firstEnd = from;
    }
    visit(value.subarray(0, length));
  }
  const prefixLengths = prefixes.lengths.slice(skip, skip + count);
  const suffixLengths = suffixes.lengths.slice(skip, skip + count);
  if (count > 0) {
    prefixLengths[0] = 0;
    suffixLengths[0] = first.length;
  }
  let at = writeLengths(memory, suffixLengths, writeLengths(memory, prefixLengths, target));
  memory.set(first, at);
  at += first.length;
  memory.copyWithin(at, firstEnd, from);
  return at + from - firstEnd;
}
