import type { PageContext } from './parquet/page-context.js';

/**
 * LZ4 frames within the slab. A frame is
 *
 *     | magic | FLG | BD | content size? | header checksum | block ··· | 0 | content checksum? |
 *     block = | byte length (uint32; high bit: stored) | data | checksum? |
 */
const MAGIC = 0x184d2204;
const VERSION = 1;
const FLAG = { dictionaryId: 0x01, contentChecksum: 0x04, contentSize: 0x08, blockChecksum: 0x10 } as const;
const STORED = 0x80000000;

/** Magic, independent blocks without checksums of 4 MiB at most, and the header's checksum. */
const HEADER = Uint8Array.of(0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73);
const BLOCK_BYTE_LENGTH_MAX = 4 << 20;

/** Bytes of a frame with no data: header and end. */
const FRAME_OVERHEAD = HEADER.length + 4;

/** @returns bytes at `target`, or -1 where the frame is damaged, has a form that isn't read, or comes to more bytes */
export function decompressLz4Frame(
  { memory, view, kernels }: PageContext,
  source: number,
  sourceByteLength: number,
  target: number,
  targetCapacity: number,
): number {
  const end = source + sourceByteLength;
  const flags = memory[source + 4] ?? 0;
  if (sourceByteLength < FRAME_OVERHEAD || view.getUint32(source, true) !== MAGIC) return -1;
  if (flags >> 6 !== VERSION || flags & FLAG.dictionaryId) return -1;
  const checksumByteLength = flags & FLAG.blockChecksum ? 4 : 0;
  let at = source + HEADER.length + (flags & FLAG.contentSize ? 8 : 0);
  let written = 0;
  while (at + 4 <= end) {
    const word = view.getUint32(at, true);
    at += 4;
    if (word === 0) return at + (flags & FLAG.contentChecksum ? 4 : 0) === end ? written : -1;
    const byteLength = word & ~STORED;
    if (byteLength < 0 || at + byteLength + checksumByteLength > end) return -1;
    if (word >= STORED) {
      if (byteLength > targetCapacity - written) return -1;
      memory.copyWithin(target + written, at, at + byteLength);
      written += byteLength;
    } else {
      // Blocks that hang on the ones before find them right in front of their own bytes.
      const length = kernels.lz4_decompress_block?.(at, byteLength, target + written, targetCapacity - written, target);
      if (length === undefined || length < 0) return -1;
      written += length;
    }
    at += byteLength + checksumByteLength;
  }
  return -1;
}

/** @returns bytes at `target`, or -1 where they would be more than `targetCapacity` */
export function compressLz4Frame(
  { memory, view, kernels, scratch }: PageContext,
  source: number,
  sourceByteLength: number,
  target: number,
  targetCapacity: number,
): number {
  if (targetCapacity < FRAME_OVERHEAD) return -1;
  memory.set(HEADER, target);
  const end = target + targetCapacity;
  let at = target + HEADER.length;
  for (let start = 0; start < sourceByteLength; start += BLOCK_BYTE_LENGTH_MAX) {
    const byteLength = Math.min(BLOCK_BYTE_LENGTH_MAX, sourceByteLength - start);
    const room = Math.min(byteLength - 1, end - at - 8);
    const length =
      room > 0 ? (kernels.lz4_compress_block?.(source + start, byteLength, at + 4, room, scratch) ?? -1) : -1;
    if (length < 0 && byteLength > end - at - 8) return -1;
    if (length < 0) memory.copyWithin(at + 4, source + start, source + start + byteLength);
    view.setUint32(at, length < 0 ? byteLength + STORED : length, true);
    at += 4 + (length < 0 ? byteLength : length);
  }
  view.setUint32(at, 0, true);
  return at + 4 - target;
}
