/** The metadata of a file that has no Parquet file before it. */
import type { ColumnChunkWriter } from './column-chunk-writer.js';
import { FileMetaData, KeyValue, RowGroup, SchemaElement } from './definitions.js';
import type { OutputLeaf } from './output-leaf.js';
import type { ThriftStruct } from './thrift.js';
import {
  i16Field,
  i32Field,
  i64Field,
  stringField,
  structField,
  structOfFields,
  structsField,
} from './thrift-writer.js';

export interface NewRowGroup {
  readonly rowCount: number;
  /** In the order of the leaves. */
  readonly chunks: readonly ColumnChunkWriter[];
}

/** Format 2.6: what the types of today's writers need. */
const FORMAT_VERSION = 2;
const TYPE_DEFINED_ORDER = 1;

/** The thrift struct FileMetaData. */
export function buildMetadata(
  leaves: readonly OutputLeaf[],
  rowGroups: readonly NewRowGroup[],
  keyValues: readonly { readonly key: string; readonly value: string }[],
): ThriftStruct {
  const root = structOfFields(
    stringField(SchemaElement.name, 'schema'),
    i32Field(SchemaElement.numChildren, leaves.length),
  );
  const order = structOfFields(structField(TYPE_DEFINED_ORDER, structOfFields()));
  return structOfFields(
    i32Field(FileMetaData.version, FORMAT_VERSION),
    structsField(FileMetaData.schema, [root, ...leaves.map((leaf) => leaf.element)]),
    i64Field(
      FileMetaData.numRows,
      rowGroups.reduce((sum, { rowCount }) => sum + rowCount, 0),
    ),
    structsField(FileMetaData.rowGroups, rowGroups.map(rowGroupStruct)),
    structsField(
      FileMetaData.keyValueMetadata,
      keyValues.map(({ key, value }) =>
        structOfFields(stringField(KeyValue.key, key), stringField(KeyValue.value, value)),
      ),
    ),
    stringField(FileMetaData.createdBy, 'lanewise'),
    structsField(
      FileMetaData.columnOrders,
      leaves.map(() => order),
    ),
  );
}

function rowGroupStruct({ rowCount, chunks }: NewRowGroup, index: number): ThriftStruct {
  const sum = (size: (chunk: ColumnChunkWriter) => number) => chunks.reduce((all, chunk) => all + size(chunk), 0);
  const rowGroup = structOfFields(
    structsField(
      RowGroup.columns,
      chunks.map((chunk) => chunk.columnChunk()),
    ),
    i64Field(
      RowGroup.totalByteSize,
      sum((chunk) => chunk.uncompressedByteLength),
    ),
    i64Field(RowGroup.numRows, rowCount),
    i64Field(RowGroup.fileOffset, Math.min(...chunks.map((chunk) => chunk.start ?? 0))),
    i64Field(
      RowGroup.totalCompressedSize,
      sum((chunk) => chunk.byteLength),
    ),
  );
  // The ordinal has 16 bits, and serves encryption only.
  return index < 32768 ? rowGroup.set(i16Field(RowGroup.ordinal, index)) : rowGroup;
}
