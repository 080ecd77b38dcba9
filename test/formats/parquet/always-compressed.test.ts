import { parquetReadObjects } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import {
  ColumnChunk,
  ColumnMetaData,
  DataPageHeaderV2,
  FileMetaData,
  PageHeader,
  RowGroup,
} from '../../../src/formats/parquet/definitions.js';
import { readFooter } from '../../../src/formats/parquet/footer.js';
import { readStruct, ThriftStruct } from '../../../src/formats/parquet/thrift.js';
import {
  booleanField,
  i64Field,
  stringField,
  structField,
  structsField,
  writeStruct,
} from '../../../src/formats/parquet/thrift-writer.js';
import { MemoryFile } from '../../../src/storage/memory-file.js';
import { transformBytes } from './support.js';

const x = Array.from({ length: 1000 }, (_, i) => (i % 7) - 3);

/** A file with one page of version 2 that is compressed, and says that it isn't. */
function writeWronglyMarked(createdBy: string): Uint8Array {
  const columnData = [{ name: 'x', data: x, type: 'DOUBLE' as const, nullable: false, encoding: 'PLAIN' as const }];
  const bytes = new Uint8Array(parquetWriteBuffer({ columnData, codec: 'SNAPPY' }));
  const { metadata, metadataStart, rowGroups } = readFooter(new MemoryFile('in', bytes));
  const [rowGroup = new ThriftStruct()] = rowGroups;
  const [chunk = new ThriftStruct()] = rowGroup.structs(RowGroup.columns);
  const start = chunk.struct(ColumnChunk.metaData)?.integer(ColumnMetaData.dataPageOffset) ?? 0;
  const page = readStruct(bytes, start);
  const v2 = page.struct.struct(PageHeader.dataPageHeaderV2) ?? new ThriftStruct();
  const header = writeStruct(
    page.struct.set(
      structField(PageHeader.dataPageHeaderV2, v2.set(booleanField(DataPageHeaderV2.isCompressed, false))),
    ),
  ).slice();
  const body = bytes.subarray(page.end, metadataStart);
  const columnMetadata = (chunk.struct(ColumnChunk.metaData) ?? new ThriftStruct()).set(
    i64Field(ColumnMetaData.totalCompressedSize, header.length + body.length),
  );
  const columns = [chunk.set(structField(ColumnChunk.metaData, columnMetadata))];
  const footer = writeStruct(
    metadata
      .set(structsField(FileMetaData.rowGroups, [rowGroup.set(structsField(RowGroup.columns, columns))]))
      .set(stringField(FileMetaData.createdBy, createdBy)),
  );
  const tail = new Uint8Array(8);
  new DataView(tail.buffer).setUint32(0, footer.length, true);
  tail.set(bytes.subarray(0, 4), 4);
  return Buffer.concat([bytes.subarray(0, start), header, body, footer, tail]);
}

describe('pages of version 2 that are compressed and say that they are not', () => {
  it('are read where parquet-cpp before 2.0 wrote them', async () => {
    const output = await transformBytes(writeWronglyMarked('parquet-cpp version 1.5.1-SNAPSHOT'), ['x = relu(x)']);
    const rows = await parquetReadObjects({ file: output.slice().buffer });
    expect(rows).toEqual(x.map((value) => ({ x: Math.max(0, value) })));
  });

  it('are damaged where anybody else did', async () => {
    await expect(
      transformBytes(writeWronglyMarked('parquet-cpp-arrow version 25.0.1'), ['x = relu(x)']),
    ).rejects.toMatchObject({
      code: 'LW_CORRUPT_INPUT',
    });
  });
});
