import {
  Bool,
  Data,
  type DataType,
  Dictionary,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int16,
  Int32,
  Int64,
  List,
  makeBuilder,
  RecordBatch,
  RecordBatchFileWriter,
  RecordBatchReader,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';

/** Numbers that follow from a seed, from 0 to 1. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const SCHEMA = new Schema(
  [
    new Field('id', new Int64(), false),
    new Field('x', new Float64(), false, new Map([['unit', 'm']])),
    new Field('x_null', new Float64(), true, new Map([['ARROW:extension:name', 'test.length']])),
    new Field('f32', new Float32(), false),
    new Field('i16', new Int16(), true),
    new Field('flag', new Bool(), false),
    new Field('text', new Utf8(), true),
    new Field('text', new Utf8(), true),
    new Field('word', new Dictionary(new Utf8(), new Int32(), 1), true),
    new Field('vector', new FixedSizeList(4, new Field('item', new Float64(), true)), false),
    new Field('list', new List(new Field('item', new Float64(), true)), true),
    new Field(
      'point',
      new Struct([
        new Field('x', new Float64(), true),
        new Field('inner', new Struct([new Field('y', new Float64(), false)]), true),
      ]),
      true,
    ),
  ],
  new Map([
    ['origin', 'a test'],
    ['pandas', '{"columns": [{"name": "x", "field_name": "x", "pandas_type": "float64", "numpy_type": "float64"}]}'],
  ]),
);

/** A record batch with one column of each kind that matters, some of them with nulls. */
export function makeBatch(rowCount: number, seed: number): RecordBatch {
  const random = randomNumbers(seed);
  const value = () => Math.round(random() * 2000 - 1000) / 8;
  const valueOrNull = () => (random() < 0.2 ? null : value());
  const rows = (make: (i: number) => unknown) => Array.from({ length: rowCount }, (_, i) => make(i));
  const columns = [
    rows((i) => BigInt(i)),
    rows(value),
    rows(valueOrNull),
    rows(value),
    rows(valueOrNull).map((v) => (v === null ? null : Math.trunc(v as number))),
    rows(() => random() < 0.5),
    rows((i) => (i % 7 === 0 ? null : `text ${i}`)),
    rows((i) => `other ${i % 3}`),
    rows((i) => (i % 5 === 0 ? null : i % 3)),
    rows(() => [valueOrNull(), value(), value(), value()]),
    rows((i) => (i % 4 === 0 ? null : Array.from({ length: i % 3 }, valueOrNull))),
    rows((i) => (i % 6 === 0 ? null : { x: valueOrNull(), inner: i % 4 === 0 ? null : { y: value() } })),
  ];
  const children = SCHEMA.fields.map((field, index) => buildColumn(field.type, columns[index]!));
  return new RecordBatch(SCHEMA, new Data(new Struct(SCHEMA.fields), 0, rowCount, 0, undefined, children));
}

/** One dictionary for all batches, as the file format wants it. */
const WORDS = vectorFromArray(['alpha', 'beta', 'gamma'], new Utf8());

function buildColumn(type: DataType, values: readonly unknown[]): Data {
  if (type instanceof Dictionary) {
    const indices = buildColumn(type.indices, values);
    return new Data(type, 0, values.length, indices.nullCount, indices.buffers, [], WORDS);
  }
  const builder = makeBuilder({ type, nullValues: [null, undefined] });
  for (const value of values) builder.append(value);
  return builder.finish().flush();
}

export function writeFile(batches: readonly RecordBatch[]): Uint8Array {
  const writer = new RecordBatchFileWriter();
  writer.reset(undefined, SCHEMA);
  for (const batch of batches) writer.write(batch);
  return writer.finish().toUint8Array(true);
}

export function writeStream(batches: readonly RecordBatch[]): Uint8Array {
  const writer = new RecordBatchStreamWriter();
  writer.reset(undefined, SCHEMA);
  for (const batch of batches) writer.write(batch);
  return writer.finish().toUint8Array(true);
}

export function readBatches(bytes: Uint8Array): readonly RecordBatch[] {
  return [...RecordBatchReader.from(bytes)];
}

/** All values of a column, as plain ones. */
export function columnValues(batches: readonly RecordBatch[], index: number): unknown[] {
  return batches.flatMap((batch) => Array.from(batch.getChildAt(index)!, plain));
}

function plain(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Symbol.iterator in value && !('toJSON' in value && !Array.isArray(value) && !isVector(value))) {
    return Array.from(value as Iterable<unknown>, plain);
  }
  const object = 'toJSON' in value ? (value as { toJSON(): Record<string, unknown> }).toJSON() : value;
  return Object.fromEntries(Object.entries(object as Record<string, unknown>).map(([key, item]) => [key, plain(item)]));
}

function isVector(value: object): boolean {
  return 'numChildren' in value;
}
