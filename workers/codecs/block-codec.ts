/** Decompression and compression of blocks (pages, buffers) from one place of the slab to another. */
import type { PageCodec } from '../../src/abi/pages.js';
import { kernelOf, type PageContext } from '../parquet/page-context.js';
import { needsZstdLibrary } from '../zstd-level.js';
import { decompressLz4Frame } from './lz4-frame.js';
import { zlib } from './zlib.js';

/**
 * Decompresses one block. Returns the bytes that it came to, or -1 where the block is damaged or comes to more than
 * `targetByteLength` bytes.
 */
export function decompressBlock(
  context: PageContext,
  codec: PageCodec,
  source: number,
  sourceByteLength: number,
  target: number,
  targetByteLength: number,
): number {
  if (targetByteLength === 0 && sourceByteLength === 0) return 0;
  const { memory } = context;
  const bytes = memory.subarray(source, source + sourceByteLength);
  switch (codec) {
    case 'none':
      if (sourceByteLength > targetByteLength) return -1;
      memory.copyWithin(target, source, source + sourceByteLength);
      return sourceByteLength;
    case 'snappy':
      return kernelOf(context, 'snappy_decompress')(source, sourceByteLength, target, targetByteLength);
    case 'lz4_raw':
      return decompressLz4Block(context, source, sourceByteLength, target, targetByteLength);
    case 'lz4_hadoop': {
      const byteLength = decompressHadoopLz4(context, source, sourceByteLength, target, targetByteLength);
      // Files of early writers have a raw block under the same name.
      return byteLength === targetByteLength
        ? byteLength
        : decompressLz4Block(context, source, sourceByteLength, target, targetByteLength);
    }
    case 'gzip':
      return copyOut(memory, target, targetByteLength, () =>
        zlib().unzipSync(bytes, { maxOutputLength: Math.max(1, targetByteLength) }),
      );
    case 'brotli':
      return copyOut(memory, target, targetByteLength, () =>
        zlib().brotliDecompressSync(bytes, { maxOutputLength: Math.max(1, targetByteLength) }),
      );
    case 'zstd':
      return kernelOf(context, 'zstd_decompress')(
        source,
        sourceByteLength,
        target,
        targetByteLength,
        context.codecScratch,
      );
    case 'lz4_frame':
      return decompressLz4Frame(context, source, sourceByteLength, target, targetByteLength);
  }
}

/** Compresses one block. Returns the bytes at `target`, or -1 where they would be more than `targetCapacity`. */
export function compressBlock(
  context: PageContext,
  codec: PageCodec,
  level: number | undefined,
  source: number,
  sourceByteLength: number,
  target: number,
  targetCapacity: number,
): number {
  const { memory, scratch, codecScratch } = context;
  const bytes = memory.subarray(source, source + sourceByteLength);
  switch (codec) {
    case 'none':
      if (sourceByteLength > targetCapacity) return -1;
      memory.copyWithin(target, source, source + sourceByteLength);
      return sourceByteLength;
    case 'gzip':
      return copyOut(memory, target, targetCapacity, () =>
        zlib().gzipSync(bytes, level === undefined ? {} : { level }),
      );
    case 'brotli':
      return copyOut(memory, target, targetCapacity, () =>
        zlib().brotliCompressSync(bytes, { params: { [zlib().constants.BROTLI_PARAM_QUALITY]: level ?? 1 } }),
      );
    case 'zstd':
      return needsZstdLibrary(codec, level)
        ? context.zstd.compress(bytes, memory.subarray(target, target + targetCapacity), level)
        : kernelOf(context, 'zstd_compress')(source, sourceByteLength, target, targetCapacity, scratch, codecScratch);
    case 'lz4_raw':
      return kernelOf(context, 'lz4_compress_block')(source, sourceByteLength, target, targetCapacity, scratch);
    case 'snappy':
      if (kernelOf(context, 'snappy_max_compressed_length')(sourceByteLength) > targetCapacity) return -1;
      return kernelOf(context, 'snappy_compress')(source, sourceByteLength, target, scratch);
    case 'lz4_frame':
    case 'lz4_hadoop':
      // Only read: nobody writes Hadoop's framing, and frames are put together of raw blocks.
      return -1;
  }
}

function copyOut(memory: Uint8Array, target: number, capacity: number, run: () => Uint8Array): number {
  let bytes: Uint8Array;
  try {
    bytes = run();
  } catch {
    return -1;
  }
  if (bytes.length > capacity) return -1;
  memory.set(bytes, target);
  return bytes.length;
}

/** Hadoop's framing: any number of blocks, each after its uncompressed and its compressed size, big-endian. */
function decompressHadoopLz4(
  context: PageContext,
  source: number,
  sourceByteLength: number,
  target: number,
  targetByteLength: number,
): number {
  const end = source + sourceByteLength;
  let at = source;
  let written = 0;
  while (at + 8 <= end) {
    const uncompressedByteLength = context.view.getUint32(at);
    const byteLength = context.view.getUint32(at + 4);
    at += 8;
    if (at + byteLength > end || written + uncompressedByteLength > targetByteLength) return -1;
    const length = decompressLz4Block(context, at, byteLength, target + written, uncompressedByteLength);
    if (length !== uncompressedByteLength) return -1;
    at += byteLength;
    written += length;
  }
  return at === end ? written : -1;
}

function decompressLz4Block(
  context: PageContext,
  source: number,
  sourceByteLength: number,
  target: number,
  targetCapacity: number,
): number {
  return kernelOf(context, 'lz4_decompress_block')(source, sourceByteLength, target, targetCapacity, target);
}
