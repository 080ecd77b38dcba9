/** The headers of pages that are written: of results, of their dictionaries, and of indices that are copied. */

import type { ValueEncoding } from '../../abi/pages.js';
import {
  DataPageHeader,
  DataPageHeaderV2,
  DictionaryPageHeader,
  Encoding,
  PageHeader,
  PageType,
} from './definitions.js';
import type { DataPageInfo } from './page-header.js';
import type { ThriftStruct } from './thrift.js';
import { booleanField, i32Field, structField, structOfFields, writeStruct } from './thrift-writer.js';

export const ENCODINGS: Readonly<Record<ValueEncoding, number>> = {
  plain: Encoding.plain,
  byte_stream_split: Encoding.byteStreamSplit,
};

/** What every page header says. */
export interface PageSize {
  readonly byteLength: number;
  readonly uncompressedByteLength: number;
  readonly valueCount: number;
  readonly crc: number | undefined;
}

/** The header of a page of values. */
export function dataPageHeader(page: PageSize, encoding: number): Uint8Array {
  const header = pageHeader(PageType.data, page);
  return writeStruct(header.set(structField(PageHeader.dataPageHeader, dataPageStruct(page, encoding, Encoding.rle))));
}

export function dictionaryPageHeader(page: PageSize): Uint8Array {
  const dictionary = structOfFields(
    i32Field(DictionaryPageHeader.numValues, page.valueCount),
    i32Field(DictionaryPageHeader.encoding, Encoding.plain),
  );
  return writeStruct(
    pageHeader(PageType.dictionary, page).set(structField(PageHeader.dictionaryPageHeader, dictionary)),
  );
}

/** The header of a page of the input with indices into a dictionary; without statistics, which were those of other values. */
export function indexPageHeader(page: DataPageInfo): Uint8Array {
  const { levels } = page;
  if ('definitionByteLength' in levels) {
    const struct = structOfFields(
      i32Field(DataPageHeaderV2.numValues, page.valueCount),
      i32Field(DataPageHeaderV2.numNulls, page.nullCount ?? 0),
      i32Field(DataPageHeaderV2.numRows, page.valueCount),
      i32Field(DataPageHeaderV2.encoding, Encoding.rleDictionary),
      i32Field(DataPageHeaderV2.definitionLevelsByteLength, levels.definitionByteLength),
      i32Field(DataPageHeaderV2.repetitionLevelsByteLength, levels.repetitionByteLength),
      booleanField(DataPageHeaderV2.isCompressed, page.codec !== 'none'),
    );
    return writeStruct(pageHeader(PageType.dataV2, page).set(structField(PageHeader.dataPageHeaderV2, struct)));
  }
  const levelEncoding = levels.definition === 'rle' ? Encoding.rle : Encoding.bitPacked;
  const struct = dataPageStruct(page, Encoding.rleDictionary, levelEncoding);
  return writeStruct(pageHeader(PageType.data, page).set(structField(PageHeader.dataPageHeader, struct)));
}

function pageHeader(type: number, { byteLength, uncompressedByteLength, crc }: PageSize): ThriftStruct {
  const header = structOfFields(
    i32Field(PageHeader.type, type),
    i32Field(PageHeader.uncompressedPageSize, uncompressedByteLength),
    i32Field(PageHeader.compressedPageSize, byteLength),
  );
  // The format has the CRC as a signed integer.
  return crc === undefined ? header : header.set(i32Field(PageHeader.crc, crc | 0));
}

function dataPageStruct({ valueCount }: PageSize, encoding: number, levelEncoding: number): ThriftStruct {
  return structOfFields(
    i32Field(DataPageHeader.numValues, valueCount),
    i32Field(DataPageHeader.encoding, encoding),
    i32Field(DataPageHeader.definitionLevelEncoding, levelEncoding),
    i32Field(DataPageHeader.repetitionLevelEncoding, Encoding.rle),
  );
}
