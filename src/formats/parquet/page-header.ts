/** The headers that stand before each page, and what this reader can do with such pages. */
import type { DataPage, LevelEncoding, PageCodec, PageEncoding } from '../../abi/pages.js';
import { LanewiseError } from '../../errors.js';
import type { ReadableFile } from '../../storage/file.js';
import {
  DataPageHeader,
  DataPageHeaderV2,
  DictionaryPageHeader,
  Encoding,
  PageHeader,
  PageType,
} from './definitions.js';
import { readStruct, type ThriftStruct } from './thrift.js';

/** A header rarely has more than 100 bytes; statistics of long strings, which are of no interest here, may be longer. */
const WINDOW_BYTE_LENGTH = 1024;
const MAX_HEADER_BYTE_LENGTH = 1 << 24;

/** What its header alone tells of a data page. */
export interface DataPageHead extends Omit<DataPage, 'address'> {
  readonly kind: 'data';
  /** Where the body starts in the file; it ends with the page. */
  readonly position: number;
  readonly headerByteLength: number;
  /** As parquet.thrift numbers it: some encodings have two names. */
  readonly encodingId: number;
  /** Nulls among the values, where the header tells. */
  readonly nullCount: number | undefined;
  /** The thrift struct Statistics, where the header has one. */
  readonly statistics: ThriftStruct | undefined;
}

export interface DataPageInfo extends Omit<DataPageHead, 'statistics'> {
  /** What its values are indices into, if they are. */
  readonly dictionary: DictionaryPageInfo | undefined;
  /** Where its column chunk starts: pages of one chunk lie one behind the other. */
  readonly chunkStart: number;
}

export interface DictionaryPageInfo {
  readonly kind: 'dictionary';
  readonly codec: PageCodec;
  /** CRC-32 of the body as it stands in the file, if the header names it. */
  readonly crc: number | undefined;
  readonly position: number;
  readonly headerByteLength: number;
  readonly byteLength: number;
  readonly uncompressedByteLength: number;
  readonly valueCount: number;
}

/** A page that is passed over: an index page, or a type of a newer format version. */
export interface OtherPageInfo {
  readonly kind: 'other';
  readonly position: number;
  readonly byteLength: number;
}

export type PageInfo = DataPageHead | DictionaryPageInfo | OtherPageInfo;

const PAGE_ENCODINGS: Readonly<Record<number, PageEncoding>> = {
  [Encoding.plain]: 'plain',
  [Encoding.plainDictionary]: 'dictionary',
  [Encoding.rleDictionary]: 'dictionary',
  [Encoding.byteStreamSplit]: 'byte_stream_split',
  [Encoding.deltaBinaryPacked]: 'delta_binary_packed',
  [Encoding.rle]: 'rle',
  [Encoding.deltaLengthByteArray]: 'delta_length_byte_array',
  [Encoding.deltaByteArray]: 'delta_byte_array',
};

/** A column chunk, as far as its pages' headers need it. */
export interface PagedChunk {
  readonly codec: PageCodec;
  /** Whether data pages of version 2 are compressed whatever their headers say. */
  readonly isAlwaysCompressed: boolean;
  /** The first byte after it. */
  readonly end: number;
}

/** Walks through the pages of one column chunk by reading their headers only. */
export class PageHeaderReader {
  readonly #file: ReadableFile;
  readonly #name: string;
  readonly #codec: PageCodec;
  readonly #isAlwaysCompressed: boolean;
  readonly #end: number;
  #window = new Uint8Array(0);
  #windowStart = 0;

  /** @param name what messages call the column */
  constructor(file: ReadableFile, name: string, { codec, isAlwaysCompressed, end }: PagedChunk) {
    this.#file = file;
    this.#name = name;
    this.#codec = codec;
    this.#isAlwaysCompressed = isAlwaysCompressed;
    this.#end = end;
  }

  /** Reads the header at `position` of a page whose first value is the column chunk's `firstValue`th. */
  read(position: number, firstValue: number): PageInfo {
    const { header, byteLength: headerByteLength } = this.#readHeader(position);
    const byteLength = header.integer(PageHeader.compressedPageSize) ?? -1;
    const uncompressedByteLength = header.integer(PageHeader.uncompressedPageSize) ?? -1;
    const body = position + headerByteLength;
    if (byteLength < 0 || uncompressedByteLength < 0 || body + byteLength > this.#end) {
      throw this.#corrupt(
        `the page at byte ${position} claims ${byteLength} bytes (${uncompressedByteLength} uncompressed), its column chunk ends at byte ${this.#end}`,
      );
    }
    const signedCrc = header.integer(PageHeader.crc);
    const crc = signedCrc === undefined ? undefined : signedCrc >>> 0;
    const sizes = { position: body, headerByteLength, byteLength, uncompressedByteLength, crc };
    switch (header.integer(PageHeader.type)) {
      case PageType.data:
        return { ...sizes, ...this.#dataPage(header.struct(PageHeader.dataPageHeader), position), firstValue };
      case PageType.dataV2:
        return { ...sizes, ...this.#dataPageV2(header.struct(PageHeader.dataPageHeaderV2), sizes), firstValue };
      case PageType.dictionary: {
        const dictionary = header.struct(PageHeader.dictionaryPageHeader);
        const encoding = dictionary?.integer(DictionaryPageHeader.encoding);
        if (encoding !== Encoding.plain && encoding !== Encoding.plainDictionary) throw this.#unsupported(encoding);
        return {
          kind: 'dictionary',
          codec: this.#codec,
          ...sizes,
          valueCount: this.#count(dictionary?.integer(DictionaryPageHeader.numValues)),
        };
      }
      default:
        return { kind: 'other', ...sizes };
    }
  }

  /** Reads bytes near the header read last; what stands in the window costs no call. */
  peek(position: number, byteLength: number): Uint8Array {
    const offset = position - this.#windowStart;
    if (offset >= 0 && offset + byteLength <= this.#window.length)
      return this.#window.subarray(offset, offset + byteLength);
    const bytes = new Uint8Array(byteLength);
    this.#file.read(bytes, position);
    return bytes;
  }

  #dataPage(header: ThriftStruct | undefined, position: number) {
    if (header === undefined) throw this.#corrupt(`the data page at byte ${position} has no data page header`);
    return {
      kind: 'data',
      codec: this.#codec,
      ...this.#encoding(header.integer(DataPageHeader.encoding)),
      valueCount: this.#count(header.integer(DataPageHeader.numValues)),
      nullCount: undefined,
      statistics: header.struct(DataPageHeader.statistics),
      levels: {
        repetition: this.#levelEncoding(header.integer(DataPageHeader.repetitionLevelEncoding)),
        definition: this.#levelEncoding(header.integer(DataPageHeader.definitionLevelEncoding)),
      },
    } as const;
  }

  #levelEncoding(encoding: number | undefined): LevelEncoding {
    if (encoding === undefined || encoding === Encoding.rle) return 'rle';
    if (encoding === Encoding.bitPacked) return 'bit_packed';
    throw this.#unsupported(encoding);
  }

  #dataPageV2(
    header: ThriftStruct | undefined,
    page: { position: number; byteLength: number; uncompressedByteLength: number },
  ) {
    if (header === undefined) throw this.#corrupt(`the data page at byte ${page.position} has no data page header`);
    const repetitionByteLength = header.integer(DataPageHeaderV2.repetitionLevelsByteLength) ?? 0;
    const definitionByteLength = header.integer(DataPageHeaderV2.definitionLevelsByteLength) ?? 0;
    const levelsByteLength = repetitionByteLength + definitionByteLength;
    if (
      repetitionByteLength < 0 ||
      definitionByteLength < 0 ||
      levelsByteLength > page.byteLength ||
      levelsByteLength > page.uncompressedByteLength
    ) {
      throw this.#corrupt(
        `the page at byte ${page.position} of ${page.byteLength} bytes claims ${levelsByteLength} bytes of levels`,
      );
    }
    return {
      kind: 'data',
      codec: this.#isCompressed(header) ? this.#codec : 'none',
      ...this.#encoding(header.integer(DataPageHeaderV2.encoding)),
      valueCount: this.#count(header.integer(DataPageHeaderV2.numValues)),
      nullCount: header.integer(DataPageHeaderV2.numNulls),
      statistics: header.struct(DataPageHeaderV2.statistics),
      levels: { repetitionByteLength, definitionByteLength },
    } as const;
  }

  #isCompressed(header: ThriftStruct): boolean {
    return this.#isAlwaysCompressed || header.boolean(DataPageHeaderV2.isCompressed) !== false;
  }

  #encoding(encodingId: number | undefined): { readonly encoding: PageEncoding; readonly encodingId: number } {
    const encoding = encodingId === undefined ? undefined : PAGE_ENCODINGS[encodingId];
    if (encoding === undefined || encodingId === undefined) throw this.#unsupported(encodingId);
    return { encoding, encodingId };
  }

  #count(count: number | undefined): number {
    if (count === undefined || count < 0) throw this.#corrupt(`a page claims ${count ?? 'no number of'} values`);
    return count;
  }

  #readHeader(position: number): { header: ThriftStruct; byteLength: number } {
    const left = this.#end - position;
    for (let byteLength = WINDOW_BYTE_LENGTH; ; byteLength *= 8) {
      const offset = position - this.#windowStart;
      if (offset < 0 || offset + Math.min(byteLength, left) > this.#window.length) {
        // A header of the window's tail is tried first: small pages come many to a window.
        const isTailUseful = offset >= 0 && this.#window.length - offset >= 64 && byteLength === WINDOW_BYTE_LENGTH;
        if (!isTailUseful) {
          this.#window = new Uint8Array(Math.min(byteLength, left));
          this.#windowStart = position;
          this.#file.read(this.#window, position);
        }
      }
      const start = position - this.#windowStart;
      try {
        const { struct, end } = readStruct(this.#window, start);
        return { header: struct, byteLength: end - start };
      } catch (error) {
        const windowIsAll = this.#windowStart + this.#window.length >= this.#end;
        if ((windowIsAll && start === 0) || byteLength >= MAX_HEADER_BYTE_LENGTH) {
          throw this.#corrupt(`no page header at byte ${position}`, error);
        }
        if (start > 0) {
          // It was the tail of a window, perhaps cut off: once more from the header on.
          this.#window = new Uint8Array(0);
          byteLength /= 8;
        }
      }
    }
  }

  #unsupported(encoding: number | undefined): LanewiseError {
    if (encoding === undefined) return this.#corrupt('a page names no encoding');
    return unsupportedEncoding(this.#file, this.#name, encoding);
  }

  #corrupt(what: string, cause?: unknown): LanewiseError {
    return new LanewiseError('LW_CORRUPT_INPUT', `${this.#file.name}: column "${this.#name}": ${what}`, { cause });
  }
}

export function unsupportedEncoding(file: ReadableFile, name: string, encodingId: number): LanewiseError {
  const encoding = Object.entries(Encoding).find(([, value]) => value === encodingId)?.[0] ?? String(encodingId);
  return new LanewiseError(
    'LW_UNSUPPORTED_INPUT',
    `${file.name}: column "${name}" has a page of encoding ${encoding}, which Parquet doesn't define for its type`,
  );
}
