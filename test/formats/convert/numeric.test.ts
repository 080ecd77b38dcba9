import { readFileSync, writeFileSync } from 'node:fs';
import {
  Bool,
  Field,
  Float32,
  Float64,
  Int8,
  Int64,
  RecordBatch,
  Schema,
  Table,
  Uint16,
  vectorFromArray,
} from 'apache-arrow';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { transform } from '../../../src/index.js';
import { makeFolder, plainValues, readArrow, typeNames, writeArrow } from './support.js';

const path = makeFolder();
const common = { threads: 1, sync: false, overwrite: true };
const ROW_COUNT = 5003;
const rows = <T>(make: (row: number) => T) => Array.from({ length: ROW_COUNT }, (_, row) => make(row));
const VALUES = {
  x: rows((row) => (row % 7 === 3 ? null : row / 8 - 100)),
  f: rows((row) => row / 4),
  small: rows((row) => (row % 5 === 0 ? null : (row % 200) - 100)),
  count: rows((row) => row * 13),
  id: rows((row) => BigInt(row) * 10n ** 12n),
  flag: rows((row) => (row % 11 === 0 ? null : row % 3 === 0)),
};
const COLUMNS = {
  x: vectorFromArray(VALUES.x, new Float64()),
  f: vectorFromArray(VALUES.f, new Float32()),
  small: vectorFromArray(VALUES.small, new Int8()),
  count: vectorFromArray(VALUES.count, new Uint16()),
  id: vectorFromArray(VALUES.id, new Int64()),
  flag: vectorFromArray(VALUES.flag, new Bool()),
};
const [BATCH] = new Table(COLUMNS).batches;
const SCHEMA = new Schema(
  Object.entries(COLUMNS).map(([name, { type }]) => new Field(name, type, true)),
  new Map([['hello', 'wörld']]),
);
const TABLE = new Table(SCHEMA, [new RecordBatch(SCHEMA, BATCH!.data)]);

describe('a Parquet file of numbers to Arrow', () => {
  it('becomes the record batches that it was made of', async () => {
    writeArrow(path('in.arrow'), TABLE);
    const transforms = ['y = relu(x)'];
    for (const compression of ['none', 'snappy', 'zstd']) {
      const parquet = path(`${compression}.parquet`);
      const toParquet = { input: path('in.arrow'), output: parquet, transforms, ...common, compression };
      await transform({ ...toParquet, rowGroupRows: 2048 });
      for (const output of [path('out.arrow'), path('out.arrows')]) {
        const result = await transform({
          input: parquet,
          output,
          transforms: ['f = relu(f)', 'z = relu(x)'],
          ...common,
        });
        expect(result.columns.map(({ name, nullCount }) => [name, nullCount])).toEqual([
          ['f', 0],
          ['z', 715],
        ]);
        const table = readArrow(output);
        expect(table.batches.map(({ numRows }) => numRows)).toEqual([2048, 2048, 907]);
        expect(table.schema.metadata.get('hello')).toBe('wörld');
        expect(typeNames(table)).toEqual([...typeNames(TABLE), 'y: Float64 true', 'z: Float64 true']);
        for (const [name, values] of Object.entries(VALUES)) expect(plainValues(table, name), name).toEqual(values);
        expect(plainValues(table, 'z')).toEqual(VALUES.x.map((x) => (x === null ? null : Math.max(0, x))));
        expect(table.batches.map((batch) => batch.getChild('x')?.nullCount)).toEqual([293, 292, 130]);
      }
    }
  });

  it('gives the same bytes whatever the slots and threads', async () => {
    const parquet = path('random.parquet');
    writeFileSync(parquet, randomParquet(100_000));
    const options = { input: parquet, transforms: ['a = sigmoid(a)', 'c = tanh(b)'], ...common };
    await transform({ ...options, output: path('large.arrow') });
    await transform({ ...options, output: path('small.arrow'), memory: 1 << 21 });
    await transform({ ...options, output: path('threads.arrow'), threads: 2 });
    const expected = readFileSync(path('large.arrow'));
    expect(readFileSync(path('small.arrow')).equals(expected)).toBe(true);
    expect(readFileSync(path('threads.arrow')).equals(expected)).toBe(true);
  });
});

/** Of another writer, which has no Arrow schema. */
function randomParquet(rowCount: number): Uint8Array {
  const a = Array.from({ length: rowCount }, (_, row) => (((row * 7919) % 10007) - 5000) / 1000);
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'a', data: a, type: 'DOUBLE', nullable: false },
        { name: 'b', data: a.map((value, row) => (row % 9 === 4 ? null : value)), type: 'DOUBLE', nullable: true },
      ],
      rowGroupSize: 40_000,
    }),
  );
}
