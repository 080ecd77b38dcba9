/** A Parquet file in memory with some row groups of another: what a library that reads whole files is given. */
import type { ReadableFile } from '../../storage/file.js';
import { ColumnChunk, ColumnMetaData, FileMetaData, RowGroup } from '../parquet/definitions.js';
import { type Footer, readChunkInfo } from '../parquet/footer.js';
import { movedMetadata } from '../parquet/moved-chunk.js';
import { MAGIC } from '../parquet/sink.js';
import type { ThriftStruct } from '../parquet/thrift.js';
import { i64Field, structField, structsField, writeStruct } from '../parquet/thrift-writer.js';

/** What lies outside of the pages and isn't taken along. */
const INDEXES = [
  ColumnChunk.offsetIndexOffset,
  ColumnChunk.offsetIndexLength,
  ColumnChunk.columnIndexOffset,
  ColumnChunk.columnIndexLength,
];

/** Bytes of the column chunks of row groups. */
export function chunksByteLength(file: ReadableFile, footer: Footer, rowGroups: readonly ThriftStruct[]): number {
  return rowGroups
    .flatMap((rowGroup) => rowGroup.structs(RowGroup.columns))
    .map((chunk) => readChunkInfo(file, chunk, footer))
    .reduce((sum, { start, end }) => sum + end - start, 0);
}

/** @param rowGroups of the footer */
export function miniatureOf(file: ReadableFile, footer: Footer, rowGroups: readonly ThriftStruct[]): Uint8Array {
  const chunkBytes = chunksByteLength(file, footer, rowGroups);
  const metadataCapacity = 2 * footer.metadataByteLength + 1024;
  let bytes = new Uint8Array(MAGIC.length + chunkBytes + metadataCapacity);
  bytes.set(MAGIC);
  let at = MAGIC.length;
  const moved = rowGroups.map((rowGroup) => {
    const chunks = rowGroup.structs(RowGroup.columns).map((chunk) => {
      const { metadata, start, end } = readChunkInfo(file, chunk, footer);
      file.read(bytes.subarray(at, at + end - start), start);
      const copy = movedChunk(chunk, metadata, at - start);
      at += end - start;
      return copy;
    });
    return rowGroup.copy().delete(RowGroup.fileOffset).set(structsField(RowGroup.columns, chunks));
  });
  const rowCount = rowGroups.reduce((sum, rowGroup) => sum + (rowGroup.integer(RowGroup.numRows) ?? 0), 0);
  const metadata = writeStruct(
    footer.metadata
      .copy()
      .set(structsField(FileMetaData.rowGroups, moved))
      .set(i64Field(FileMetaData.numRows, rowCount)),
  );
  const tail = at + metadata.length;
  const byteLength = tail + 4 + MAGIC.length;
  if (byteLength > bytes.length) {
    const larger = new Uint8Array(byteLength);
    larger.set(bytes.subarray(0, at));
    bytes = larger;
  }
  bytes.set(metadata, at);
  new DataView(bytes.buffer).setUint32(tail, metadata.length, true);
  bytes.set(MAGIC, tail + 4);
  return bytes.subarray(0, byteLength);
}

function movedChunk(chunk: ThriftStruct, metadata: ThriftStruct, delta: number): ThriftStruct {
  const moved = movedMetadata(metadata, delta)
    .delete(ColumnMetaData.bloomFilterOffset)
    .delete(ColumnMetaData.bloomFilterLength);
  const copy = chunk.copy();
  for (const id of INDEXES) copy.delete(id);
  return copy.set(i64Field(ColumnChunk.fileOffset, 0)).set(structField(ColumnChunk.metaData, moved));
}
