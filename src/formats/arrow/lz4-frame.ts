import { type Lz4Block, readLz4Frame } from '../../abi/lz4-frame.js';

/** A back reference goes at most so far back. */
const WINDOW_BYTE_LENGTH = 1 << 16;

/**
 * Decompresses a frame block by block, in memory for two blocks, however large it is.
 *
 * @param contentByteLength what the frame has to come to; where it comes to more, `write` gets more
 * @param read fills a target from a position of the frame
 * @param write takes decompressed bytes in their order; they are overwritten after it returns
 * @returns what is wrong with the frame, or `undefined`
 */
export function decompressLz4Frame(
  byteLength: number,
  contentByteLength: number,
  read: (target: Uint8Array, position: number) => void,
  write: (bytes: Uint8Array) => void,
): string | undefined {
  let compressed = new Uint8Array(0);
  // Blocks may refer to the end of the one before: it stands before the block in this buffer.
  let output = new Uint8Array(0);
  let start = WINDOW_BYTE_LENGTH;
  return readLz4Frame(byteLength, read, ({ position, byteLength, isStored, contentByteLengthMax }: Lz4Block) => {
    if (output.length === 0)
      output = new Uint8Array(WINDOW_BYTE_LENGTH + Math.min(contentByteLengthMax, contentByteLength));
    let end = WINDOW_BYTE_LENGTH + byteLength;
    if (isStored) {
      if (end > output.length) return 'an LZ4 block that is too long';
      read(output.subarray(WINDOW_BYTE_LENGTH, end), position);
    } else {
      if (byteLength > compressed.length) compressed = new Uint8Array(byteLength);
      const block = compressed.subarray(0, byteLength);
      read(block, position);
      end = decompressLz4Block(block, output, WINDOW_BYTE_LENGTH, start);
      if (end < 0) return 'a damaged LZ4 block';
    }
    write(output.subarray(WINDOW_BYTE_LENGTH, end));
    start = Math.max(0, WINDOW_BYTE_LENGTH - (end - start));
    output.copyWithin(start, end - (WINDOW_BYTE_LENGTH - start), end);
    return undefined;
  });
}

/**
 * Decompresses one block to `target` from `targetStart` on.
 * @param windowStart where in the target the earliest byte stands that the block may refer to
 * @returns where its last byte is followed, or -1 for a damaged block
 */
export function decompressLz4Block(
  source: Uint8Array,
  target: Uint8Array,
  targetStart: number,
  windowStart: number,
): number {
  let from = 0;
  let to = targetStart;
  while (from < source.length) {
    const token = source[from++]!;
    let literals = token >> 4;
    if (literals === 15) {
      let byte: number;
      do {
        if (from >= source.length) return -1;
        byte = source[from++]!;
        literals += byte;
      } while (byte === 255);
    }
    if (from + literals > source.length || to + literals > target.length) return -1;
    if (literals < 32) for (let i = 0; i < literals; i++) target[to + i] = source[from + i]!;
    else target.set(source.subarray(from, from + literals), to);
    from += literals;
    to += literals;
    if (from === source.length) return to;
    if (from + 2 > source.length) return -1;
    const distance = source[from]! | (source[from + 1]! << 8);
    from += 2;
    let length = (token & 15) + 4;
    if (length === 19) {
      let byte: number;
      do {
        if (from >= source.length) return -1;
        byte = source[from++]!;
        length += byte;
      } while (byte === 255);
    }
    if (distance === 0 || to - distance < windowStart || to + length > target.length) return -1;
    if (distance >= length && length > 64) target.copyWithin(to, to - distance, to - distance + length);
    else for (let i = 0; i < length; i++) target[to + i] = target[to + i - distance]!;
    to += length;
  }
  return to;
}
