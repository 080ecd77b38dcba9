/*
 * ZSTD frames: RFC 8878, without dictionaries.
 *
 *   zstd_decompress(source, sourceLength, target, targetCapacity, scratch): i32
 *     The length of what the frames at `source` come to, or -1 where one is malformed, names a dictionary, has a checksum that
 *     isn't its content's, or comes to more than `targetCapacity` bytes. `scratch` is `zstd_scratch_length()` bytes.
 *
 * Whatever the input, nothing is written outside the target and the scratch, and nothing is read outside of them and the source
 * but up to 32 bytes in front of the source, of which nothing depends. What the target holds after a failure is undefined.
 */
import { xxh64 } from './xxh64';
import { BLOCK_MAX, LITERALS, PRESENT } from './zstd-bits';
import { decodeHuffmanStream, decodeHuffmanStreams, readHuffmanTree } from './zstd-huffman';
import { resetSequences, runSequences } from './zstd-sequences';

const MAGIC: u32 = 0xfd2fb528;
const SKIPPABLE_MAGIC: u32 = 0x184d2a50;
/** Behind those of the three tables of sequences. */
const HAS_HUFFMAN_TABLE: usize = PRESENT + 3;

/** Where a step has ended in the source. */
let sourceAt: usize = 0;

export function zstd_scratch_length(): i32 {
  return <i32>(LITERALS + BLOCK_MAX);
}

export function zstd_decompress(
  source: usize,
  sourceLength: i32,
  target: usize,
  targetCapacity: i32,
  scratch: usize,
): i32 {
  const end = source + <usize>sourceLength;
  const limit = target + <usize>targetCapacity;
  let at = source;
  let to = target;
  while (at != end) {
    if (end - at < 8) return -1;
    const magic = load<u32>(at);
    if ((magic & ~15) == SKIPPABLE_MAGIC) {
      const length = <usize>load<u32>(at, 4);
      if (length > end - at - 8) return -1;
      at += 8 + length;
      continue;
    }
    if (magic != MAGIC) return -1;
    to = decompressFrame(at + 4, end, to, limit, scratch);
    if (!to) return -1;
    at = sourceAt;
  }
  return <i32>(to - target);
}

/** Returns where the frame's content ends, or 0. */
function decompressFrame(source: usize, end: usize, target: usize, limit: usize, scratch: usize): usize {
  const descriptor = <u32>load<u8>(source);
  const isSingleSegment = (descriptor >> 5) & 1;
  const sizeFlag = descriptor >> 6;
  const dictionaryLength = ((1 << (descriptor & 3)) >> 1) as usize;
  const sizeLength: usize = sizeFlag ? <usize>1 << sizeFlag : <usize>isSingleSegment;
  if (descriptor & 8) return 0;
  let at = source + 1 + <usize>(1 - isSingleSegment);
  if (at > end || end - at < dictionaryLength + sizeLength) return 0;
  for (let i: usize = 0; i < dictionaryLength; i++) if (load<u8>(at + i)) return 0;
  at += dictionaryLength;
  let contentLength: u64 = 0;
  for (let i: usize = 0; i < sizeLength; i++) contentLength |= <u64>load<u8>(at + i) << (<u64>i << 3);
  if (sizeLength == 2) contentLength += 256;
  at += sizeLength;

  resetSequences(scratch);
  let to = target;
  let isLast: u32 = 0;
  while (!isLast) {
    if (end - at < 3) return 0;
    const header = <u32>load<u16>(at) | (<u32>load<u8>(at, 2) << 16);
    at += 3;
    isLast = header & 1;
    const kind = (header >> 1) & 3;
    const length = <usize>(header >> 3);
    if (kind == 1) {
      if (at == end || length > limit - to) return 0;
      memory.fill(to, load<u8>(at), length);
      to += length;
      at++;
      continue;
    }
    if (length > end - at) return 0;
    if (kind == 0) {
      if (length > limit - to) return 0;
      memory.copy(to, at, length);
      to += length;
    } else {
      if (kind == 3 || length > BLOCK_MAX) return 0;
      to = decompressBlock(at, at + length, target, to, limit, scratch);
      if (!to) return 0;
    }
    at += length;
  }
  if (sizeLength && <u64>(to - target) != contentLength) return 0;
  if (descriptor & 4) {
    if (end - at < 4 || load<u32>(at) != <u32>xxh64(target, to - target)) return 0;
    at += 4;
  }
  sourceAt = at;
  return to;
}

/** Returns where the block's content ends, or 0. */
function decompressBlock(source: usize, end: usize, windowStart: usize, to: usize, limit: usize, scratch: usize): usize {
  if (source >= end) return 0;
  const kind = <u32>load<u8>(source) & 3;
  const format = (<u32>load<u8>(source) >> 2) & 3;
  const isCompressed = kind >> 1;
  let headerLength: u32 = format & 1 ? (format >> 1) + 2 : 1;
  if (isCompressed) headerLength = format > 1 ? format + 2 : 3;
  if (end - source < <usize>headerLength) return 0;
  let header: u64 = 0;
  for (let i: u32 = 0; i < headerLength; i++) header |= <u64>load<u8>(source + i) << (<u64>i << 3);
  let at = source + headerLength;

  let literals = scratch + LITERALS;
  let length: usize;
  if (!isCompressed) {
    length = <usize>(header >> (format & 1 ? 4 : 3));
    if (length > BLOCK_MAX) return 0;
    const stored: usize = kind ? 1 : length;
    if (stored > end - at) return 0;
    if (kind) memory.fill(literals, load<u8>(at), length);
    else literals = at;
    at += stored;
  } else {
    const sizeBits: u64 = format < 2 ? 10 : format == 2 ? 14 : 18;
    length = <usize>((header >> 4) & ((<u64>1 << sizeBits) - 1));
    const stored = <usize>(header >> (4 + sizeBits));
    if (length > BLOCK_MAX || stored > end - at) return 0;
    const literalsEnd = at + stored;
    if (kind == 2) {
      at = readHuffmanTree(at, literalsEnd, scratch);
      if (!at) return 0;
      store<u8>(scratch + HAS_HUFFMAN_TABLE, 1);
    } else if (!load<u8>(scratch + HAS_HUFFMAN_TABLE)) return 0;
    // Literals that no sequence follows are all there is, and go where they belong.
    if (literalsEnd + 1 == end && !load<u8>(literalsEnd)) {
      if (length > limit - to) return 0;
      literals = to;
    }
    const isDecoded = format
      ? decodeHuffmanStreams(at, literalsEnd, literals, length, scratch)
      : decodeHuffmanStream(at, literalsEnd, literals, length, scratch);
    if (!isDecoded) return 0;
    at = literalsEnd;
  }

  if (at == end) return 0;
  let count = <u32>load<u8>(at++);
  if (!count) {
    if (at != end || length > limit - to) return 0;
    if (literals != to) memory.copy(to, literals, length);
    return to + length;
  }
  if (count >= 128) {
    if (end - at < 2) return 0;
    if (count == 255) {
      count = <u32>load<u16>(at) + 0x7f00;
      at += 2;
    } else count = ((count - 128) << 8) + <u32>load<u8>(at++);
  }
  return runSequences(at, end, count, literals, literals + length, windowStart, to, limit, scratch);
}
