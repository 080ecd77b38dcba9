import { readLz4Frame } from '../../src/abi/lz4-frame.js';
import { kernelOf, type PageContext } from '../parquet/page-context.js';

/** @returns bytes at `target`, or -1 where the frame is damaged, has a form that isn't read, or comes to more bytes */
export function decompressLz4Frame(
  context: PageContext,
  source: number,
  sourceByteLength: number,
  target: number,
  targetCapacity: number,
): number {
  const { memory } = context;
  const decompressBlock = kernelOf(context, 'lz4_decompress_block');
  const read = (bytes: Uint8Array, position: number) =>
    bytes.set(memory.subarray(source + position, source + position + bytes.length));
  let written = 0;
  const damage = readLz4Frame(sourceByteLength, read, ({ position, byteLength, isStored }) => {
    const start = source + position;
    const room = targetCapacity - written;
    if (isStored) {
      if (byteLength > room) return 'too many bytes';
      memory.copyWithin(target + written, start, start + byteLength);
      written += byteLength;
    } else {
      // Blocks that hang on the ones before find them right in front of their own bytes.
      const length = decompressBlock(start, byteLength, target + written, room, target);
      if (length < 0) return 'a damaged block';
      written += length;
    }
    return undefined;
  });
  return damage === undefined ? written : -1;
}
