/**
 * The LZ4 frame format, which Arrow compresses buffers with.
 *
 *     | magic | FLG | BD | content size? | header checksum | block ··· | 0 | content checksum? |
 *     block = | byte length (uint32; high bit: stored) | data | checksum? |
 *
 * https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md
 */

/** Magic, blocks that don't hang on another, no checksums, blocks of 4 MiB at most, and the header's checksum. */
export const LZ4_FRAME_HEADER = Uint8Array.of(0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73);
/** The largest block of frames that start with `LZ4_FRAME_HEADER`. */
export const LZ4_BLOCK_BYTE_LENGTH_MAX = 4 << 20;
/** The bit of a block's length that says that its data is stored as it is. */
export const LZ4_STORED = 0x80000000;

const MAGIC = 0x184d2204;
const VERSION = 1;
const FLAG = { dictionaryId: 0x01, contentChecksum: 0x04, contentSize: 0x08, blockChecksum: 0x10 } as const;
const BLOCK_BYTE_LENGTHS: Readonly<Record<number, number>> = { 4: 1 << 16, 5: 1 << 18, 6: 1 << 20, 7: 1 << 22 };

/** A block's data within its frame. */
export interface Lz4Block {
  readonly position: number;
  readonly byteLength: number;
  /** Whether the data isn't compressed. */
  readonly isStored: boolean;
  /** What any block of the frame comes to at most. */
  readonly contentByteLengthMax: number;
}

/**
 * Steps through the blocks of a frame in their order. Checksums aren't compared.
 *
 * @param read fills a target from a position of the frame
 * @param visit takes a block, and returns what is wrong with it
 * @returns what is wrong with the frame, or `undefined`
 */
export function readLz4Frame(
  byteLength: number,
  read: (target: Uint8Array, position: number) => void,
  visit: (block: Lz4Block) => string | undefined,
): string | undefined {
  const header = new DataView(new ArrayBuffer(LZ4_FRAME_HEADER.length));
  if (byteLength < header.byteLength) return `an LZ4 frame of ${byteLength} bytes`;
  read(new Uint8Array(header.buffer), 0);
  if (header.getUint32(0, true) !== MAGIC) return 'no LZ4 frame';
  const flags = header.getUint8(4);
  const contentByteLengthMax = BLOCK_BYTE_LENGTHS[(header.getUint8(5) >> 4) & 7];
  if (flags >> 6 !== VERSION || flags & FLAG.dictionaryId || contentByteLengthMax === undefined) {
    return 'an LZ4 frame of unknown form';
  }
  const checksumByteLength = flags & FLAG.blockChecksum ? 4 : 0;
  let position = header.byteLength + (flags & FLAG.contentSize ? 8 : 0);
  const prefix = new DataView(new ArrayBuffer(4));
  while (position + prefix.byteLength <= byteLength) {
    read(new Uint8Array(prefix.buffer), position);
    position += prefix.byteLength;
    const word = prefix.getUint32(0, true);
    if (word === 0) {
      const isWhole = position + (flags & FLAG.contentChecksum ? 4 : 0) === byteLength;
      return isWhole ? undefined : 'an LZ4 frame that ends early';
    }
    const block = { position, byteLength: word & ~LZ4_STORED, isStored: word >= LZ4_STORED, contentByteLengthMax };
    const end = position + block.byteLength + checksumByteLength;
    if (block.byteLength > contentByteLengthMax || end > byteLength) return `an LZ4 block of ${block.byteLength} bytes`;
    const damage = visit(block);
    if (damage !== undefined) return damage;
    position = end;
  }
  return 'an LZ4 frame without an end';
}
