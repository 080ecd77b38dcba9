/**
 * Where the frames of ZSTD data end, told from their headers: a writer that compressed a large buffer in parts left
 * frames that can be decompressed one by one.
 */
const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const CONTENT_SIZE_BYTE_LENGTHS = [0, 2, 4, 8] as const;
const DICTIONARY_ID_BYTE_LENGTHS = [0, 1, 2, 4] as const;
/** The longest frame header, and a block header. */
const HEADER_BYTE_LENGTH_MAX = 18;

/** A frame's extent and what it comes to, where its header says so. */
export interface ZstdFrame {
  readonly byteLength: number;
  readonly contentByteLength: number | undefined;
}

/**
 * @param read fills a target from a position of the data
 * @returns the frame at `start`, or `undefined` for damaged data
 */
export function zstdFrameAt(
  start: number,
  byteLength: number,
  read: (target: Uint8Array, position: number) => void,
): ZstdFrame | undefined {
  const header = new Uint8Array(HEADER_BYTE_LENGTH_MAX);
  read(header.subarray(0, Math.min(header.length, byteLength - start)), start);
  const view = new DataView(header.buffer);
  const magic = view.getUint32(0, true);
  if ((magic & 0xfffffff0) === SKIPPABLE_MAGIC) {
    const end = 8 + view.getUint32(4, true);
    return start + end > byteLength ? undefined : { byteLength: end, contentByteLength: 0 };
  }
  if (magic !== MAGIC) return undefined;
  const descriptor = header[4]!;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const sizeByteLength = sizeFlag === 0 && isSingleSegment ? 1 : CONTENT_SIZE_BYTE_LENGTHS[sizeFlag as 0 | 1 | 2 | 3];
  const sizeAt = 5 + (isSingleSegment ? 0 : 1) + DICTIONARY_ID_BYTE_LENGTHS[(descriptor & 3) as 0 | 1 | 2 | 3];
  let position = start + sizeAt + sizeByteLength;
  for (let isLast = false; !isLast; ) {
    if (position + 3 > byteLength) return undefined;
    read(header.subarray(15, 18), position);
    const word = header[15]! | (header[16]! << 8) | (header[17]! << 16);
    isLast = (word & 1) === 1;
    // A block of one repeated byte is that byte.
    position += 3 + (((word >> 1) & 3) === 1 ? 1 : word >> 3);
  }
  if ((descriptor & 4) !== 0) position += 4;
  if (position > byteLength) return undefined;
  return { byteLength: position - start, contentByteLength: readContentSize(view, sizeAt, sizeByteLength) };
}

function readContentSize(view: DataView, at: number, byteLength: number): number | undefined {
  switch (byteLength) {
    case 1:
      return view.getUint8(at);
    case 2:
      return view.getUint16(at, true) + 256;
    case 4:
      return view.getUint32(at, true);
    case 8:
      return Number(view.getBigUint64(at, true));
    default:
      return undefined;
  }
}
