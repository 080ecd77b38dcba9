/** The page indexes of a column chunk that is written: they stand behind all column chunks, whose metadata say where. */
import type { Appender } from './appender.js';
import { ColumnChunk } from './definitions.js';
import type { ThriftStruct } from './thrift.js';
import { i32Field, i64Field, writeStruct } from './thrift-writer.js';

/** The thrift structs ColumnIndex and OffsetIndex as bytes, where the column chunk has them. */
export interface PageIndexes {
  readonly columnIndex: Uint8Array | undefined;
  readonly offsetIndex: Uint8Array | undefined;
}

/** Structs as the bytes that are kept of them until they are written. */
export function keptBytes(struct: ThriftStruct | undefined): Uint8Array | undefined {
  return struct === undefined ? undefined : writeStruct(struct).slice();
}

/** @param chunk the thrift struct ColumnChunk, in which its place is set */
export function appendColumnIndex(appender: Appender, chunk: ThriftStruct, bytes: Uint8Array | undefined): void {
  if (bytes === undefined) return;
  chunk.set(i64Field(ColumnChunk.columnIndexOffset, appender.append([bytes])));
  chunk.set(i32Field(ColumnChunk.columnIndexLength, bytes.length));
}

/** @param chunk the thrift struct ColumnChunk, in which its place is set */
export function appendOffsetIndex(appender: Appender, chunk: ThriftStruct, bytes: Uint8Array | undefined): void {
  if (bytes === undefined) return;
  chunk.set(i64Field(ColumnChunk.offsetIndexOffset, appender.append([bytes])));
  chunk.set(i32Field(ColumnChunk.offsetIndexLength, bytes.length));
}
