/** The metadata of a file that has no Parquet file before it. */
import {
  ColumnChunk,
  ColumnMetaData,
  FileMetaData,
  KeyValue,
  RowGroup,
  SchemaElement,
} from '../parquet/definitions.js';
import type { PageIndexes } from '../parquet/page-indexes.js';
import type { ThriftStruct } from '../parquet/thrift.js';
import {
  i16Field,
  i32Field,
  i64Field,
  stringField,
  structField,
  structOfFields,
  structsField,
} from '../parquet/thrift-writer.js';

export interface NewColumnChunk extends PageIndexes {
  /** The thrift struct ColumnChunk. */
  readonly struct: ThriftStruct;
}

export interface NewRowGroup {
  readonly rowCount: number;
  /** Position of its first byte. */
  readonly start: number;
  /** In the order of the leaves. */
  readonly chunks: readonly NewColumnChunk[];
}

/** Format 2.6: what the types of today's writers need. */
const FORMAT_VERSION = 2;
const TYPE_DEFINED_ORDER = 1;

/**
 * The thrift struct FileMetaData.
 * @param fields the schema elements of each top-level field, its own first
 */
export function buildMetadata(
  fields: readonly (readonly ThriftStruct[])[],
  rowGroups: readonly NewRowGroup[],
  keyValues: readonly { readonly key: string; readonly value: string }[],
): ThriftStruct {
  const root = structOfFields(
    stringField(SchemaElement.name, 'schema'),
    i32Field(SchemaElement.numChildren, fields.length),
  );
  const elements = fields.flat();
  const order = structOfFields(structField(TYPE_DEFINED_ORDER, structOfFields()));
  return structOfFields(
    i32Field(FileMetaData.version, FORMAT_VERSION),
    structsField(FileMetaData.schema, [root, ...elements]),
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
      elements.filter((element) => element.has(SchemaElement.type)).map(() => order),
    ),
  );
}

function rowGroupStruct({ rowCount, start, chunks }: NewRowGroup, index: number): ThriftStruct {
  const structs = chunks.map(({ struct }) => struct);
  const sum = (id: number) =>
    structs.reduce((all, struct) => all + (struct.struct(ColumnChunk.metaData)?.integer(id) ?? 0), 0);
  const rowGroup = structOfFields(
    structsField(RowGroup.columns, structs),
    i64Field(RowGroup.totalByteSize, sum(ColumnMetaData.totalUncompressedSize)),
    i64Field(RowGroup.numRows, rowCount),
    i64Field(RowGroup.fileOffset, start),
    i64Field(RowGroup.totalCompressedSize, sum(ColumnMetaData.totalCompressedSize)),
  );
  // The ordinal has 16 bits, and serves encryption only.
  return index < 32768 ? rowGroup.set(i16Field(RowGroup.ordinal, index)) : rowGroup;
}
