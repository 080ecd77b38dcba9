/** The pages that hold a range of a column's values, and the slot bytes that decoding them takes. */
import { BITS_PER_VALUE, type NumericType } from '../../abi/types.js';
import { ALIGNMENT } from '../../slab/load.js';
import { type ColumnPages, pageIndexOf } from './column-pages.js';
import type { DataPageInfo, DictionaryPageInfo } from './page-header.js';
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

/** Pages of one column chunk, which are read and decoded together. */
export type PageRun = readonly DataPageInfo[];

/** Pages may be of several column chunks, each with a dictionary of its own. */
export function pageRuns(pages: readonly DataPageInfo[]): readonly PageRun[] {
  const runs: DataPageInfo[][] = [];
  for (const page of pages) {
    const run = runs.at(-1);
    if (run?.[0]?.chunkStart === page.chunkStart) run.push(page);
    else runs.push([page]);
  }
  return runs;
}

/** Bytes in the file from the first page's body to the end of the last one's. */
export function bodies(run: PageRun): { readonly position: number; readonly byteLength: number } {
  const position = run[0]?.position ?? 0;
  const last = run.at(-1);
  return { position, byteLength: last === undefined ? 0 : last.position + last.byteLength - position };
}

/** Bytes by which a page that is made anew may be larger than that of the input, beside a 64th of its size. */
const PAGE_GROWTH = 256;

/** Room for the bodies, and later for pages made anew of as many values, if those are hardly more compressible. */
export function bodiesRoom({ leaf }: ColumnPages, range: readonly DataPageInfo[]): number {
  let byteLength = PAGE_GROWTH * range.length;
  for (const run of pageRuns(range)) byteLength += bodies(run).byteLength;
  if (leaf.maxDefinitionLevel > 0) for (const { valueCount } of range) byteLength += Math.ceil(valueCount / 8);
  return byteLength + (byteLength >> 6);
}

/** Where, from the start of its scratch on, decoding has room for what it makes in between. */
export interface DecodeScratch {
  readonly page: number;
  readonly levels: number;
  /** Absent where no page refers to a dictionary that is compressed. */
  readonly dictionary: number | undefined;
  /** Absent where values are as wide in pages as in the column. */
  readonly dense: number | undefined;
  readonly byteLength: number;
}

/** @param count of values that are decoded, of those that the pages of the range have */
export function decodeScratch(
  pages: ColumnPages,
  range: readonly DataPageInfo[],
  type: NumericType,
  count: number,
): DecodeScratch {
  let byteLength = 0;
  const reserve = (length: number): number => {
    const start = byteLength;
    byteLength += Math.ceil(length / ALIGNMENT) * ALIGNMENT;
    return start;
  };
  const compressed = usedDictionaries(range).filter(({ codec }) => codec !== 'none');
  const dense = denseByteLength(pages, type, count);
  return {
    page: reserve(pageScratchByteLength(range)),
    levels: reserve(levelsScratchByteLength(pages, range)),
    dictionary:
      compressed.length === 0
        ? undefined
        : reserve(compressed.reduce((most, each) => Math.max(most, each.uncompressedByteLength), 0)),
    dense: dense === 0 ? undefined : reserve(dense),
    byteLength,
  };
}

/** The dictionaries that pages of the range refer to. */
export function usedDictionaries(range: readonly DataPageInfo[]): readonly DictionaryPageInfo[] {
  const dictionaries: DictionaryPageInfo[] = [];
  for (const { dictionary } of range) {
    if (dictionary !== undefined && dictionaries.at(-1) !== dictionary) dictionaries.push(dictionary);
  }
  return dictionaries;
}

function pageScratchByteLength(pages: readonly DataPageInfo[]): number {
  let largest = 0;
  for (const page of pages) if (page.codec !== 'none') largest = Math.max(largest, page.uncompressedByteLength);
  return largest;
}

function levelsScratchByteLength({ leaf }: ColumnPages, pages: readonly DataPageInfo[]): number {
  if (leaf.maxDefinitionLevel === 0) return 0;
  return Math.ceil(pages.reduce((most, page) => Math.max(most, page.valueCount), 0) / 8);
}

/** Values that are narrower in a column than in a page are decoded in two steps; booleans take a byte in between. */
function denseByteLength({ physicalValue }: ColumnPages, type: NumericType, count: number): number {
  const width = Math.max(1, PHYSICAL_BYTE_LENGTH[physicalValue]);
  return width * 8 === BITS_PER_VALUE[type] ? 0 : width * count;
}
