/** A column chunk that is written: its pages as they come, then its metadata and page index. */

import type { ValueOrder } from '../../abi/recode.js';
import { compareValues } from '../../abi/value-order.js';
import * as ids from './definitions.js';
import { Encoding, PageType } from './definitions.js';
import type { PageSize } from './page-header-writer.js';
import type { MinMax } from './plain-value.js';
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
  readonly nullCount: number;
  /** Rows that begin in it. */
  readonly rowCount: number;
  /** Whether its first value begins a row. */
  readonly startsRow: boolean;
  readonly bounds: PageBounds;
}

/** The smallest and the largest value; none where every value is null or NaN, and where nobody has looked at them. */
export type PageBounds = MinMax | 'none' | 'unknown';

/** What encoding a dictionary told about it. */
export interface DictionarySummary extends PageSize {
  readonly bounds: PageBounds;
}

/** The leaf whose values a column chunk has. */
export interface ChunkLeaf {
  readonly path: readonly string[];
  readonly physicalType: number;
  readonly codec: number;
  /** Undefined where the format doesn't say how values are compared. */
  readonly order: ValueOrder | undefined;
}

/** How the values of a page are stored, as parquet.thrift numbers it. */
export interface PageForm {
  readonly pageType: number;
  readonly encoding: number;
}

interface Page extends PageSummary, PageForm {
  /** Bytes from the start of the column chunk. */
  readonly offset: number;
  /** With its header. */
  readonly totalByteLength: number;
  readonly firstRow: number;
}

const BoundaryOrder = { unordered: 0, ascending: 1, descending: 2 } as const;

export class ChunkWriter {
  readonly #leaf: ChunkLeaf;
  readonly #pages: Page[] = [];
  #dictionaryByteLength = 0;
  #byteLength = 0;
  #uncompressedByteLength = 0;
  #valueCount = 0;
  #rowCount = 0;
  /** Position of the first page in the output, once it is known. */
  start: number | undefined;

  constructor(leaf: ChunkLeaf) {
    this.#leaf = leaf;
  }

  /** Bytes of the pages so far, headers included. */
  get byteLength(): number {
    return this.#byteLength;
  }

  get uncompressedByteLength(): number {
    return this.#uncompressedByteLength;
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  /** Notes the dictionary, before all pages, that stands behind a header of some bytes. */
  noteDictionary(page: PageSize, headerByteLength: number): void {
    this.#dictionaryByteLength = headerByteLength + page.byteLength;
    this.#byteLength += this.#dictionaryByteLength;
    this.#uncompressedByteLength += headerByteLength + page.uncompressedByteLength;
  }

  /** Notes the next page, behind a header of some bytes. */
  notePage(page: PageSummary, form: PageForm, headerByteLength: number): void {
    const totalByteLength = headerByteLength + page.byteLength;
    this.#pages.push({ ...page, ...form, offset: this.#byteLength, totalByteLength, firstRow: this.#rowCount });
    this.#byteLength += totalByteLength;
    this.#uncompressedByteLength += headerByteLength + page.uncompressedByteLength;
    this.#valueCount += page.valueCount;
    this.#rowCount += page.rowCount;
  }

  /** The thrift struct ColumnChunk. */
  columnChunk(): ThriftStruct {
    const { path, physicalType, codec } = this.#leaf;
    const start = this.start ?? 0;
    const hasDictionary = this.#dictionaryByteLength > 0;
    const { ColumnMetaData } = ids;
    const metadata = structOfFields(
      i32Field(ColumnMetaData.type, physicalType),
      listField(ColumnMetaData.encodings, WireType.I32, this.#encodings()),
      listField(
        ColumnMetaData.pathInSchema,
        WireType.Binary,
        path.map((name) => stringField(0, name)),
      ),
      i32Field(ColumnMetaData.codec, codec),
      i64Field(ColumnMetaData.numValues, this.#valueCount),
      i64Field(ColumnMetaData.totalUncompressedSize, this.#uncompressedByteLength),
      i64Field(ColumnMetaData.totalCompressedSize, this.#byteLength),
      i64Field(ColumnMetaData.dataPageOffset, start + this.#dictionaryByteLength),
      structField(ColumnMetaData.statistics, this.statistics()),
      structsField(ColumnMetaData.encodingStats, this.#encodingStats()),
    );
    if (hasDictionary) metadata.set(i64Field(ColumnMetaData.dictionaryPageOffset, start));
    return structOfFields(i64Field(ids.ColumnChunk.fileOffset, 0), structField(ids.ColumnChunk.metaData, metadata));
  }

  #encodings() {
    const ofDictionary = this.#dictionaryByteLength > 0 ? [Encoding.plain] : [];
    const encodings = new Set([...ofDictionary, ...this.#pages.map(({ encoding }) => encoding), Encoding.rle]);
    return [...encodings].sort((a, b) => a - b).map((encoding) => i32Field(0, encoding));
  }

  #encodingStats(): ThriftStruct[] {
    const counts = new Map<number, PageForm & { count: number }>();
    for (const { pageType, encoding } of this.#pages) {
      const key = 256 * pageType + encoding;
      const stats = counts.get(key) ?? { pageType, encoding, count: 0 };
      stats.count++;
      counts.set(key, stats);
    }
    const ofDictionary = { pageType: PageType.dictionary, encoding: Encoding.plain, count: 1 };
    return [...(this.#dictionaryByteLength > 0 ? [ofDictionary] : []), ...counts.values()].map(encodingStats);
  }

  /** The thrift struct Statistics. Without bounds where those of a page aren't known. */
  protected statistics(): ThriftStruct {
    const { Statistics } = ids;
    const { order } = this.#leaf;
    const statistics = structOfFields(i64Field(Statistics.nullCount, this.#nullCount));
    if (order === undefined) return statistics;
    let min: Uint8Array | undefined;
    let max: Uint8Array | undefined;
    for (const { bounds } of this.#pages) {
      if (bounds === 'unknown') return statistics;
      if (bounds === 'none') continue;
      if (min === undefined || compareValues(order, bounds.min, min) < 0) min = bounds.min;
      if (max === undefined || compareValues(order, bounds.max, max) > 0) max = bounds.max;
    }
    if (min === undefined || max === undefined) return statistics;
    withBounds(statistics, { min, max });
    // Page indexes may have but the first of a longer value's bytes.
    if (order === 'bytes' || order === 'signed_bytes') return statistics;
    return statistics
      .set(booleanField(Statistics.isMaxValueExact, true))
      .set(booleanField(Statistics.isMinValueExact, true));
  }

  protected get hasUnknownBounds(): boolean {
    return this.#pages.some(({ bounds }) => bounds === 'unknown');
  }

  get #nullCount(): number {
    return this.#pages.reduce((sum, page) => sum + page.nullCount, 0);
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

  /** The thrift struct ColumnIndex; `undefined` where a page has values but no bounds, or there is no offset index. */
  columnIndex(): ThriftStruct | undefined {
    const { order } = this.#leaf;
    const { ColumnIndex } = ids;
    const isNullPage = (page: Page) => page.nullCount === page.valueCount;
    if (order === undefined) return undefined;
    if (this.#pages.some((page) => !page.startsRow || (typeof page.bounds === 'string' && !isNullPage(page)))) {
      return undefined;
    }
    const bound = (which: 'min' | 'max') => (page: Page) =>
      binaryField(0, typeof page.bounds === 'string' ? NO_BYTES : page.bounds[which]);
    return structOfFields(
      listField(
        ColumnIndex.nullPages,
        WireType.True,
        this.#pages.map((page) => booleanField(0, isNullPage(page))),
      ),
      listField(ColumnIndex.minValues, WireType.Binary, this.#pages.map(bound('min'))),
      listField(ColumnIndex.maxValues, WireType.Binary, this.#pages.map(bound('max'))),
      i32Field(ColumnIndex.boundaryOrder, this.#boundaryOrder(order)),
      listField(
        ColumnIndex.nullCounts,
        WireType.I64,
        this.#pages.map((page) => i64Field(0, page.nullCount)),
      ),
    );
  }

  #boundaryOrder(order: ValueOrder): number {
    const bounds = this.#pages.flatMap((page) => (typeof page.bounds === 'string' ? [] : page.bounds));
    const isOrdered = (sign: number) =>
      bounds.every((bound, i) => {
        const last = bounds[i - 1];
        if (last === undefined) return true;
        return (
          sign * compareValues(order, bound.min, last.min) >= 0 && sign * compareValues(order, bound.max, last.max) >= 0
        );
      });
    if (isOrdered(1)) return BoundaryOrder.ascending;
    return isOrdered(-1) ? BoundaryOrder.descending : BoundaryOrder.unordered;
  }
}

const NO_BYTES = new Uint8Array(0);

export function withBounds(statistics: ThriftStruct, { min, max }: MinMax): ThriftStruct {
  return statistics.set(binaryField(ids.Statistics.maxValue, max)).set(binaryField(ids.Statistics.minValue, min));
}

function encodingStats({ pageType, encoding, count }: PageForm & { readonly count: number }): ThriftStruct {
  const { PageEncodingStats } = ids;
  return structOfFields(
    i32Field(PageEncodingStats.pageType, pageType),
    i32Field(PageEncodingStats.encoding, encoding),
    i32Field(PageEncodingStats.count, count),
  );
}
