/** Places that metadata names, where the column chunk's bytes have moved. */
import { ColumnMetaData, OffsetIndex, PageLocation } from './definitions.js';
import { readStruct, type ThriftStruct } from './thrift.js';
import { i64Field, structsField, writeStruct } from './thrift-writer.js';

const PAGE_OFFSETS = [
  ColumnMetaData.dataPageOffset,
  ColumnMetaData.indexPageOffset,
  ColumnMetaData.dictionaryPageOffset,
] as const;

/** Moves an offset; those of 0 stand for none. */
export function shift(struct: ThriftStruct, id: number, delta: number): void {
  const offset = struct.integer(id);
  if (offset !== undefined && offset > 0) struct.set(i64Field(id, offset + delta));
}

/** A copy of the thrift struct ColumnMetaData. */
export function movedMetadata(metadata: ThriftStruct, delta: number): ThriftStruct {
  const moved = metadata.copy();
  for (const id of PAGE_OFFSETS) shift(moved, id, delta);
  return moved;
}

/** The thrift struct OffsetIndex. */
export function movedOffsetIndex(bytes: Uint8Array, delta: number): Uint8Array {
  const { struct } = readStruct(bytes, 0);
  const locations = struct.structs(OffsetIndex.pageLocations);
  for (const location of locations) shift(location, PageLocation.offset, delta);
  return writeStruct(struct.set(structsField(OffsetIndex.pageLocations, locations)));
}
