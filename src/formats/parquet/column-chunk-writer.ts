/** The column chunk of one result in one row group: its pages as they are written, then its metadata and page index. */

import type { ValueEncoding } from '../../abi/pages.js';
import * as ids from './definitions.js';
import { Encoding, PageType } from './definitions.js';
import type { OutputLeaf } from './output-leaf.js';
import type { DataPageInfo } from './page-header.js';
import {
  dataPageHeader,
  dictionaryPageHeader,
  ENCODINGS,
  indexPageHeader,
  type PageSize,
} from './page-header-writer.js';
import { comparePlain, type MinMax, plainBytes } from './plain-value.js';
import type { ThriftStruct } from './thrift.js';
import { WireType } from './thrift-cursor.js';
import {
  binaryField,
  booleanField,
  i32Field,
  i64Field,
  listField,
  stringField,
  structField,
  structOfFields,
  structsField,
} from './thrift-writer.js';

/** What encoding a page told about it. */
export interface PageSummary extends PageSize {
  readonly encoding: ValueEncoding;
  readonly nullCount: number;
  /** Rows that begin in it. */
  readonly rowCount: number;
  /** Whether its first value begins a row. */
  readonly startsRow: boolean;
  /** `undefined` where every value is null or NaN, and where nobody has looked at them. */
  readonly minMax: MinMax | undefined;
}

/** What encoding a dictionary told about it. */
export interface DictionarySummary extends PageSize {
  readonly minMax: MinMax | undefined;
}

interface Page extends Omit<PageSummary, 'encoding'> {
  readonly encoding: number;
  /** Bytes from the start of the column chunk. */
  readonly offset: number;
  /** With its header. */
  readonly totalByteLength: number;
  readonly firstRow: number;
}

const BoundaryOrder = { unordered: 0, ascending: 1, descending: 2 } as const;

export class ColumnChunkWriter {
  readonly leaf: OutputLeaf;
  readonly #pages: Page[] = [];
  #dictionary: (DictionarySummary & { readonly nullCount: number }) | undefined;
  #dictionaryByteLength = 0;
  #byteLength = 0;
  #uncompressedByteLength = 0;
  #valueCount = 0;
  #rowCount = 0;
  /** Position of the first page in the output, once it is known. */
  start: number | undefined;

  constructor(leaf: OutputLeaf) {
    this.leaf = leaf;
  }

  /** Bytes of the pages so far, headers included. */
  get byteLength(): number {
    return this.#byteLength;
  }

  get uncompressedByteLength(): number {
    return this.#uncompressedByteLength;
  }

  /** Notes the next page and returns the header that stands before its body. */
  addPage(page: PageSummary): Uint8Array {
    return this.#add({ ...page, encoding: ENCODINGS[page.encoding] }, dataPageHeader(page, page.encoding));
  }

  /**
   * Notes the dictionary, before all pages, and returns the header that stands before its body.
   * @param nullCount of all pages that follow
   */
  addDictionary(page: DictionarySummary, nullCount: number): Uint8Array {
    const header = dictionaryPageHeader(page);
    this.#dictionary = { ...page, nullCount };
    this.#dictionaryByteLength = header.length + page.byteLength;
    this.#byteLength += this.#dictionaryByteLength;
    this.#uncompressedByteLength += header.length + page.uncompressedByteLength;
    return header;
  }

  /** Notes a page of the input, of one value a row, with indices into the dictionary; returns its header. */
  addIndexPage(page: DataPageInfo): Uint8Array {
    const rest = { nullCount: 0, rowCount: page.valueCount, startsRow: true, minMax: undefined };
    return this.#add({ ...rest, ...pageSizeOf(page), encoding: Encoding.rleDictionary }, indexPageHeader(page));
  }

  #add(page: Omit<Page, 'offset' | 'totalByteLength' | 'firstRow'>, header: Uint8Array): Uint8Array {
    const totalByteLength = header.length + page.byteLength;
    this.#pages.push({ ...page, offset: this.#byteLength, totalByteLength, firstRow: this.#rowCount });
    this.#byteLength += totalByteLength;
    this.#uncompressedByteLength += header.length + page.uncompressedByteLength;
    this.#valueCount += page.valueCount;
    this.#rowCount += page.rowCount;
    return header;
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  /** The thrift struct ColumnChunk. */
  columnChunk(): ThriftStruct {
    const { leaf } = this;
    const start = this.start ?? 0;
    const dictionary = this.#dictionary;
    const pageCounts = new Map<number, number>();
    for (const { encoding } of this.#pages) pageCounts.set(encoding, (pageCounts.get(encoding) ?? 0) + 1);
    const dictionaryEncodings = dictionary === undefined ? [] : [Encoding.plain];
    const encodings = new Set([...dictionaryEncodings, ...pageCounts.keys(), Encoding.rle].sort((a, b) => a - b));
    const { ColumnMetaData } = ids;
    const metadata = structOfFields(
      i32Field(ColumnMetaData.type, leaf.physicalType),
      listField(
        ColumnMetaData.encodings,
        WireType.I32,
        [...encodings].map((encoding) => i32Field(0, encoding)),
      ),
      listField(
        ColumnMetaData.pathInSchema,
        WireType.Binary,
        leaf.path.map((name) => stringField(0, name)),
      ),
      i32Field(ColumnMetaData.codec, leaf.codec),
      i64Field(ColumnMetaData.numValues, this.#valueCount),
      i64Field(ColumnMetaData.totalUncompressedSize, this.#uncompressedByteLength),
      i64Field(ColumnMetaData.totalCompressedSize, this.#byteLength),
      i64Field(ColumnMetaData.dataPageOffset, start + this.#dictionaryByteLength),
      structField(
        ColumnMetaData.statistics,
        dictionary === undefined ? this.#statistics() : this.#dictionaryStatistics(dictionary),
      ),
      structsField(ColumnMetaData.encodingStats, [
        ...(dictionary === undefined ? [] : [encodingStats(PageType.dictionary, Encoding.plain, 1)]),
        ...[...pageCounts].map(([encoding, count]) => encodingStats(PageType.data, encoding, count)),
      ]),
    );
    if (dictionary !== undefined) metadata.set(i64Field(ColumnMetaData.dictionaryPageOffset, start));
    return structOfFields(i64Field(ids.ColumnChunk.fileOffset, 0), structField(ids.ColumnChunk.metaData, metadata));
  }

  #statistics(): ThriftStruct {
    const { Statistics } = ids;
    const { type } = this.leaf.output;
    const statistics = structOfFields(
      i64Field(
        Statistics.nullCount,
        this.#pages.reduce((sum, page) => sum + page.nullCount, 0),
      ),
    );
    let min: MinMax | undefined;
    let max: MinMax | undefined;
    for (const { minMax } of this.#pages) {
      if (minMax === undefined) continue;
      if (min === undefined || comparePlain(type, minMax.min, min.min) < 0) min = minMax;
      if (max === undefined || comparePlain(type, minMax.max, max.max) > 0) max = minMax;
    }
    if (min !== undefined && max !== undefined) {
      statistics.set(binaryField(Statistics.maxValue, plainBytes(type, max.max)));
      statistics.set(binaryField(Statistics.minValue, plainBytes(type, min.min)));
      statistics.set(booleanField(Statistics.isMaxValueExact, true));
      statistics.set(booleanField(Statistics.isMinValueExact, true));
    }
    return statistics;
  }

  /** Bounds of the dictionary's values: whether all of them occur, only the indices tell. */
  #dictionaryStatistics({ minMax, nullCount }: { minMax: MinMax | undefined; nullCount: number }): ThriftStruct {
    const { Statistics } = ids;
    const { type } = this.leaf.output;
    const statistics = structOfFields(i64Field(Statistics.nullCount, nullCount));
    if (minMax === undefined) return statistics;
    return statistics
      .set(binaryField(Statistics.maxValue, plainBytes(type, minMax.max)))
      .set(binaryField(Statistics.minValue, plainBytes(type, minMax.min)));
  }

  /** The thrift struct OffsetIndex; `undefined` where a page begins in the middle of a row, which it can't tell. */
  offsetIndex(): ThriftStruct | undefined {
    if (this.#pages.some((page) => !page.startsRow)) return undefined;
    const start = this.start ?? 0;
    const { PageLocation } = ids;
    return structOfFields(
      structsField(
        ids.OffsetIndex.pageLocations,
        this.#pages.map((page) =>
          structOfFields(
            i64Field(PageLocation.offset, start + page.offset),
            i32Field(PageLocation.compressedPageSize, page.totalByteLength),
            i64Field(PageLocation.firstRowIndex, page.firstRow),
          ),
        ),
      ),
    );
  }

  /** The thrift struct ColumnIndex; `undefined` where a page has values but no bounds (all of them NaN), or there is no offset index. */
  columnIndex(): ThriftStruct | undefined {
    const { type } = this.leaf.output;
    const { ColumnIndex } = ids;
    const isNullPage = (page: Page) => page.nullCount === page.valueCount;
    if (this.#pages.some((page) => !page.startsRow || (page.minMax === undefined && !isNullPage(page)))) {
      return undefined;
    }
    const bound = (which: 'min' | 'max') => (page: Page) =>
      binaryField(0, page.minMax === undefined ? NO_BYTES : plainBytes(type, page.minMax[which]));
    return structOfFields(
      listField(
        ColumnIndex.nullPages,
        WireType.True,
        this.#pages.map((page) => booleanField(0, isNullPage(page))),
      ),
      listField(ColumnIndex.minValues, WireType.Binary, this.#pages.map(bound('min'))),
      listField(ColumnIndex.maxValues, WireType.Binary, this.#pages.map(bound('max'))),
      i32Field(ColumnIndex.boundaryOrder, this.#boundaryOrder()),
      listField(
        ColumnIndex.nullCounts,
        WireType.I64,
        this.#pages.map((page) => i64Field(0, page.nullCount)),
      ),
    );
  }

  #boundaryOrder(): number {
    const { type } = this.leaf.output;
    const bounds = this.#pages.flatMap((page) => page.minMax ?? []);
    const isOrdered = (sign: number) =>
      bounds.every((bound, i) => {
        const last = bounds[i - 1];
        if (last === undefined) return true;
        return (
          sign * comparePlain(type, bound.min, last.min) >= 0 && sign * comparePlain(type, bound.max, last.max) >= 0
        );
      });
    if (isOrdered(1)) return BoundaryOrder.ascending;
    return isOrdered(-1) ? BoundaryOrder.descending : BoundaryOrder.unordered;
  }
}

const NO_BYTES = new Uint8Array(0);

function encodingStats(pageType: number, encoding: number, count: number): ThriftStruct {
  const { PageEncodingStats } = ids;
  return structOfFields(
    i32Field(PageEncodingStats.pageType, pageType),
    i32Field(PageEncodingStats.encoding, encoding),
    i32Field(PageEncodingStats.count, count),
  );
}

function pageSizeOf({ byteLength, uncompressedByteLength, valueCount, crc }: DataPageInfo): PageSize {
  return { byteLength, uncompressedByteLength, valueCount, crc };
}
