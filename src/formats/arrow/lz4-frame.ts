/**
 * The LZ4 frame format, as far as Arrow bodies need it.
 *
 *     | magic | FLG | BD | content size? | dictionary id? | header checksum | block ··· | 0 | content checksum? |
 *     block = | byte length (uint32; high bit: stored) | data | checksum? |
 */

/** Magic, blocks that don't hang on another, no checksums, blocks of 4 MiB at most, and the header's checksum. */
export const LZ4_FRAME_HEADER = Uint8Array.of(0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73);
/** The largest block of frames that start with `LZ4_FRAME_HEADER`. */
export const LZ4_BLOCK_BYTE_LENGTH_MAX = 4 << 20;
/** The bit of a block's length that says that its data is stored as it is. */
export const LZ4_STORED = 0x80000000;

const MAGIC = 0x184d2204;
/** A back reference goes at most so far back. */
const WINDOW_BYTE_LENGTH = 1 << 16;
const BLOCK_BYTE_LENGTHS: Readonly<Record<number, number>> = { 4: 1 << 16, 5: 1 << 18, 6: 1 << 20, 7: 1 << 22 };

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
  if (byteLength < 7) return `an LZ4 frame of ${byteLength} bytes`;
  const header = new Uint8Array(Math.min(19, byteLength));
  read(header, 0);
  const view = new DataView(header.buffer);
  if (view.getUint32(0, true) !== MAGIC) return 'no LZ4 frame';
  const flags = header[4]!;
  const blockByteLengthMax = BLOCK_BYTE_LENGTHS[(header[5]! >> 4) & 7];
  if (flags >> 6 !== 1 || (flags & 1) !== 0 || blockByteLengthMax === undefined) return 'an LZ4 frame of unknown form';
  const checksumByteLength = (flags & 0x10) !== 0 ? 4 : 0;
  let position = 7 + ((flags & 0x08) !== 0 ? 8 : 0);
  const compressed = new Uint8Array(Math.min(blockByteLengthMax, byteLength));
  // Blocks may refer to the end of the one before: it stands before the block in this buffer.
  const output = new Uint8Array(WINDOW_BYTE_LENGTH + Math.min(blockByteLengthMax, contentByteLength));
  let start = WINDOW_BYTE_LENGTH;
  const lengthView = new DataView(new ArrayBuffer(4));
  for (;;) {
    if (position + 4 > byteLength) return 'an LZ4 frame without an end';
    read(new Uint8Array(lengthView.buffer), position);
    const word = lengthView.getUint32(0, true);
    position += 4;
    if (word === 0) return undefined;
    const blockByteLength = word & ~LZ4_STORED;
    if (blockByteLength > blockByteLengthMax || position + blockByteLength > byteLength) {
      return `an LZ4 block of ${blockByteLength} bytes`;
    }
    let end: number;
    if (word >>> 31 === 1) {
      end = WINDOW_BYTE_LENGTH + blockByteLength;
      if (end > output.length) return 'an LZ4 block that is too long';
      read(output.subarray(WINDOW_BYTE_LENGTH, end), position);
    } else {
      const block = compressed.subarray(0, blockByteLength);
      read(block, position);
      end = decompressLz4Block(block, output, WINDOW_BYTE_LENGTH, start);
      if (end < 0) return 'a damaged LZ4 block';
    }
    write(output.subarray(WINDOW_BYTE_LENGTH, end));
    start = Math.max(0, WINDOW_BYTE_LENGTH - (end - start));
    output.copyWithin(start, end - (WINDOW_BYTE_LENGTH - start), end);
    position += blockByteLength + checksumByteLength;
  }
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
