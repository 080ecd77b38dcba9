/** What the pages of a result take: rows of a page, and slot bytes to make one. */
import { definitionLevelsCapacity, levelsCapacity, type PageCodec } from '../../abi/pages.js';
import { BITS_PER_VALUE } from '../../abi/types.js';
import { ALIGNMENT } from '../../slab/load.js';
import type { OutputLeaf } from './output-leaf.js';
import { PHYSICAL_BYTE_LENGTH } from './page-values.js';

/** Bytes of values in a page: what other writers take, and what readers expect to decode at a time. */
const PAGE_BYTE_LENGTH = 1 << 20;
/** Pages are cut like chunks, so that bitmaps are cut at whole bytes. */
const PAGE_ROW_MULTIPLE = 64;

/** Whether a page's values can be written from where they were computed. */
export function isWrittenInPlace({ pageCodec, encoding, levels, physicalValue, output }: OutputLeaf): boolean {
  return (
    typeof levels !== 'object' &&
    pageCodec === 'none' &&
    encoding === 'plain' &&
    PHYSICAL_BYTE_LENGTH[physicalValue] * 8 === BITS_PER_VALUE[output.type]
  );
}

export function pageRowCount({ physicalValue }: OutputLeaf): number {
  const rows = Math.floor(PAGE_BYTE_LENGTH / Math.max(1, PHYSICAL_BYTE_LENGTH[physicalValue]));
  return rows - (rows % PAGE_ROW_MULTIPLE);
}

/** What a page that isn't written in place takes in the slot until it is written. */
export function pageByteLength(leaf: OutputLeaf, count: number): number {
  return count === 0 ? 0 : maxCompressedByteLength(leaf.pageCodec, bodyByteLength(leaf, count)) + ALIGNMENT;
}

/** What making a page takes beside it, for as long as the task runs: its body before it is compressed. */
export function pageScratchByteLength(leaf: OutputLeaf, count: number): number {
  return leaf.pageCodec === 'none' ? 0 : bodyByteLength(leaf, count) + ALIGNMENT;
}

export function bodyByteLength({ physicalValue, levels }: OutputLeaf, count: number): number {
  const width = PHYSICAL_BYTE_LENGTH[physicalValue];
  return levelsByteLength(levels, count) + (width === 0 ? Math.ceil(count / 8) : width * count);
}

function levelsByteLength(levels: OutputLeaf['levels'], count: number): number {
  if (levels === 'none') return 0;
  if (levels === 'validity') return definitionLevelsCapacity(count);
  return levelsCapacity(count, levels.maxRepetitionLevel) + levelsCapacity(count, levels.maxDefinitionLevel);
}

/** What a codec can make of incompressible bytes. */
export function maxCompressedByteLength(codec: PageCodec, byteLength: number): number {
  switch (codec) {
    case 'none':
      return byteLength;
    case 'snappy':
      return 32 + byteLength + Math.floor(byteLength / 64) + 3 * Math.floor(byteLength / 65536);
    case 'lz4_raw':
    case 'lz4_hadoop':
    case 'lz4_frame':
      return byteLength + Math.floor(byteLength / 255) + 64;
    default:
      // zlib, brotli and zstd store what they can't compress.
      return byteLength + (byteLength >> 7) + 1024;
  }
}
