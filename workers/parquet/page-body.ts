/** What stands in a page of the slot: checked against its checksum and decompressed, or compressed. */
import type { DataPage, DictionaryPage, PageCodec } from '../../src/abi/pages.js';
import { compressBlock, decompressBlock } from '../codecs/block-codec.js';
import { zlib } from '../codecs/zlib.js';
import { corruptColumn, type PageContext } from './page-context.js';

/** Bytes of levels that stand in front of what is compressed, as those of version 2 do. */
export function apartByteLength({ levels }: DataPage): number {
  return 'definitionByteLength' in levels ? levels.repetitionByteLength + levels.definitionByteLength : 0;
}

/**
 * Where what may be compressed of a page stands decompressed.
 * @param name what messages call the column
 * @param room for what a compressed page comes to
 */
export function openPage(
  name: string,
  page: DataPage,
  context: PageContext,
  room: number,
): { readonly start: number; readonly end: number } {
  const levelsByteLength = apartByteLength(page);
  const start = page.address + levelsByteLength;
  const end = page.address + page.byteLength;
  if (page.codec === 'none') return { start, end };
  const uncompressedByteLength = page.uncompressedByteLength - levelsByteLength;
  decompress(name, start, end - start, room, { codec: page.codec, uncompressedByteLength }, context);
  return { start: room, end: room + uncompressedByteLength };
}

/** Where the bytes of a dictionary stand decompressed. */
export function openDictionary(
  name: string,
  dictionary: DictionaryPage,
  context: PageContext,
  room: number,
): { readonly start: number; readonly end: number } {
  const { address, byteLength, uncompressedByteLength, codec } = dictionary;
  checkCrc(name, 'the dictionary', dictionary, context);
  if (codec === 'none') return { start: address, end: address + byteLength };
  decompress(name, address, byteLength, room, { codec, uncompressedByteLength }, context);
  return { start: room, end: room + uncompressedByteLength };
}

export function checkPageCrc(name: string, page: DataPage, context: PageContext): void {
  checkCrc(name, `the page of values ${page.firstValue} to ${page.firstValue + page.valueCount}`, page, context);
}

/** Damage in a page's bytes would become wrong numbers: where there is a checksum, it isn't let through. */
function checkCrc(
  name: string,
  what: string,
  { address, byteLength, crc }: Pick<DataPage, 'address' | 'byteLength' | 'crc'>,
  { memory }: PageContext,
): void {
  if (crc === undefined) return;
  const found = zlib().crc32(memory.subarray(address, address + byteLength));
  if (found === crc) return;
  const hex = (value: number) => value.toString(16).padStart(8, '0');
  throw corruptColumn(name, `${what} has the CRC-32 ${hex(found)}, its header names ${hex(crc)}: the file is damaged`);
}

function decompress(
  name: string,
  source: number,
  sourceByteLength: number,
  target: number,
  { codec, uncompressedByteLength }: Pick<DataPage, 'codec' | 'uncompressedByteLength'>,
  context: PageContext,
): void {
  if (uncompressedByteLength === 0) return;
  const byteLength = decompressBlock(context, codec, source, sourceByteLength, target, uncompressedByteLength);
  if (byteLength !== uncompressedByteLength) {
    throw corruptColumn(
      name,
      `a page of ${sourceByteLength} bytes doesn't decompress (${codec}) to the ${uncompressedByteLength} bytes that it promises`,
    );
  }
}

/** How a page that is made is compressed, and where to. */
export interface CompressedBody {
  readonly codec: PageCodec;
  readonly level?: number | undefined;
  readonly target: number;
  readonly targetCapacity: number;
}

/** Compresses the bytes of a page that is made; returns what they come to, for which there is room. */
export function compressBody(
  { codec, level, target, targetCapacity }: CompressedBody,
  context: PageContext,
  source: number,
  sourceByteLength: number,
): number {
  const byteLength = compressBlock(context, codec, level, source, sourceByteLength, target, targetCapacity);
  if (byteLength < 0) throw new RangeError(`${sourceByteLength} bytes grew beyond the ${codec} bound`);
  return byteLength;
}
