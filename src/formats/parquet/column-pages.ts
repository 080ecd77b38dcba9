/** The pages of a column of numbers: where they lie, which values they hold, and what decoding them takes. */
import type { PhysicalValue } from '../../abi/pages.js';
import type { ReadableFile } from '../../storage/file.js';
import type { ChunkInfo } from './footer.js';
import { type LeafPages, scanLeafPages } from './leaf-pages.js';
import { type DataPageHead, type DataPageInfo, type PageHeaderReader, unsupportedEncoding } from './page-header.js';
import { PHYSICAL_BYTE_LENGTH, physicalValue } from './page-values.js';
import type { Leaf } from './schema.js';

export interface ColumnPages extends LeafPages {
  readonly physicalValue: PhysicalValue;
  /** False where the metadata promises that no value is null. */
  readonly hasNulls: boolean;
  /**
   * For each page the position in the file of its values, if they lie there as a column's do: uncompressed, PLAIN, none
   * of them null, without a checksum. Such values are read to their place at once.
   */
  readonly valuePositions: readonly (number | undefined)[];
}

/**
 * Scans the page headers of a column chunk of numbers.
 * @throws LW_CORRUPT_INPUT where pages don't hold its values, or a flat leaf's aren't `rowCount`; LW_UNSUPPORTED_INPUT for
 * an unknown codec or encoding
 */
export function scanColumnPages(file: ReadableFile, chunk: ChunkInfo, leaf: Leaf, rowCount: number): ColumnPages {
  const value = physicalValue(leaf.physicalType);
  const isNested = leaf.maxRepetitionLevel > 0;
  const valuePositions: (number | undefined)[] = [];
  let hasNullablePage = false;
  const pages = scanLeafPages(file, chunk, leaf, rowCount, (page, reader) => {
    if (page.encoding === 'delta_length_byte_array' || page.encoding === 'delta_byte_array') {
      throw unsupportedEncoding(file, leaf.path.join('.'), page.encodingId);
    }
    const at = findValues(reader, page, leaf, value);
    hasNullablePage ||= at === undefined && (isNested || page.nullCount !== 0);
    // A page with a checksum is looked at as a whole.
    valuePositions.push(page.crc === undefined ? at : undefined);
  });
  // Writers don't agree on whether empty lists are nulls.
  const mayHaveNulls = leaf.maxDefinitionLevel > 0 && (chunk.nullCount !== 0 || isNested);
  return { ...pages, physicalValue: value, hasNulls: mayHaveNulls && hasNullablePage, valuePositions };
}

/** Index of the page that holds a value. */
export function pageIndexOf(pages: readonly DataPageInfo[], value: number): number {
  let low = 0;
  let high = pages.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((pages[middle]?.firstValue ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

function findValues(
  reader: PageHeaderReader,
  page: DataPageHead,
  leaf: Leaf,
  value: PhysicalValue,
): number | undefined {
  if (page.codec !== 'none' || page.encoding !== 'plain' || value === 'boolean') return undefined;
  if (leaf.maxRepetitionLevel > 0) return undefined;
  const levels = findLevels(reader, page, leaf.maxDefinitionLevel);
  if (levels === undefined) return undefined;
  const byteLength = page.valueCount * PHYSICAL_BYTE_LENGTH[value];
  return levels + byteLength <= page.byteLength ? page.position + levels : undefined;
}

/** Bytes that the levels of an uncompressed page take, or `undefined` if they may say that a value is null. */
function findLevels(reader: PageHeaderReader, page: DataPageHead, maxDefinitionLevel: number): number | undefined {
  if ('definitionByteLength' in page.levels) {
    const { repetitionByteLength, definitionByteLength } = page.levels;
    return page.nullCount === 0 || maxDefinitionLevel === 0 ? repetitionByteLength + definitionByteLength : undefined;
  }
  if (maxDefinitionLevel === 0) return 0;
  if (page.levels.definition === 'bit_packed') return undefined;
  // One run of the highest level: its length, 4 bytes; its count, shifted left by 1, as a varint; the level.
  const head = reader.peek(page.position, Math.min(page.byteLength, 16));
  if (head.length < 6) return undefined;
  const byteLength = new DataView(head.buffer, head.byteOffset).getUint32(0, true);
  let at = 4;
  let run = 0;
  for (let scale = 1; at < Math.min(head.length, 4 + 5); scale *= 128) {
    const byte = head[at++] ?? 0;
    run += (byte & 0x7f) * scale;
    if (byte < 128) break;
  }
  const isOneRun = run % 2 === 0 && run / 2 >= page.valueCount && head[at] === maxDefinitionLevel;
  return isOneRun && 4 + byteLength <= page.byteLength ? 4 + byteLength : undefined;
}
