import { describe, expect, it } from 'vitest';
import { ColumnChunk, ColumnMetaData, RowGroup } from '../../../src/formats/parquet/definitions.js';
import { mendShortChunks } from '../../../src/formats/parquet/short-chunks.js';
import { i64Field, structField, structOfFields, structsField } from '../../../src/formats/parquet/thrift-writer.js';

/** A row group of column chunks, each with its start and the length that the metadata say. */
function rowGroupOf(chunks: readonly (readonly [number, number])[]) {
  const structs = chunks.map(([start, byteLength]) => {
    const offset = i64Field(ColumnMetaData.dataPageOffset, start);
    const metadata = structOfFields(offset, i64Field(ColumnMetaData.totalCompressedSize, byteLength));
    return structOfFields(structField(ColumnChunk.metaData, metadata));
  });
  return structOfFields(structsField(RowGroup.columns, structs));
}

function lengthsAfter(createdBy: string): readonly (number | undefined)[] {
  const rowGroups = [
    rowGroupOf([
      [4, 100],
      [104, 80],
    ]),
    rowGroupOf([
      [199, 50],
      [400, 85],
    ]),
  ];
  mendShortChunks(createdBy, rowGroups, 500);
  return rowGroups
    .flatMap((rowGroup) => rowGroup.structs(RowGroup.columns))
    .map((chunk) => chunk.struct(ColumnChunk.metaData)?.integer(ColumnMetaData.totalCompressedSize));
}

describe('column chunks without the header of their dictionary', () => {
  it.each(['parquet-mr', 'parquet-mr version 1.2.8', 'parquet-mr version 1.1.1-SNAPSHOT (build 3)'])(
    'go on to what follows, where that is near: %s',
    (createdBy) => {
      // The third is followed by more than a header's bytes, which are something else.
      expect(lengthsAfter(createdBy)).toEqual([100, 95, 50, 100]);
    },
  );

  it.each([
    'parquet-mr version 1.2.9',
    'parquet-mr version 1.12.3 (build f8dced1)',
    'parquet-cpp-arrow version 25.0.1',
    '',
  ])('are not by later writers: %s', (createdBy) => {
    expect(lengthsAfter(createdBy)).toEqual([100, 80, 50, 85]);
  });
});
