/**
 * Column chunks that are longer than their metadata say: parquet-mr before 1.2.9 left the header of the dictionary page
 * out of them (IMPALA-694, PARQUET-816).
 */
import { chunkStart } from './chunk-start.js';
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
  const places = groups.flatMap(({ chunks }) =>
    chunks.flatMap((chunk) => {
      const metadata = chunk.struct(ColumnChunk.metaData);
      return metadata === undefined ? [] : { chunk, metadata, start: chunkStart(metadata) };
    }),
  );
  places.sort((a, b) => a.start - b.start);
  for (const [index, { chunk, metadata, start }] of places.entries()) {
    const byteLength = metadata.integer(ColumnMetaData.totalCompressedSize) ?? 0;
    const missing = (places[index + 1]?.start ?? metadataStart) - start - byteLength;
    if (missing <= 0 || missing > LONGEST_HEADER) continue;
    metadata.set(i64Field(ColumnMetaData.totalCompressedSize, byteLength + missing));
    chunk.set(structField(ColumnChunk.metaData, metadata));
  }
  for (const { rowGroup, chunks } of groups) rowGroup.set(structsField(RowGroup.columns, chunks));
}
