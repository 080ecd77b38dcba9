import { ColumnMetaData } from './definitions.js';
import type { ThriftStruct } from './thrift.js';

/** Position of a column chunk's first page, which may be a dictionary page, by its thrift struct ColumnMetaData; -1 if it has none. */
export function chunkStart(metadata: ThriftStruct): number {
  const data = metadata.integer(ColumnMetaData.dataPageOffset) ?? -1;
  const dictionary = metadata.integer(ColumnMetaData.dictionaryPageOffset) ?? 0;
  // A chunk of no values may have a dictionary page and no data page.
  return dictionary > 0 && (dictionary < data || data <= 0) ? dictionary : data;
}
