import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Binary,
  Bool,
  type Data,
  type DataType,
  DateDay,
  Decimal,
  Dictionary,
  DurationMillisecond,
  Field,
  FixedSizeBinary,
  FixedSizeList,
  Float32,
  Float64,
  Int8,
  Int32,
  Int64,
  LargeUtf8,
  List,
  Map_,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Table,
  TimeMicrosecond,
  TimestampMillisecond,
  tableFromIPC,
  Uint16,
  Uint64,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import { parquetReadObjects } from 'hyparquet';
import { afterAll } from 'vitest';

/** A folder for the tests of a file, gone when they are done. */
export function makeFolder(): (name: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'lanewise-convert-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  return (name) => join(folder, name);
}

interface TestColumn {
  readonly name: string;
  readonly type: DataType;
  readonly value: (row: number) => unknown;
}

const DICTIONARY = new Dictionary(new Utf8(), new Int32(), 7);

/** What a column of each type holds in a row, but for every seventh, where it is null. */
const COLUMNS: readonly TestColumn[] = [
  { name: 'x', type: new Float64(), value: (row) => row / 8 - 100 },
  { name: 'f', type: new Float32(), value: (row) => row / 4 },
  { name: 'small', type: new Int8(), value: (row) => (row % 200) - 100 },
  { name: 'count', type: new Uint16(), value: (row) => row * 3 },
  { name: 'id', type: new Int64(), value: (row) => BigInt(row) * 10n ** 12n },
  { name: 'big', type: new Uint64(), value: (row) => BigInt(row) * 2n ** 50n },
  { name: 'flag', type: new Bool(), value: (row) => row % 3 === 0 },
  { name: 'text', type: new Utf8(), value: (row) => `ä ${row % 50}` },
  { name: 'long', type: new LargeUtf8(), value: (row) => `long text ${row}` },
  { name: 'bytes', type: new Binary(), value: (row) => new Uint8Array(row % 9).fill(row % 251) },
  { name: 'fixed', type: new FixedSizeBinary(4), value: (row) => Uint8Array.of(row % 251, 1, 2, 3) },
  { name: 'kind', type: DICTIONARY, value: (row) => DICTIONARY_VALUES.get(row % 5) },
  { name: 'day', type: new DateDay(), value: (row) => row * 86_400_000 },
  { name: 'at', type: new TimestampMillisecond('Europe/Berlin'), value: (row) => 1_600_000_000_000 + row },
  { name: 'clock', type: new TimeMicrosecond(), value: (row) => BigInt(row) * 1000n },
  { name: 'took', type: new DurationMillisecond(), value: (row) => BigInt(row) },
  { name: 'price', type: new Decimal(3, 20, 128), value: (row) => Uint32Array.of(row, 0, 0, 0) },
  { name: 'list', type: new List(new Field('item', new Float64(), true)), value: (row) => range(row % 4, row) },
  { name: 'vector', type: new FixedSizeList(3, new Field('item', new Float32(), true)), value: (row) => range(3, row) },
  {
    name: 'point',
    type: new Struct([new Field('px', new Int32(), true), new Field('label', new Utf8(), true)]),
    value: (row) => ({ px: row, label: `p${row}` }),
  },
  {
    name: 'pairs',
    type: new Map_(
      new Field(
        'entries',
        new Struct<{ key: Utf8; value: Int32 }>([
          new Field('key', new Utf8(), false),
          new Field('value', new Int32(), true),
        ]),
        false,
      ),
    ),
    value: (row) => new Map([[`k${row % 3}`, row]]),
  },
];

function range(length: number, start: number): number[] {
  return Array.from({ length }, (_, index) => start + index / 2);
}

const DICTIONARY_VALUES = vectorFromArray(['red', 'green', 'blue', 'grün', ''], new Utf8());

/** A table of many types with nulls, in record batches of `batchRows`; its schema and one field have metadata. */
export function mixedTable(rowCount: number, batchRows: number): Table {
  const schema = new Schema(
    COLUMNS.map(
      ({ name, type }) => new Field(name, type, true, name === 'text' ? new Map([['unit', 'm']]) : undefined),
    ),
    new Map([['hello', 'wörld']]),
  );
  const batches: RecordBatch[] = [];
  for (let start = 0; start < rowCount; start += batchRows) {
    const length = Math.min(batchRows, rowCount - start);
    const children = COLUMNS.map((column) => columnData(column, start, length));
    const type = new Struct(schema.fields);
    batches.push(new RecordBatch(schema, makeData({ type, length, nullCount: 0, children })));
  }
  return new Table(schema, batches);
}

const isNull = (row: number) => row % 7 === 3;

function columnData({ type, value }: TestColumn, start: number, length: number): Data {
  const rows = Array.from({ length }, (_, index) => start + index);
  if (type !== DICTIONARY) {
    const [data] = vectorFromArray(
      rows.map((row) => (isNull(row) ? null : value(row))),
      type,
    ).data;
    if (data === undefined) throw new RangeError('a vector without data');
    return data;
  }
  const nullBitmap = new Uint8Array(Math.ceil(length / 64) * 8);
  for (const [index, row] of rows.entries()) if (!isNull(row)) nullBitmap[index >> 3]! |= 1 << (index & 7);
  const data = Int32Array.from(rows, (row) => row % DICTIONARY_VALUES.length);
  return makeData({ type: DICTIONARY, length, nullBitmap, data, dictionary: DICTIONARY_VALUES });
}

/** Writes the table in the form that the extension names: `.arrow` file, `.arrows` stream. */
export function writeArrow(path: string, table: Table): void {
  const writer = path.endsWith('.arrows') ? new RecordBatchStreamWriter() : new RecordBatchFileWriter();
  writer.reset(undefined, table.schema);
  for (const batch of table.batches) writer.write(batch);
  writeFileSync(path, writer.finish().toUint8Array(true));
}

export function readArrow(path: string): Table {
  return tableFromIPC(readFileSync(path));
}

/** What the rows of a column hold, as plain values that can be compared whatever record batches they are in. */
export function plainValues(table: Table, name: string): unknown[] {
  const column = table.getChild(name);
  if (column === null) throw new RangeError(`no column "${name}"`);
  return Array.from(column, plain);
}

function plain(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (ArrayBuffer.isView(value)) return Array.from(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  if (Symbol.iterator in value) {
    return Array.from(value as Iterable<unknown>, plain);
  }
  return 'toJSON' in value && typeof value.toJSON === 'function' ? JSON.stringify(value.toJSON()) : value;
}

/** The names of the columns, each with its type. */
export function typeNames(table: Table): string[] {
  return table.schema.fields.map(({ name, type, nullable }) => `${name}: ${type} ${nullable}`);
}

/** The rows of a Parquet file as hyparquet reads them. */
export function readParquetRows(path: string): Promise<Record<string, unknown>[]> {
  return parquetReadObjects({ file: parquetBuffer(path) });
}

/** A Parquet file's bytes. */
export function parquetBuffer(path: string): ArrayBuffer {
  return new Uint8Array(readFileSync(path)).buffer;
}
