/*
 * Snappy blocks without framing: https://github.com/google/snappy/blob/main/format_description.txt
 *
 *   snappy_decompress(source, sourceLength, target, targetCapacity): i32
 *     The length of the result, or -1 if the block is malformed or promises more than `targetCapacity` bytes.
 *   snappy_uncompressed_length(source, sourceLength): i32
 *     What the block promises, or -1.
 *   snappy_compress(source, sourceLength, target, hashTable): i32
 *     The length of the block at `target`, which has room for `snappy_max_compressed_length(sourceLength)` bytes.
 *     `hashTable` is 32 KiB of scratch.
 *   snappy_max_compressed_length(sourceLength): i32
 *     For sources up to 1.8 GB.
 *
 * Whatever the input, nothing is read outside the source or written outside the target; what the target holds after a
 * failure is undefined.
 */
import { copyLiterals, copyMatch, hash4, matchLength } from './lz4-window';

export function snappy_max_compressed_length(sourceLength: i32): i32 {
  // A copy is shorter than what it stands for; literals cost 2 bytes from 61 on, 3 from 257 on and at a fragment's end.
  return 32 + sourceLength + sourceLength / 64 + 3 * (sourceLength >> 16);
}

/** The bytes of the length in front of a block, 0 if there is none. */
@inline
function headerLength(source: usize, sourceLength: usize): usize {
  for (let i: usize = 0; i < min<usize>(sourceLength, 5); i++) {
    const byte = load<u8>(source + i);
    if (byte < 0x80) return i == 4 && byte > 7 ? 0 : i + 1;
  }
  return 0;
}

@inline
function headerValue(source: usize, length: usize): u32 {
  let value: u32 = 0;
  for (let i: usize = 0; i < length; i++) value |= (<u32>load<u8>(source + i) & 0x7f) << (7 * <u32>i);
  return value;
}

export function snappy_uncompressed_length(source: usize, sourceLength: i32): i32 {
  const header = headerLength(source, sourceLength);
  return header ? <i32>headerValue(source, header) : -1;
}

export function snappy_decompress(source: usize, sourceLength: i32, target: usize, targetCapacity: i32): i32 {
  const header = headerLength(source, sourceLength);
  if (!header) return -1;
  const length = headerValue(source, header);
  if (length > <u32>targetCapacity) return -1;
  const end = source + <usize>sourceLength;
  const limit = target + length;
  let at = source + header;
  let to = target;
  while (at != end) {
    const tag = <u32>load<u8>(at);
    at++;
    const kind = tag & 3;
    if (kind == 0) {
      let count: usize = (tag >> 2) + 1;
      if (count > 60) {
        const bytes = count - 60;
        if (end - at < bytes) return -1;
        let value: u32 = 0;
        for (let i: usize = 0; i < bytes; i++) value |= <u32>load<u8>(at + i) << (8 * <u32>i);
        at += bytes;
        if (<usize>value >= limit - to) return -1;
        count = value + 1;
      }
      if (count > end - at || count > limit - to) return -1;
      copyLiterals(to, limit, at, end, count);
      at += count;
      to += count;
      continue;
    }
    let count: usize = (tag >> 2) + 1;
    let offset: usize;
    if (kind == 1) {
      if (at == end) return -1;
      count = ((tag >> 2) & 7) + 4;
      offset = ((tag >> 5) << 8) | <u32>load<u8>(at);
      at += 1;
    } else if (kind == 2) {
      if (end - at < 2) return -1;
      offset = load<u16>(at);
      at += 2;
    } else {
      if (end - at < 4) return -1;
      offset = load<u32>(at);
      at += 4;
    }
    if (offset == 0 || offset > to - target || count > limit - to) return -1;
    copyMatch(to, limit, offset, count);
    to += count;
  }
  return to == limit ? <i32>length : -1;
}

/** Matches are sought within fragments of this size, so that every offset has 16 bits. */
const FRAGMENT: usize = 65536;
const HASH_BITS: u32 = 14;
/** A fragment's last bytes are always literals, so that whole words can be read while matches are sought. */
const MARGIN: usize = 15;

/** The longer nothing is found, the larger the steps, of a 32nd of this in bytes: incompressible data costs little. */
const FEWEST_MISSES: usize = 32;
/** What a fragment without any match has come to: the next one begins with it. */
let missesBefore: usize = FEWEST_MISSES;

export function snappy_compress(source: usize, sourceLength: i32, target: usize, hashTable: usize): i32 {
  let to = target;
  let value = <u32>sourceLength;
  while (value >= 0x80) {
    store<u8>(to++, <u8>(value | 0x80));
    value >>= 7;
  }
  store<u8>(to++, <u8>value);
  let left = <usize>sourceLength;
  let at = source;
  missesBefore = FEWEST_MISSES;
  while (left) {
    const length = min(left, FRAGMENT);
    to = compressFragment(at, length, to, hashTable);
    at += length;
    left -= length;
  }
  return <i32>(to - target);
}

function compressFragment(start: usize, length: usize, to: usize, hashTable: usize): usize {
  const end = start + length;
  let literals = start;
  if (length > MARGIN) {
    memory.fill(hashTable, 0, 2 << HASH_BITS);
    const last = end - MARGIN;
    let at = start + 1;
    let misses = missesBefore;
    while (last - at < length) {
      let candidate: usize = 0;
      let found = false;
      while (last - at < length) {
        const word = load<u32>(at);
        const slot = hashTable + (hash4(word, HASH_BITS) << 1);
        candidate = start + load<u16>(slot);
        store<u16>(slot, <u16>(at - start));
        if (load<u32>(candidate) == word) {
          found = true;
          break;
        }
        at += misses >> 5;
        misses++;
      }
      if (!found) break;
      if (at != literals) to = emitLiterals(to, literals, at - literals);
      const matched: usize = matchLength(candidate + 4, at + 4, end) + 4;
      to = emitCopy(to, at - candidate, matched);
      at += matched;
      literals = at;
      misses = FEWEST_MISSES;
      if (last - at < length) {
        const before = at - 1;
        store<u16>(hashTable + (hash4(load<u32>(before), HASH_BITS) << 1), <u16>(before - start));
      }
    }
    missesBefore = misses;
  }
  if (literals != start) missesBefore = FEWEST_MISSES;
  return literals == end ? to : emitLiterals(to, literals, end - literals);
}

@inline
function emitLiterals(to: usize, from: usize, length: usize): usize {
  const n = <u32>length - 1;
  if (n < 60) {
    store<u8>(to, <u8>(n << 2));
    to += 1;
  } else if (n < 256) {
    store<u8>(to, 60 << 2);
    store<u8>(to, <u8>n, 1);
    to += 2;
  } else {
    store<u8>(to, 61 << 2);
    store<u16>(to, <u16>n, 1);
    to += 3;
  }
  memory.copy(to, from, length);
  return to + length;
}

@inline
function emitCopy64(to: usize, offset: usize, length: usize): usize {
  if (length < 12 && offset < 2048) {
    store<u8>(to, <u8>(1 | ((length - 4) << 2) | ((offset >> 8) << 5)));
    store<u8>(to, <u8>offset, 1);
    return to + 2;
  }
  store<u8>(to, <u8>(2 | ((length - 1) << 2)));
  store<u16>(to, <u16>offset, 1);
  return to + 3;
}

function emitCopy(to: usize, offset: usize, length: usize): usize {
  while (length >= 68) {
    to = emitCopy64(to, offset, 64);
    length -= 64;
  }
  if (length > 64) {
    to = emitCopy64(to, offset, 60);
    length -= 60;
  }
  return emitCopy64(to, offset, length);
}
