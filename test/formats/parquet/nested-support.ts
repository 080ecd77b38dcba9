import { tableFromIPC, Vector } from 'apache-arrow';
import { parquetReadObjects, type SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { readParquet } from 'parquet-wasm';
import {
  ColumnChunk,
  ColumnMetaData,
  DataPageHeader,
  Encoding,
  FileMetaData,
  PageHeader,
  PageType,
  PhysicalType,
  RowGroup,
} from '../../../src/formats/parquet/definitions.js';
import type { ThriftStruct } from '../../../src/formats/parquet/thrift.js';
import {
  i32Field,
  i64Field,
  listField,
  stringField,
  structField,
  structOfFields,
  structsField,
  writeStruct,
} from '../../../src/formats/parquet/thrift-writer.js';

/** What a cell of a nested column holds: a number, a list, a struct, or null. */
export type Nested = number | boolean | null | readonly Nested[] | { readonly [name: string]: Nested };

export type Repetition = 'REQUIRED' | 'OPTIONAL' | 'REPEATED';
type Type = 'DOUBLE' | 'FLOAT' | 'INT32' | 'INT64';

export function group(
  name: string,
  repetition: Repetition,
  children: readonly SchemaElement[],
  isList = false,
): SchemaElement[] {
  let count = 0;
  for (let at = 0; at < children.length; count++) at = subtreeEnd(children, at);
  const own: SchemaElement = { name, repetition_type: repetition, num_children: count };
  return [isList ? { ...own, converted_type: 'LIST' } : own, ...children];
}

function subtreeEnd(elements: readonly SchemaElement[], at: number): number {
  let end = at + 1;
  for (let child = 0; child < (elements[at]?.num_children ?? 0); child++) end = subtreeEnd(elements, end);
  return end;
}

export function leaf(name: string, repetition: Repetition, type: Type = 'DOUBLE'): SchemaElement[] {
  return [{ name, repetition_type: repetition, type }];
}

/** A list as it is to be written today. */
export function list(name: string, element: readonly SchemaElement[], repetition: Repetition = 'OPTIONAL') {
  return group(name, repetition, group('list', 'REPEATED', element), true);
}

export interface NestedColumn {
  readonly elements: readonly SchemaElement[];
  readonly data: readonly Nested[];
}

export interface NestedFileOptions {
  readonly codec?: 'SNAPPY' | 'UNCOMPRESSED';
  readonly pageSize?: number;
  readonly rowGroupSize?: number;
}

/** A file of version 2 pages by hyparquet-writer. */
export function writeNested(columns: readonly NestedColumn[], options: NestedFileOptions = {}): Uint8Array {
  const schema: SchemaElement[] = [
    { name: 'root', num_children: columns.length },
    ...columns.flatMap(({ elements }) => elements),
  ];
  const columnData = columns.map(({ elements, data }) => ({ name: elements[0]?.name ?? '', data: [...data] }));
  return new Uint8Array(parquetWriteBuffer({ columnData, schema, pageSize: 700, ...options }));
}

/** The rows as hyparquet reads them. */
export async function readNested(bytes: Uint8Array): Promise<readonly Record<string, Nested>[]> {
  const rows = await parquetReadObjects({ file: bytes.slice().buffer });
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])));
}

/** hyparquet has nothing at all for some nulls. */
function plain(value: unknown): Nested {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each)]));
}

/** What a cell holds, int64 included. */
export type Cell = number | bigint | boolean | string | null | readonly Cell[] | { readonly [name: string]: Cell };

/** A cell as apache-arrow or hyparquet has it. */
export function plainCell(value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value !== 'object') return value as Cell;
  if (value instanceof Vector || Array.isArray(value)) return Array.from(value, plainCell);
  if (value instanceof Uint8Array) return Array.from(value);
  const entries = Object.entries('toJSON' in value && typeof value.toJSON === 'function' ? value.toJSON() : value);
  return Object.fromEntries(entries.map(([name, each]) => [name, plainCell(each)]));
}

/** The rows as arrow-rs reads them, by column. */
export function readByArrowRs(bytes: Uint8Array): (name: string) => Cell[] {
  const table = tableFromIPC(readParquet(bytes).intoIPCStream());
  return (name) => Array.from(table.getChild(name) ?? [], plainCell);
}

/** A function of every number in a cell. */
export function mapNumbers(value: Nested, of: (value: number) => number): Nested {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return of(value);
  if (isList(value)) return value.map((each) => mapNumbers(each, of));
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, mapNumbers(each, of)]));
}

function isList(value: Nested): value is readonly Nested[] {
  return Array.isArray(value);
}

/** A page of version 1, as its levels and values say; they may say anything. */
export interface RawPage {
  readonly repetition: readonly number[];
  readonly definition: readonly number[];
  readonly values: readonly number[];
  /** In the header. @default as many as there are definition levels */
  readonly valueCount?: number;
}

/**
 * How a list is written: `optional group l (LIST) { repeated group list { optional double element } }`, or as of old
 * `optional group l (LIST) { repeated double array }`, or `repeated double l`.
 */
export type ListForm = 'standard' | 'two levels' | 'repeated';

/** A file of one column of raw pages. */
export function rawListFile(pages: readonly RawPage[], rowCount: number, form: ListForm = 'standard'): Uint8Array {
  const parts: Uint8Array[] = [MAGIC];
  let valueCount = 0;
  let byteLength = 0;
  for (const page of pages) {
    const count = page.valueCount ?? page.definition.length;
    const body = concatenate([
      packedLevels(page.repetition, 1),
      packedLevels(page.definition, form === 'repeated' ? 1 : 2),
      new Uint8Array(Float64Array.from(page.values).buffer),
    ]);
    const header = writeStruct(pageHeader(count, body.length));
    parts.push(header, body);
    valueCount += count;
    byteLength += header.length + body.length;
  }
  const metadata = writeStruct(fileMetadata(rowCount, valueCount, byteLength, form));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, metadata.length, true);
  return concatenate([...parts, metadata, length, MAGIC]);
}

const MAGIC = new TextEncoder().encode('PAR1');

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Levels as one run of bits behind their length. */
function packedLevels(levels: readonly number[], bitWidth: number): Uint8Array {
  const groups = Math.ceil(levels.length / 8);
  const header = groups < 64 ? [(groups << 1) | 1] : [((groups << 1) & 0x7f) | 0x81, groups >> 6];
  const bytes = new Uint8Array(4 + header.length + groups * bitWidth);
  new DataView(bytes.buffer).setUint32(0, bytes.length - 4, true);
  bytes.set(header, 4);
  for (const [i, level] of levels.entries()) {
    for (let j = 0; j < bitWidth; j++) {
      const bit = i * bitWidth + j;
      bytes[4 + header.length + (bit >> 3)]! |= ((level >> j) & 1) << (bit & 7);
    }
  }
  return bytes;
}

function pageHeader(valueCount: number, byteLength: number): ThriftStruct {
  return structOfFields(
    i32Field(PageHeader.type, PageType.data),
    i32Field(PageHeader.uncompressedPageSize, byteLength),
    i32Field(PageHeader.compressedPageSize, byteLength),
    structField(
      PageHeader.dataPageHeader,
      structOfFields(
        i32Field(DataPageHeader.numValues, valueCount),
        i32Field(DataPageHeader.encoding, Encoding.plain),
        i32Field(DataPageHeader.definitionLevelEncoding, Encoding.rle),
        i32Field(DataPageHeader.repetitionLevelEncoding, Encoding.rle),
      ),
    ),
  );
}

const STRING_TYPE = 8;
const LIST = 3;

function fileMetadata(rowCount: number, valueCount: number, byteLength: number, form: ListForm): ThriftStruct {
  const element = (name: string, repetition: number | undefined, ...rest: readonly ReturnType<typeof i32Field>[]) => {
    const own = structOfFields(stringField(4, name));
    if (repetition !== undefined) own.set(i32Field(3, repetition));
    for (const field of rest) own.set(field);
    return own;
  };
  const double = i32Field(1, PhysicalType.double);
  const listGroup = element('l', 1, i32Field(5, 1), i32Field(6, LIST));
  const elements = {
    standard: [listGroup, element('list', 2, i32Field(5, 1)), element('element', 1, double)],
    'two levels': [listGroup, element('array', 2, double)],
    repeated: [element('l', 2, double)],
  }[form];
  const path = { standard: ['l', 'list', 'element'], 'two levels': ['l', 'array'], repeated: ['l'] }[form].map((name) =>
    stringField(0, name),
  );
  const metadata = structOfFields(
    i32Field(ColumnMetaData.type, PhysicalType.double),
    listField(ColumnMetaData.encodings, 5, [i32Field(0, Encoding.plain)]),
    listField(ColumnMetaData.pathInSchema, STRING_TYPE, path),
    i32Field(ColumnMetaData.codec, 0),
    i64Field(ColumnMetaData.numValues, valueCount),
    i64Field(ColumnMetaData.totalUncompressedSize, byteLength),
    i64Field(ColumnMetaData.totalCompressedSize, byteLength),
    i64Field(ColumnMetaData.dataPageOffset, MAGIC.length),
  );
  const chunk = structOfFields(i64Field(ColumnChunk.fileOffset, 0), structField(ColumnChunk.metaData, metadata));
  return structOfFields(
    i32Field(FileMetaData.version, 1),
    structsField(FileMetaData.schema, [element('schema', undefined, i32Field(5, 1)), ...elements]),
    i64Field(FileMetaData.numRows, rowCount),
    structsField(FileMetaData.rowGroups, [
      structOfFields(
        structsField(RowGroup.columns, [chunk]),
        i64Field(RowGroup.totalByteSize, byteLength),
        i64Field(RowGroup.numRows, rowCount),
      ),
    ]),
  );
}
