/*
 * LZ4 blocks without framing: https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 *
 *   lz4_decompress_block(source, sourceLength, target, targetCapacity, historyStart): i32
 *     The length of the result, or -1 if the block is malformed or longer than `targetCapacity`. Matches may reach back to
 *     `historyStart` <= target: the start of the block itself, or of what stands before it in the same buffer, for the
 *     linked blocks of a frame.
 *   lz4_compress_block(source, sourceLength, target, targetCapacity, hashTable): i32
 *     The length of the block, or -1 if it doesn't fit. `hashTable` is 64 KiB of scratch.
 *   lz4_max_compressed_length(sourceLength): i32
 *     The capacity that always suffices.
 *
 * Whatever the input, nothing is read outside the source and the history or written outside the target; what the target
 * holds after a failure is undefined.
 */
import { copyLiterals, copyMatch, hash4, matchLength } from './lz4-window';

export function lz4_max_compressed_length(sourceLength: i32): i32 {
  return sourceLength + sourceLength / 255 + 16;
}

export function lz4_decompress_block(
  source: usize,
  sourceLength: i32,
  target: usize,
  targetCapacity: i32,
  historyStart: usize,
): i32 {
  const end = source + <usize>sourceLength;
  const limit = target + <usize>targetCapacity;
  let at = source;
  let to = target;
  while (at != end) {
    const token = <u32>load<u8>(at);
    at++;
    let literals: usize = token >> 4;
    if (literals == 15) {
      let byte: u32;
      do {
        if (at == end) return -1;
        byte = load<u8>(at);
        at++;
        literals += byte;
        if (literals > limit - to) return -1;
      } while (byte == 255);
    }
    if (literals > end - at || literals > limit - to) return -1;
    if (literals) copyLiterals(to, limit, at, end, literals);
    at += literals;
    to += literals;
    if (at == end) return token & 15 ? -1 : <i32>(to - target);

    if (end - at < 2) return -1;
    const offset: usize = load<u16>(at);
    at += 2;
    let length: usize = token & 15;
    if (length == 15) {
      let byte: u32;
      do {
        if (at == end) return -1;
        byte = load<u8>(at);
        at++;
        length += byte;
        if (length > limit - to) return -1;
      } while (byte == 255);
    }
    length += 4;
    if (offset == 0 || offset > to - historyStart || length > limit - to) return -1;
    copyMatch(to, limit, offset, length);
    to += length;
  }
  // A block ends with literals; an empty one isn't a block.
  return -1;
}

const HASH_BITS: u32 = 14;
/** A match starts at least 12 bytes and ends at least 5 bytes before the end of the block. */
const MATCH_MARGIN: usize = 12;
const LITERAL_MARGIN: usize = 5;

export function lz4_compress_block(
  source: usize,
  sourceLength: i32,
  target: usize,
  targetCapacity: i32,
  hashTable: usize,
): i32 {
  const length = <usize>sourceLength;
  const end = source + length;
  const limit = target + <usize>targetCapacity;
  let to = target;
  let literals = source;
  if (length > MATCH_MARGIN) {
    memory.fill(hashTable, 0, 4 << HASH_BITS);
    const last = end - MATCH_MARGIN;
    const matchEnd = end - LITERAL_MARGIN;
    let at = source + 1;
    while (last - at < length) {
      let misses: usize = 64;
      let candidate: usize = 0;
      let found = false;
      while (last - at < length) {
        const word = load<u32>(at);
        const slot = hashTable + (hash4(word, HASH_BITS) << 2);
        candidate = source + load<u32>(slot);
        store<u32>(slot, <u32>(at - source));
        if (at - candidate < 65536 && load<u32>(candidate) == word) {
          found = true;
          break;
        }
        at += misses >> 6;
        misses++;
      }
      if (!found) break;
      const matched = matchLength(candidate + 4, at + 4, matchEnd);
      const count = at - literals;
      // The token, both lengths and the offset take at most this much.
      if (limit - to < count + count / 255 + matched / 255 + 5) return -1;
      const token = to;
      to = emitLiterals(to, literals, count);
      store<u16>(to, <u16>(at - candidate));
      to += 2;
      if (matched < 15) {
        store<u8>(token, <u8>(<u32>load<u8>(token) | <u32>matched));
      } else {
        store<u8>(token, <u8>(<u32>load<u8>(token) | 15));
        to = emitLength(to, matched - 15);
      }
      at += matched + 4;
      literals = at;
      if (last - at < length) {
        const before = at - 2;
        store<u32>(hashTable + (hash4(load<u32>(before), HASH_BITS) << 2), <u32>(before - source));
      }
    }
  }
  const count = end - literals;
  if (limit - to < count + count / 255 + 2) return -1;
  return <i32>(emitLiterals(to, literals, count) - target);
}

/** A token with its literals; the match length is or'ed into the token later. */
@inline
function emitLiterals(to: usize, from: usize, count: usize): usize {
  const token = to;
  to++;
  if (count < 15) {
    store<u8>(token, <u8>(count << 4));
  } else {
    store<u8>(token, 15 << 4);
    to = emitLength(to, count - 15);
  }
  memory.copy(to, from, count);
  return to + count;
}

@inline
function emitLength(to: usize, rest: usize): usize {
  while (rest >= 255) {
    store<u8>(to++, 255);
    rest -= 255;
  }
  store<u8>(to++, <u8>rest);
  return to;
}
