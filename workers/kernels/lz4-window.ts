/*
 * What the two LZ77 codecs, LZ4 and Snappy, share: copying literals and matches, and measuring matches.
 *
 * Wide copies may write behind what was asked for, but never at or behind `limit`, and read nothing behind `sourceEnd`.
 * Ends are compared by differences, so that a buffer may end with the memory.
 */

/** Copies `length` bytes that lie apart from their target. */
@inline
export function copyLiterals(to: usize, limit: usize, from: usize, sourceEnd: usize, length: usize): void {
  if (length <= 64 && limit - to >= length + 16 && sourceEnd - from >= length + 16) {
    for (let i: usize = 0; i < length; i += 16) v128.store(to + i, v128.load(from + i));
  } else {
    memory.copy(to, from, length);
  }
}

/** Repeats the `length` bytes that stand `offset` >= 1 bytes before `to`; the two ranges may overlap. */
@inline
export function copyMatch(to: usize, limit: usize, offset: usize, length: usize): void {
  // So many bytes that a step of 16 past them stays within the target; the rest go one by one.
  const wide = limit - to >= length + 16 ? length : length > 16 ? length - 16 : 0;
  let at: usize = 0;
  if (offset >= 16) {
    for (; at < wide; at += 16) v128.store(to + at, v128.load(to + at - offset));
  } else if (offset >= 8) {
    for (; at < wide; at += 8) store<u64>(to + at, load<u64>(to + at - offset));
  } else if (wide) {
    // The least multiple of the offset that a whole word fits into: the pattern repeats at that distance too.
    let period = offset;
    while (period < 8) period += offset;
    for (; at < 8; at++) store<u8>(to + at, load<u8>(to + at - offset));
    for (; at < wide; at += 8) store<u64>(to + at, load<u64>(to + at - period));
  }
  for (; at < length; at++) store<u8>(to + at, load<u8>(to + at - offset));
}

/** How many bytes from `a` equal those from `b`, up to `end`, which is an end for b; a < b. */
@inline
export function matchLength(a: usize, b: usize, end: usize): usize {
  const start = b;
  while (end - b >= 8) {
    const difference = load<u64>(a) ^ load<u64>(b);
    if (difference) return b - start + <usize>(ctz<u64>(difference) >> 3);
    a += 8;
    b += 8;
  }
  while (b != end && load<u8>(a) == load<u8>(b)) {
    a++;
    b++;
  }
  return b - start;
}

/** A hash of four bytes to `bits` bits. */
@inline
export function hash4(word: u32, bits: u32): usize {
  return <usize>((word * 0x9e3779b1) >> (32 - bits));
}
