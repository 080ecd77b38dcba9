import { LZ4_BLOCK_BYTE_LENGTH_MAX, LZ4_FRAME_HEADER, LZ4_STORED } from '../../abi/lz4-frame.js';
import type { CompressionCodec } from '../../abi/task.js';
import { ALIGNMENT, type Load } from '../../slab/load.js';
import { type BodyCodec, LENGTH_PREFIX_BYTE_LENGTH } from './compression.js';

/** How the bodies of an output are compressed. */
export interface BodyCompression {
  readonly codec: BodyCodec;
  /** Of ZSTD; the codec's default where it is `undefined`. */
  readonly level: number | undefined;
}

/** A piece of a buffer that has been compressed by itself, all addresses being the slab's. */
export interface CompressedBlock {
  readonly address: number;
  readonly byteLength: number;
  readonly compressedAddress: number;
  /** The task whose result is the compressed length. */
  readonly task: number;
}

const TASK_CODECS: Readonly<Record<BodyCodec, CompressionCodec>> = { lz4: 'lz4_raw', zstd: 'zstd' };

/** Slot bytes, at most, that `compressBlocks` takes. */
export function compressedByteLengthMax(codec: BodyCodec, byteLength: number): number {
  const blockCount = Math.max(1, Math.ceil(byteLength / LZ4_BLOCK_BYTE_LENGTH_MAX));
  return blockCount * (blockByteLengthMax(codec, Math.min(byteLength, LZ4_BLOCK_BYTE_LENGTH_MAX)) + ALIGNMENT);
}

/** What a block may come to: LZ4's and ZSTD's own bounds. */
function blockByteLengthMax(codec: BodyCodec, byteLength: number): number {
  if (codec === 'lz4') return byteLength + Math.ceil(byteLength / 255) + 16;
  const small = 128 << 10;
  return byteLength + (byteLength >> 8) + (byteLength < small ? (small - byteLength) >> 11 : 0) + 1;
}

/** Has bytes of the slot compressed, in blocks that LZ4's frames can take. */
export function compressBlocks(
  load: Load<unknown>,
  { codec, level }: BodyCompression,
  address: number,
  byteLength: number,
): readonly CompressedBlock[] {
  const blocks: CompressedBlock[] = [];
  for (let start = 0; start < byteLength; start += LZ4_BLOCK_BYTE_LENGTH_MAX) {
    const source = address + start;
    const sourceByteLength = Math.min(LZ4_BLOCK_BYTE_LENGTH_MAX, byteLength - start);
    const targetCapacity = blockByteLengthMax(codec, sourceByteLength);
    const target = load.allocate(targetCapacity);
    const task = load.addTask({
      kind: 'compress',
      codec: TASK_CODECS[codec],
      level,
      source,
      sourceByteLength,
      target,
      targetCapacity,
    });
    blocks.push({ address: source, byteLength: sourceByteLength, compressedAddress: target, task });
  }
  return blocks;
}

/**
 * The bytes of a compressed buffer that a block adds.
 *
 * @param totalByteLength uncompressed, of the whole buffer
 * @param isFirst whether the buffer begins with it, @param isLast whether it ends with it
 */
export function encodeBlock(
  codec: BodyCodec,
  raw: Uint8Array,
  compressed: Uint8Array,
  totalByteLength: number,
  isFirst: boolean,
  isLast: boolean,
): readonly Uint8Array[] {
  const isShorter = compressed.length + LZ4_OVERHEAD_BYTE_LENGTH < raw.length;
  if (isFirst && isLast && !isShorter) return [lengthPrefix(-1), raw];
  const views: Uint8Array[] = [];
  if (isFirst) views.push(lengthPrefix(totalByteLength));
  if (codec === 'zstd') views.push(compressed);
  else {
    if (isFirst) views.push(LZ4_FRAME_HEADER);
    views.push(isShorter ? uint32(compressed.length) : uint32(raw.length | LZ4_STORED), isShorter ? compressed : raw);
    if (isLast) views.push(uint32(0));
  }
  return views;
}

/** Frame header, block length, end mark. */
const LZ4_OVERHEAD_BYTE_LENGTH = LZ4_FRAME_HEADER.length + 4 + 4;

function lengthPrefix(byteLength: number): Uint8Array {
  const bytes = new Uint8Array(LENGTH_PREFIX_BYTE_LENGTH);
  new DataView(bytes.buffer).setBigInt64(0, BigInt(byteLength), true);
  return bytes;
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value >>> 0, true);
  return bytes;
}
