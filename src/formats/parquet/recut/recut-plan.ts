/** Which pages an untouched column chunk is made of where its rows are those of parts of the input's row groups. */
import type { RecodeEncoding } from '../../../abi/recode.js';
import { ALIGNMENT } from '../../../slab/load.js';
import type { DictionaryPageInfo } from '../page-header.js';
import { openByteLength, placesByteLength } from './loaded-dictionaries.js';
import { pagesBetween } from './recut-partition.js';
import type { StatedPage, StatedPages } from './stated-pages.js';

/** Values `from` to `to` of a page. */
export interface PartOf<P> {
  readonly page: P;
  readonly from: number;
  readonly to: number;
}

export type PartOfPage = PartOf<StatedPage>;

/** What is to be known of a page to tell what parts of it take. */
export type SizedPage = Pick<
  StatedPage,
  'byteLength' | 'uncompressedByteLength' | 'valueCount' | 'encoding' | 'dictionary'
>;

/** A page that is copied with its header, or one that is made of parts of others. */
export type OutputPage =
  | { readonly kind: 'copied'; readonly page: StatedPage }
  | { readonly kind: 'made'; readonly encoding: RecodeEncoding; readonly parts: readonly PartOfPage[] };

/** Values `start` to `end` of a column chunk of the input. */
export interface ValueRange {
  readonly pages: StatedPages;
  readonly start: number;
  readonly end: number;
}

export interface PlanOptions {
  /** Of the output's column chunk, as parquet.thrift numbers it. */
  readonly codecId: number;
  /** The dictionary whose indices stay the same, if there is one. */
  readonly dictionary: DictionaryPageInfo | undefined;
  /** Whether there are others whose indices stay indices: into one that all are merged to. */
  readonly isMerged: boolean;
  /** Bytes of a value; 0 where each has its own. */
  readonly valueByteLength: number;
  /** Bytes of the longest value of a dictionary of byte arrays, where indices don't stay indices. */
  readonly longestValue: (dictionary: DictionaryPageInfo) => number;
}

/** Pages of so many bytes, or values, are copied as they are; smaller ones are put together. */
const LARGE_BYTE_LENGTH = 1 << 16;
const LARGE_VALUE_COUNT = 8192;
/** What a page that is made of several is to take at most, with what is read for it. */
export const PAGE_BYTE_LENGTH = 1 << 18;
export const PAGE_VALUE_COUNT = 1 << 16;
/** A large page that is cut is decompressed for each page that is made of it: no more often than this. */
export const DECOMPRESSIONS_MAX = 16;

/** Parts that become one page; a page that is all there is of them may be copied instead. */
interface Group {
  readonly encoding: RecodeEncoding;
  readonly parts: PartOfPage[];
  readonly isCopyable: boolean;
  byteLength: number;
  valueCount: number;
}

export function planPages(ranges: readonly ValueRange[], options: PlanOptions): readonly OutputPage[] {
  const output: OutputPage[] = [];
  let group: Group | undefined;
  const flush = (): void => {
    const [part] = group?.parts ?? [];
    if (group === undefined || part === undefined) return;
    const { encoding, parts, isCopyable } = group;
    output.push(
      isCopyable && parts.length === 1 ? { kind: 'copied', page: part.page } : { kind: 'made', encoding, parts },
    );
    group = undefined;
  };
  for (const { pages, start, end } of ranges) {
    for (const { page } of pagesBetween(pages, start, end)) {
      const whole = partOf(page, start, end);
      const isCopyable = pages.codecId === options.codecId && canStay(whole, options);
      if (isCopyable && isLarge(page)) {
        flush();
        output.push({ kind: 'copied', page });
        continue;
      }
      const encoding = encodingOf(page, options);
      for (const part of isCopyable ? [whole] : split(whole, encoding, options)) {
        const byteLength = decodedByteLength(part, encoding, options) + readByteLength(part, group, options);
        const valueCount = part.to - part.from;
        if (group !== undefined && !hasRoom(group, encoding, byteLength, valueCount)) flush();
        group ??= { encoding, parts: [], isCopyable, byteLength: 0, valueCount: 0 };
        group.parts.push(part);
        group.byteLength += byteLength;
        group.valueCount += valueCount;
      }
    }
  }
  flush();
  return output;
}

/** What is read for a part: the page, and behind others its dictionary where it's another than before. */
function readByteLength(
  { page }: PartOfPage,
  group: Group | undefined,
  { valueByteLength }: Pick<PlanOptions, 'valueByteLength'>,
): number {
  const { dictionary } = page;
  const byteLength = page.byteLength + ALIGNMENT;
  const last = group?.parts.at(-1);
  if (last === undefined || dictionary === undefined || dictionary === last.page.dictionary) return byteLength;
  return byteLength + openByteLength(dictionary, valueByteLength) + placesByteLength(dictionary.valueCount);
}

function hasRoom(group: Group, encoding: RecodeEncoding, byteLength: number, valueCount: number): boolean {
  return (
    group.encoding === encoding &&
    encoding !== 'delta_byte_array' &&
    group.byteLength + byteLength <= PAGE_BYTE_LENGTH &&
    group.valueCount + valueCount <= PAGE_VALUE_COUNT
  );
}

export function partOf(page: StatedPage, start: number, end: number): PartOfPage {
  const from = Math.max(0, start - page.firstValue);
  return { page, from, to: Math.min(page.valueCount, end - page.firstValue) };
}

/** Whether a part is all of a page, its nulls counted, and its indices lead where they are to. */
function canStay({ page, from, to }: PartOfPage, { dictionary }: PlanOptions): boolean {
  const isWhole = from === 0 && to === page.valueCount;
  return isWhole && page.nullCount !== undefined && (page.dictionary === undefined || page.dictionary === dictionary);
}

function isLarge({ uncompressedByteLength, valueCount }: StatedPage): boolean {
  return uncompressedByteLength >= LARGE_BYTE_LENGTH || valueCount >= LARGE_VALUE_COUNT;
}

function encodingOf(
  { encoding, dictionary: own }: StatedPage,
  { dictionary, isMerged, valueByteLength }: PlanOptions,
): RecodeEncoding {
  if (encoding === 'dictionary') return isMerged || own === dictionary ? 'dictionary' : 'plain';
  if (encoding === 'delta_byte_array') return encoding;
  const isSplit = encoding === 'byte_stream_split' && [2, 4, 8].includes(valueByteLength);
  return isSplit ? 'byte_stream_split' : 'plain';
}

/** Bytes, at most, that the values of a part come to as the page that is made has them before it is encoded. */
export function decodedByteLength(
  { page, from, to }: PartOf<SizedPage>,
  encoding: RecodeEncoding,
  { valueByteLength, longestValue }: Pick<PlanOptions, 'valueByteLength' | 'longestValue'>,
): number {
  const count = to - from;
  if (encoding === 'dictionary') return 4 * count;
  if (encoding === 'delta_byte_array') return 2 * page.uncompressedByteLength;
  if (valueByteLength > 0) return valueByteLength * count;
  if (page.dictionary !== undefined) return (4 + longestValue(page.dictionary)) * count;
  return page.uncompressedByteLength + (page.encoding === 'plain' ? 0 : 4 * count);
}

/** Parts of a part that a page can be made of, each decompressing what it is of. */
export function* split<P extends SizedPage>(
  part: PartOf<P>,
  encoding: RecodeEncoding,
  options: Pick<PlanOptions, 'valueByteLength' | 'longestValue'>,
): Generator<PartOf<P>> {
  const { page, from, to } = part;
  const count = to - from;
  const byteLength = decodedByteLength(part, encoding, options);
  const isMeasured = encoding === 'dictionary' || options.valueByteLength > 0 || page.dictionary !== undefined;
  const byBytes = isMeasured ? Math.floor((count * PAGE_BYTE_LENGTH) / Math.max(1, byteLength)) : count;
  const least = Math.ceil(page.valueCount / DECOMPRESSIONS_MAX);
  const step = Math.max(1, Math.min(byBytes, PAGE_VALUE_COUNT), isBounded(encoding, options) ? least : 0);
  for (let start = from; start < to; start += step) yield { page, from: start, to: Math.min(to, start + step) };
}

/** Whether values take no more bytes than a few for each: then a page may have many of them. */
function isBounded(encoding: RecodeEncoding, { valueByteLength }: Pick<PlanOptions, 'valueByteLength'>): boolean {
  return encoding === 'dictionary' || valueByteLength > 0;
}
