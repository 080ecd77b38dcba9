/*
 * ZSTD frames: RFC 8878, of one block after the other, each with its own tables.
 *
 *   zstd_compress(source, sourceLength, target, targetCapacity, hashTable, scratch): i32
 *     The length of the frame, or -1 if it doesn't fit. `hashTable` is 64 KiB of scratch, `scratch` is
 *     `zstd_compress_scratch_length()` bytes.
 *
 * It searches as the library does at its level 1, and comes to about the same size. Nothing is read outside the source or written
 * outside the target and the scratch; what the target holds after a failure is undefined.
 */
import { BLOCK_MAX } from './zstd-bits';
import { ENCODE_SCRATCH_LENGTH } from './zstd-encode-scratch';
import { measureLiterals } from './zstd-histogram';
import { writeHuffmanLiterals } from './zstd-huffman-encode';
import {
  blockEnd,
  findSequences,
  literalCount,
  literalStart,
  offset1,
  offset2,
  sequenceCount,
  setOffsets,
  WINDOW,
} from './zstd-matches';
import { writeSequences } from './zstd-sequences-encode';

const MAGIC: u32 = 0xfd2fb528;
const FRAME_HEADER_MAX: usize = 14;
const SINGLE_SEGMENT_WITH_FOUR_BYTES: u8 = 0xa0;
const FOUR_BYTES: u8 = 0x80;
/** A window of 2^20 bytes. */
const WINDOW_DESCRIPTOR: u8 = 10 << 3;

export function zstd_compress_scratch_length(): i32 {
  return <i32>ENCODE_SCRATCH_LENGTH;
}

export function zstd_compress(
  source: usize,
  sourceLength: i32,
  target: usize,
  targetCapacity: i32,
  hashTable: usize,
  scratch: usize,
): i32 {
  const end = source + <usize>sourceLength;
  const limit = target + <usize>targetCapacity;
  if (<usize>targetCapacity < FRAME_HEADER_MAX) return -1;
  store<u32>(target, MAGIC);
  let to = target + 5;
  if (<usize>sourceLength <= WINDOW) store<u8>(target, SINGLE_SEGMENT_WITH_FOUR_BYTES, 4);
  else {
    store<u8>(target, FOUR_BYTES, 4);
    store<u8>(to++, WINDOW_DESCRIPTOR);
  }
  store<u32>(to, <u32>sourceLength);
  to += 4;
  memory.fill(hashTable, 0, 65536);
  setOffsets(1, 4);
  let at = source;
  do {
    const first = offset1;
    const second = offset2;
    const most = at + min(end - at, BLOCK_MAX);
    if (limit - to < 4) return -1;
    const length = most - at;
    const isConstant = length > 1 && isOneByte(at, length);
    if (isConstant) {
      store<u32>(to, <u32>((length << 3) | 2 | <usize>(most == end)));
      store<u8>(to, load<u8>(at), 3);
      to += 4;
      at = most;
      continue;
    }
    findSequences(source, at, most, hashTable, scratch);
    const next = blockEnd;
    const byteLength = next - at;
    const room = min(limit - to - 3, byteLength);
    const blockStart = to + 3;
    let blockTo = writeBlock(blockStart, blockStart + room, scratch);
    let kind: usize = 2;
    if (!blockTo) {
      if (limit - blockStart < byteLength) return -1;
      memory.copy(blockStart, at, byteLength);
      blockTo = blockStart + byteLength;
      kind = 0;
      // A decoder doesn't see the sequences of a block that is stored.
      setOffsets(first, second);
    }
    const header = ((blockTo - blockStart) << 3) | (kind << 1) | <usize>(next == end);
    store<u16>(to, <u16>header);
    store<u8>(to, <u8>(header >> 16), 2);
    to = blockTo;
    at = next;
  } while (at != end);
  return <i32>(to - target);
}

function isOneByte(source: usize, length: usize): bool {
  const first = load<u8>(source);
  if (load<u8>(source + length - 1) != first || load<u8>(source + (length >> 1)) != first) return false;
  for (let i: usize = 1; i < length; i++) if (load<u8>(source + i) != first) return false;
  return true;
}

/** Writes the block that was found. Returns where it ends, or 0 where it would not end before `limit`. */
function writeBlock(start: usize, limit: usize, scratch: usize): usize {
  const literals = literalStart;
  const length = literalCount;
  const largest = measureLiterals(literals, length, scratch);
  // Nothing repeats, and no byte is frequent.
  if (!largest && !sequenceCount) return 0;
  let to: usize = 0;
  if (largest && <usize>largest < length) to = writeHuffmanLiterals(literals, length, start, limit, scratch);
  if (!to) {
    const isConstant = <usize>largest == length && length > 0;
    const stored: usize = isConstant ? 1 : length;
    if (limit - start < stored + 8 || limit < start + stored + 8) return 0;
    const kind: u64 = isConstant ? 1 : 0;
    if (length < 32) {
      store<u8>(start, <u8>((<u64>length << 3) | kind));
      to = start + 1;
    } else if (length < 4096) {
      store<u16>(start, <u16>((<u64>length << 4) | 4 | kind));
      to = start + 2;
    } else {
      store<u32>(start, <u32>((<u64>length << 4) | 12 | kind));
      to = start + 3;
    }
    memory.copy(to, literals, stored);
    to += stored;
  }
  if (!sequenceCount) {
    if (to + 1 >= limit) return 0;
    store<u8>(to, 0);
    return to + 1;
  }
  return writeSequences(sequenceCount, to, limit, scratch);
}
