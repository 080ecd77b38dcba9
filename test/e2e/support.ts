import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import {
  Field,
  Float32,
  Float64,
  Int32,
  Int64,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Table,
  tableFromIPC,
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

const SPECIAL_VALUES = [0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 5e-324, -750, 750];

/** Values around 0, every 97th of them a special one. */
export function float64Values(count: number, seed: number): Float64Array {
  const random = randomNumbers(seed);
  const values = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    const special = SPECIAL_VALUES[Math.floor(row / 97) % SPECIAL_VALUES.length] ?? 0;
    values[row] = row % 97 === 96 ? special : (random() - 0.5) * 20;
  }
  return values;
}

/** A bitmap with about one null in four. */
export function validityBits(count: number, seed: number): Uint8Array {
  const random = randomNumbers(seed);
  const bits = new Uint8Array(Math.ceil(count / 64) * 8);
  for (let row = 0; row < count; row++) if (random() < 0.75) bits[row >> 3]! |= 1 << (row & 7);
  return bits;
}

export const MEASUREMENTS_SCHEMA = new Schema([
  new Field('id', new Int64(), false),
  new Field('x0', new Float64(), false),
  new Field('x1', new Float64(), true),
  new Field('x2', new Float64(), false),
  new Field('f', new Float32(), true),
  new Field('n', new Int32(), true),
  new Field('text', new Utf8(), true),
]);

/** `id` counts from 0; the others are random, `x1`, `f` and `n` with nulls. */
export function measurements(rowCount: number, batchRowCount: number, seed = 1): Table {
  const batches: RecordBatch[] = [];
  for (let start = 0; start < rowCount; start += batchRowCount) {
    batches.push(measurementsBatch(start, Math.min(batchRowCount, rowCount - start), seed + start));
  }
  return new Table(MEASUREMENTS_SCHEMA, batches);
}

function measurementsBatch(start: number, count: number, seed: number): RecordBatch {
  const nullable = { length: count, nullBitmap: validityBits(count, seed + 5) };
  const ids = BigInt64Array.from({ length: count }, (_, row) => BigInt(start + row));
  const texts = vectorFromArray(
    Array.from({ length: count }, (_, row) => (row % 7 === 3 ? null : `row ${start + row}`)),
    new Utf8(),
  );
  const children = [
    makeData({ type: new Int64(), length: count, data: ids }),
    makeData({ type: new Float64(), length: count, data: float64Values(count, seed + 1) }),
    makeData({ type: new Float64(), ...nullable, data: float64Values(count, seed + 2) }),
    makeData({ type: new Float64(), length: count, data: float64Values(count, seed + 3) }),
    makeData({ type: new Float32(), ...nullable, data: Float32Array.from(float64Values(count, seed + 4)) }),
    makeData({
      type: new Int32(),
      ...nullable,
      data: Int32Array.from({ length: count }, (_, row) => ((row * 7919) % 2001) - 1000),
    }),
    count === 0 ? vectorFromArray([], new Utf8()).data[0]! : texts.data[0]!,
  ];
  const type = new Struct(MEASUREMENTS_SCHEMA.fields);
  return new RecordBatch(MEASUREMENTS_SCHEMA, makeData({ type, length: count, nullCount: 0, children }));
}

export type Form = 'file' | 'stream';

export function toIpc(table: Table, form: Form): Uint8Array {
  const writer = form === 'file' ? new RecordBatchFileWriter() : new RecordBatchStreamWriter();
  writer.reset(undefined, table.schema);
  for (const batch of table.batches) writer.write(batch);
  return writer.finish().toUint8Array(true);
}

/** Writes the table in the form that the extension names: `.arrow` file, `.arrows` stream. */
export function writeTable(path: string, table: Table): void {
  writeFileSync(path, toIpc(table, path.endsWith('.arrows') ? 'stream' : 'file'));
}

export function readTable(path: string): Table {
  return tableFromIPC(readFileSync(path));
}

export function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
