/**
 * Column chunks that are longer than their metadata say: parquet-mr before 1.2.9 left the header of the dictionary page
 * out of them (IMPALA-694, PARQUET-816).
 */
import { ColumnChunk, ColumnMetaData, RowGroup } from './definitions.js';
import type { ThriftStruct } from './thrift.js';
import { i64Field, structField, structsField } from './thrift-writer.js';

const SHORT_WRITER = /^parquet-mr(?!.*version (?:1\.2\.9|1\.[3-9]|1\.[1-9]\d|[2-9]))/;
/** No header is longer. */
const LONGEST_HEADER = 100;

/** Gives column chunks of such a writer their lengths: up to the next one, or to the metadata, if that is near. */
export function mendShortChunks(createdBy: string, rowGroups: readonly ThriftStruct[], metadataStart: number): void {
  if (!SHORT_WRITER.test(createdBy)) return;
  const groups = rowGroups.map((rowGroup) => ({ rowGroup, chunks: rowGroup.structs(RowGroup.columns) }));
  const starts = groups.flatMap(({ chunks }) => chunks.map(startOf)).sort((a, b) => a - b);
  for (const { rowGroup, chunks } of groups) {
    for (const chunk of chunks) {
      const metadata = chunk.struct(ColumnChunk.metaData);
      const byteLength = metadata?.integer(ColumnMetaData.totalCompressedSize);
      if (metadata === undefined || byteLength === undefined) continue;
      const end = startOf(chunk) + byteLength;
      const missing = (starts.find((start) => start >= end) ?? metadataStart) - end;
      if (missing <= 0 || missing > LONGEST_HEADER) continue;
      metadata.set(i64Field(ColumnMetaData.totalCompressedSize, byteLength + missing));
      chunk.set(structField(ColumnChunk.metaData, metadata));
    }
    rowGroup.set(structsField(RowGroup.columns, chunks));
  }
}

function startOf(chunk: ThriftStruct): number {
  const metadata = chunk.struct(ColumnChunk.metaData);
  const data = metadata?.integer(ColumnMetaData.dataPageOffset) ?? 0;
  const dictionary = metadata?.integer(ColumnMetaData.dictionaryPageOffset) ?? 0;
  return dictionary > 0 && dictionary < data ? dictionary : data;
}
