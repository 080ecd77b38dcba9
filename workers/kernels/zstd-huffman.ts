/*
 * Literals of ZSTD, Huffman-coded: RFC 8878, section 4.2. The table has an entry for each of the 2048 ways in which the next 11
 * bits of a stream may begin: how many of them are the next symbol's code (low byte), and the symbol (high byte).
 */
import {
  HUFFMAN_TABLE,
  PLACES,
  STATES,
  WEIGHTS,
  markBits,
  peekBits,
  remainingBits,
} from './zstd-bits';
import { buildTable, countsAccuracy, countsEnd, readCounts } from './zstd-fse';

const CODE_BITS_MAX: u32 = 11;
const WEIGHT_ACCURACY_MAX: u32 = 6;
const SYMBOL_COUNT_MAX: u32 = 256;

/** Reads a tree's description and builds its table. Returns where the description ends, or 0 if it is malformed. */
export function readHuffmanTree(source: usize, end: usize, scratch: usize): usize {
  if (source >= end) return 0;
  const weights = scratch + WEIGHTS;
  const header = <u32>load<u8>(source);
  let at = source + 1;
  let count: u32;
  if (header >= 128) {
    count = header - 127;
    const byteLength = (count + 1) >> 1;
    if (end - at < <usize>byteLength) return 0;
    for (let i: u32 = 0; i < count; i++) {
      const byte = <u32>load<u8>(at + (i >> 1));
      store<u8>(weights + i, <u8>(i & 1 ? byte & 15 : byte >> 4));
    }
    at += byteLength;
  } else {
    if (end - at < <usize>header) return 0;
    count = readWeights(at, at + header, scratch);
    at += header;
  }
  return count && buildHuffmanTable(count, scratch) ? at : 0;
}

/** Weights that two states of finite state entropy yield in turn. Returns how many, or 0. */
function readWeights(source: usize, end: usize, scratch: usize): u32 {
  const symbolCount = readCounts(source, end, 255, WEIGHT_ACCURACY_MAX, scratch);
  if (!symbolCount) return 0;
  const start = countsEnd;
  const accuracy = countsAccuracy;
  const table = scratch + STATES;
  const weights = scratch + WEIGHTS;
  if (!buildTable(symbolCount, accuracy, scratch) || start >= end) return 0;
  let at = end - 8;
  let used = markBits(end);
  if (used > 8) return 0;
  let window = load<u64>(at);
  let state = peekBits(window, used, accuracy);
  let other = peekBits(window, used + accuracy, accuracy);
  used += 2 * accuracy;
  if (remainingBits(at, start, used) < 0) return 0;
  let count: u32 = 0;
  while (true) {
    const entry = load<u32>(table + (state << 2));
    // The last symbol is told by the weights of the others.
    if (count >= SYMBOL_COUNT_MAX - 2) return 0;
    store<u8>(weights + count, <u8>(entry >> 24));
    count++;
    at -= used >> 3;
    used &= 7;
    window = load<u64>(at);
    const bits = (entry >> 16) & 255;
    state = (entry & 0xffff) + peekBits(window, used, bits);
    used += bits;
    if (remainingBits(at, start, used) < 0) {
      store<u8>(weights + count, <u8>(load<u32>(table + (other << 2)) >> 24));
      return count + 1;
    }
    const next = other;
    other = state;
    state = next;
  }
  return 0;
}

/** Builds the table of `count` weights and the last one, which makes them whole. Returns 0 if they can't be. */
function buildHuffmanTable(count: u32, scratch: usize): u32 {
  const weights = scratch + WEIGHTS;
  const places = scratch + PLACES;
  memory.fill(places, 0, 2 * (CODE_BITS_MAX + 2));
  let total: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const weight = <u32>load<u8>(weights + i);
    if (weight > CODE_BITS_MAX) return 0;
    total += (1 << weight) >> 1;
  }
  if (!total) return 0;
  const bits: u32 = 32 - <u32>clz<u32>(total);
  const rest = (<u32>1 << bits) - total;
  if (bits > CODE_BITS_MAX || popcnt(rest) != 1) return 0;
  store<u8>(weights + count, <u8>(32 - clz(rest)));
  count++;

  // Entries of the longest codes come first, of one length in the symbols' order.
  for (let i: u32 = 0; i < count; i++) {
    const place = places + (<u32>load<u8>(weights + i) << 1);
    store<u16>(place, load<u16>(place) + 1);
  }
  let at: u32 = 0;
  for (let weight: u32 = 1; weight <= bits; weight++) {
    const place = places + (weight << 1);
    const next = at + (<u32>load<u16>(place) << (weight - 1));
    store<u16>(place, <u16>at);
    at = next;
  }
  const spread = CODE_BITS_MAX - bits;
  for (let i: u32 = 0; i < count; i++) {
    const weight = <u32>load<u8>(weights + i);
    if (!weight) continue;
    const place = places + (weight << 1);
    const first = <u32>load<u16>(place);
    const length: u32 = 1 << (weight - 1);
    store<u16>(place, <u16>(first + length));
    const entry = <u16>((i << 8) | (bits + 1 - weight));
    const to = scratch + HUFFMAN_TABLE + ((first << spread) << 1);
    for (let j: u32 = 0; j < length << spread; j++) store<u16>(to + (j << 1), entry);
  }
  return 1;
}

/** Five symbols of one stream, by a window whose lowest bit marks how much has been taken; returns what is left of it. */
@inline
function decodeFive(table: usize, at: usize, used: u64, to: usize): u64 {
  let window = (load<u64>(at) | 1) << used;
  let entry = <u64>load<u16>(table + (<usize>(window >> 53) << 1));
  store<u8>(to, <u8>(entry >> 8));
  window <<= entry;
  entry = <u64>load<u16>(table + (<usize>(window >> 53) << 1));
  store<u8>(to, <u8>(entry >> 8), 1);
  window <<= entry;
  entry = <u64>load<u16>(table + (<usize>(window >> 53) << 1));
  store<u8>(to, <u8>(entry >> 8), 2);
  window <<= entry;
  entry = <u64>load<u16>(table + (<usize>(window >> 53) << 1));
  store<u8>(to, <u8>(entry >> 8), 3);
  window <<= entry;
  entry = <u64>load<u16>(table + (<usize>(window >> 53) << 1));
  store<u8>(to, <u8>(entry >> 8), 4);
  window <<= entry;
  return ctz(window);
}

/** Decodes the last symbols of a stream one by one. Returns 0 where the stream doesn't end with them. */
function decodeRest(table: usize, start: usize, at: usize, used: u32, to: usize, toEnd: usize): u32 {
  while (to < toEnd) {
    if (remainingBits(at, start, used) < 0) return 0;
    at -= used >> 3;
    used &= 7;
    const entry = <u32>load<u16>(table + (peekBits(load<u64>(at), used, CODE_BITS_MAX) << 1));
    store<u8>(to, <u8>(entry >> 8));
    used += entry & 255;
    to++;
  }
  return <u32>(remainingBits(at, start, used) == 0);
}

/** Decodes a stream to `length` bytes. Returns 0 where it is malformed. */
export function decodeHuffmanStream(source: usize, end: usize, to: usize, length: usize, scratch: usize): u32 {
  if (source >= end || !load<u8>(end - 1)) return 0;
  return decodeRest(scratch + HUFFMAN_TABLE, source, end - 8, markBits(end), to, to + length);
}

/** Decodes four streams, the lengths of three of them in front, to `length` bytes. Returns 0 where they are malformed. */
export function decodeHuffmanStreams(source: usize, end: usize, to: usize, length: usize, scratch: usize): u32 {
  if (end - source < 10) return 0;
  const table = scratch + HUFFMAN_TABLE;
  const start0 = source + 6;
  const start1 = start0 + <usize>load<u16>(source);
  const start2 = start1 + <usize>load<u16>(source, 2);
  const start3 = start2 + <usize>load<u16>(source, 4);
  if (start1 == start0 || start2 == start1 || start3 == start2 || start3 >= end) return 0;
  if (!load<u8>(start1 - 1) || !load<u8>(start2 - 1) || !load<u8>(start3 - 1) || !load<u8>(end - 1)) return 0;
  const part = (length + 3) >> 2;
  if (part * 3 > length) return 0;

  let at0 = start1 - 8;
  let at1 = start2 - 8;
  let at2 = start3 - 8;
  let at3 = end - 8;
  let used0 = <u64>(markBits(start1));
  let used1 = <u64>(markBits(start2));
  let used2 = <u64>(markBits(start3));
  let used3 = <u64>(markBits(end));
  let at: usize = 0;
  const last = length - part * 3;
  for (;;) {
    // A step takes at most 55 bits and those that the window had lost: seven bytes of each stream, eight of it still there.
    let steps = <isize>(last - at) / 5;
    steps = min(steps, (<isize>(at0 - start0) + 7) / 7);
    steps = min(steps, (<isize>(at1 - start1) + 7) / 7);
    steps = min(steps, (<isize>(at2 - start2) + 7) / 7);
    steps = min(steps, (<isize>(at3 - start3) + 7) / 7);
    if (steps <= 0) break;
    for (; steps; steps--) {
      const taken0 = decodeFive(table, at0, used0, to + at);
      const taken1 = decodeFive(table, at1, used1, to + at + part);
      const taken2 = decodeFive(table, at2, used2, to + at + part * 2);
      const taken3 = decodeFive(table, at3, used3, to + at + part * 3);
      at0 -= <usize>(taken0 >> 3);
      used0 = taken0 & 7;
      at1 -= <usize>(taken1 >> 3);
      used1 = taken1 & 7;
      at2 -= <usize>(taken2 >> 3);
      used2 = taken2 & 7;
      at3 -= <usize>(taken3 >> 3);
      used3 = taken3 & 7;
      at += 5;
    }
  }
  const second = to + part;
  const third = second + part;
  const fourth = third + part;
  return (
    decodeRest(table, start0, at0, <u32>used0, to + at, second) &
    decodeRest(table, start1, at1, <u32>used1, second + at, third) &
    decodeRest(table, start2, at2, <u32>used2, third + at, fourth) &
    decodeRest(table, start3, at3, <u32>used3, fourth + at, to + length)
  );
}
