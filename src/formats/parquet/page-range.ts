/** The pages that hold a range of a column's values, and the slot bytes that decoding them takes. */
import { BITS_PER_VALUE, type NumericType } from '../../abi/types.js';
import { type ColumnPages, pageIndexOf } from './column-pages.js';
import type { DataPageInfo } from './page-header.js';
import { PHYSICAL_BYTE_LENGTH } from './page-values.js';

/** Whether the values lie in the file as a column's do, so that reading them is all there is to do. */
export function valuesInPlace(
  { pages, valuePositions, physicalValue, hasNulls }: ColumnPages,
  type: NumericType,
  start: number,
  end: number,
): boolean {
  if (hasNulls || PHYSICAL_BYTE_LENGTH[physicalValue] * 8 !== BITS_PER_VALUE[type]) return false;
  for (let i = pageIndexOf(pages, start); i < pages.length && (pages[i]?.firstValue ?? 0) < end; i++) {
    if (valuePositions[i] === undefined) return false;
  }
  return true;
}

export function pageRange({ pages }: ColumnPages, start: number, end: number): readonly DataPageInfo[] {
  return end > start ? pages.slice(pageIndexOf(pages, start), pageIndexOf(pages, end - 1) + 1) : [];
}

export function bodiesStart(pages: readonly DataPageInfo[]): number {
  return pages[0]?.position ?? 0;
}

export function bodiesEnd(pages: readonly DataPageInfo[]): number {
  const last = pages.at(-1);
  return last === undefined ? 0 : last.position + last.byteLength;
}

export function pageScratchByteLength(pages: readonly DataPageInfo[]): number {
  let largest = 0;
  for (const page of pages) if (page.codec !== 'none') largest = Math.max(largest, page.uncompressedByteLength);
  return largest;
}

export function levelsScratchByteLength({ leaf }: ColumnPages, pages: readonly DataPageInfo[]): number {
  if (leaf.maxDefinitionLevel === 0) return 0;
  return Math.ceil(pages.reduce((most, page) => Math.max(most, page.valueCount), 0) / 8);
}

/** Values that are narrower in a column than in a page are decoded in two steps; booleans take a byte in between. */
export function denseByteLength({ physicalValue }: ColumnPages, type: NumericType, count: number): number {
  const width = Math.max(1, PHYSICAL_BYTE_LENGTH[physicalValue]);
  return width * 8 === BITS_PER_VALUE[type] ? 0 : width * count;
}
