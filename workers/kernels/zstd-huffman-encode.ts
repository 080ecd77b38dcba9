/*
 * Literals of ZSTD, Huffman-coded: RFC 8878, section 4.2. Codes have 11 bits or less.
 */
import {
  addBits,
  closeBits,
  CODE_COUNTS,
  CODE_LENGTHS,
  CODES,
  ENCODE_TABLES,
  flushBits,
  HISTOGRAMS,
  NODE_COUNTS,
  NODE_PARENTS,
  SORTED,
  startBits,
  TREE_WEIGHTS,
} from './zstd-encode-scratch';
import {
  buildEncodeTable,
  chooseAccuracy,
  encodeSymbol,
  firstState,
  normalizeCounts,
  writeCounts,
} from './zstd-fse-encode';

const CODE_BITS_MAX: u32 = 11;
/** Fewer literals than this are one stream. */
const FEWEST_IN_STREAMS: usize = 256;

/** Bits of the longest code of the tree built last, and one more than its largest byte. */
let treeBits: u32 = 0;
let symbolCount: u32 = 0;

/** Finds the lengths of codes for two bytes or more; returns the bits that the literals come to. */
function buildTree(scratch: usize): u64 {
  const counts = scratch + HISTOGRAMS;
  const sorted = scratch + SORTED;
  const nodes = scratch + NODE_COUNTS;
  const parents = scratch + NODE_PARENTS;
  const lengths = scratch + CODE_LENGTHS;
  let leaves: u32 = 0;
  for (let symbol: u32 = 0; symbol < 256; symbol++) {
    store<u8>(lengths + symbol, 0);
    const count = load<u32>(counts + (symbol << 2));
    if (!count) continue;
    symbolCount = symbol + 1;
    let at = leaves++;
    for (; at && load<u32>(nodes + ((at - 1) << 2)) > count; at--) {
      store<u32>(nodes + (at << 2), load<u32>(nodes + ((at - 1) << 2)));
      store<u16>(sorted + (at << 1), load<u16>(sorted + ((at - 1) << 1)));
    }
    store<u32>(nodes + (at << 2), count);
    store<u16>(sorted + (at << 1), <u16>symbol);
  }
  // Of two queues in order, leaves and nodes, the two rarest become a node.
  let leaf: u32 = 0;
  let node: u32 = 256;
  let next: u32 = 256;
  for (let merges = leaves - 1; merges; merges--) {
    let sum: u32 = 0;
    for (let i = 0; i < 2; i++) {
      const takesLeaf = leaf < leaves && (node == next || load<u32>(nodes + (leaf << 2)) <= load<u32>(nodes + (node << 2)));
      const child = takesLeaf ? leaf++ : node++;
      sum += load<u32>(nodes + (child << 2));
      store<u16>(parents + (child << 1), <u16>next);
    }
    store<u32>(nodes + (next << 2), sum);
    next++;
  }
  // Depths, from the root on, in the place of the nodes' counts.
  store<u32>(nodes + ((next - 1) << 2), 0);
  for (let at = next - 2; at >= 256; at--) {
    store<u32>(nodes + (at << 2), load<u32>(nodes + (<usize>load<u16>(parents + (at << 1)) << 2)) + 1);
  }
  let taken: i32 = 0;
  for (let at: u32 = 0; at < leaves; at++) {
    const depth = load<u32>(nodes + (<usize>load<u16>(parents + (at << 1)) << 2)) + 1;
    const length = min(depth, CODE_BITS_MAX);
    store<u8>(lengths + <usize>load<u16>(sorted + (at << 1)), <u8>length);
    taken += 1 << (CODE_BITS_MAX - length);
  }
  // Codes that were cut off take more than there is: the rarest that can be get longer, then the most frequent shorter again.
  let spare: i32 = (1 << CODE_BITS_MAX) - taken;
  while (spare < 0) {
    for (let at: u32 = 0; at < leaves && spare < 0; at++) {
      const place = lengths + <usize>load<u16>(sorted + (at << 1));
      const length = <u32>load<u8>(place);
      if (length == CODE_BITS_MAX) continue;
      store<u8>(place, <u8>(length + 1));
      spare += 1 << (CODE_BITS_MAX - length - 1);
    }
  }
  while (spare > 0) {
    for (let at = <i32>leaves - 1; at >= 0 && spare > 0; at--) {
      const place = lengths + <usize>load<u16>(sorted + (<u32>at << 1));
      const length = <u32>load<u8>(place);
      if (1 << (CODE_BITS_MAX - length) > spare) continue;
      store<u8>(place, <u8>(length - 1));
      spare -= 1 << (CODE_BITS_MAX - length);
    }
  }
  treeBits = 0;
  let bits: u64 = 0;
  for (let symbol: u32 = 0; symbol < symbolCount; symbol++) {
    const length = <u32>load<u8>(lengths + symbol);
    treeBits = max(treeBits, length);
    bits += <u64>length * <u64>load<u32>(counts + (symbol << 2));
  }
  return bits;
}

/** Assigns the codes, longest first, of one length in the order of the bytes. */
function assignCodes(scratch: usize): void {
  const lengths = scratch + CODE_LENGTHS;
  let at: u32 = 0;
  for (let length = treeBits; length; length--) {
    for (let symbol: u32 = 0; symbol < symbolCount; symbol++) {
      if (<u32>load<u8>(lengths + symbol) != length) continue;
      store<u32>(scratch + CODES + (symbol << 2), ((at >> (treeBits - length)) << 8) | length);
      at += 1 << (treeBits - length);
    }
  }
}

/** Writes the description of the tree; returns where it ends, or 0 where there is no short one. */
function writeTree(to: usize, scratch: usize): usize {
  const weights = scratch + TREE_WEIGHTS;
  const counts = scratch + CODE_COUNTS;
  const count = symbolCount - 1;
  memory.fill(counts, 0, 64);
  let kinds: u32 = 0;
  let largest: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const length = <u32>load<u8>(scratch + CODE_LENGTHS + i);
    const weight = length ? treeBits + 1 - length : 0;
    store<u8>(weights + i, <u8>weight);
    const place = counts + (weight << 2);
    const before = load<u32>(place);
    store<u32>(place, before + 1);
    if (!before) kinds++;
    largest = max(largest, weight);
  }
  let end: usize = 0;
  // Two states take two weights at least, and a distribution two kinds of them.
  if (count > 2 && kinds > 1) {
    const accuracy = chooseAccuracy(count, largest + 1, 6);
    normalizeCounts(counts, largest + 1, count, accuracy, scratch);
    const table = scratch + ENCODE_TABLES;
    const start = writeCounts(to + 1, largest + 1, accuracy, scratch);
    buildEncodeTable(table, largest + 1, accuracy, scratch);
    startBits(start);
    let i = count;
    let first: u32;
    let second: u32;
    if (count & 1) {
      first = firstState(table, <u32>load<u8>(weights + --i));
      second = firstState(table, <u32>load<u8>(weights + --i));
      first = encodeSymbol(table, <u32>load<u8>(weights + --i), first);
    } else {
      second = firstState(table, <u32>load<u8>(weights + --i));
      first = firstState(table, <u32>load<u8>(weights + --i));
    }
    while (i) {
      second = encodeSymbol(table, <u32>load<u8>(weights + --i), second);
      first = encodeSymbol(table, <u32>load<u8>(weights + --i), first);
      flushBits();
    }
    const mask: u32 = (1 << accuracy) - 1;
    addBits(second & mask, accuracy);
    addBits(first & mask, accuracy);
    flushBits();
    end = closeBits();
    if (end - to - 1 > 127) end = 0;
    else store<u8>(to, <u8>(end - to - 1));
  }
  if (count <= 128 && (!end || end - to > 1 + <usize>((count + 1) >> 1))) {
    store<u8>(to, <u8>(127 + count));
    store<u8>(weights + count, 0);
    for (let i: u32 = 0; i < count; i += 2) {
      store<u8>(to + 1 + (i >> 1), <u8>((<u32>load<u8>(weights + i) << 4) | <u32>load<u8>(weights + i + 1)));
    }
    end = to + 1 + <usize>((count + 1) >> 1);
  }
  return end;
}

/** Writes the codes of bytes, the last one first; returns where they end. */
function writeStream(source: usize, length: usize, to: usize, scratch: usize): usize {
  const codes = scratch + CODES;
  let at = source + length;
  let container: u64 = 0;
  let count: u64 = 0;
  while (at - source >= 4) {
    at -= 4;
    const word = load<u32>(at);
    let code = load<u32>(codes + ((word >> 24) << 2));
    container |= <u64>(code >> 8) << count;
    count += <u64>(code & 255);
    code = load<u32>(codes + (((word >> 16) & 255) << 2));
    container |= <u64>(code >> 8) << count;
    count += <u64>(code & 255);
    code = load<u32>(codes + (((word >> 8) & 255) << 2));
    container |= <u64>(code >> 8) << count;
    count += <u64>(code & 255);
    code = load<u32>(codes + ((word & 255) << 2));
    container |= <u64>(code >> 8) << count;
    count += <u64>(code & 255);
    store<u64>(to, container);
    to += <usize>(count >> 3);
    container >>= count & ~7;
    count &= 7;
  }
  startBits(to);
  addBits(container, count);
  while (at > source) {
    at--;
    const code = load<u32>(codes + (<usize>load<u8>(at) << 2));
    addBits(<u64>(code >> 8), <u64>(code & 255));
    flushBits();
  }
  return closeBits();
}

/**
 * Writes literals whose histogram was taken as a Huffman-coded section. Returns where it ends, or 0 where it would not end before
 * `limit`; up to 8 bytes behind its end are written, too.
 */
export function writeHuffmanLiterals(source: usize, length: usize, to: usize, limit: usize, scratch: usize): usize {
  const bits = buildTree(scratch);
  // Room for the header, the tree, the lengths of three streams and the ends of four.
  if (to + <usize>(bits >> 3) + 160 > limit) return 0;
  assignCodes(scratch);
  const isOneStream = length < FEWEST_IN_STREAMS;
  const headerLength: usize = length < 1024 ? 3 : length < 16384 ? 4 : 5;
  let end = writeTree(to + headerLength, scratch);
  if (!end) return 0;
  if (isOneStream) end = writeStream(source, length, end, scratch);
  else {
    const lengths = end;
    const part = (length + 3) >> 2;
    const first = writeStream(source, part, lengths + 6, scratch);
    const second = writeStream(source + part, part, first, scratch);
    const third = writeStream(source + 2 * part, part, second, scratch);
    end = writeStream(source + 3 * part, length - part * 3, third, scratch);
    store<u16>(lengths, <u16>(first - lengths - 6));
    store<u16>(lengths, <u16>(second - first), 2);
    store<u16>(lengths, <u16>(third - second), 4);
  }
  const size = <u64>(end - to - headerLength);
  if (end >= limit || (headerLength == 3 && size >= 1024) || (headerLength == 4 && size >= 16384)) return 0;
  const format: u64 = headerLength == 3 ? (isOneStream ? 0 : 1) : headerLength - 2;
  const sizeBits: u64 = headerLength == 3 ? 10 : headerLength == 4 ? 14 : 18;
  const header = 2 | (format << 2) | (<u64>length << 4) | (size << (4 + sizeBits));
  for (let i: usize = 0; i < headerLength; i++) store<u8>(to + i, <u8>(header >> (<u64>i << 3)));
  return end;
}
