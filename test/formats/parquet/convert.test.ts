import {
  Bool,
  DenseUnion,
  Field,
  Float32,
  Float64,
  Int8,
  Int32,
  Int64,
  makeData,
  Table,
  tableToIPC,
  Uint16,
  Vector,
  vectorFromArray,
} from 'apache-arrow';
import { parquetMetadata } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { convertBytes, createTestContext, readColumn } from './support.js';

const ROW_COUNT = 5000;
const rows = <T>(make: (row: number) => T) => Array.from({ length: ROW_COUNT }, (_, row) => make(row));

const VALUES = {
  id: rows((row) => BigInt(row) * 10n ** 12n),
  x: rows((row) => (row % 7 === 3 ? null : row / 8 - 100)),
  f: rows((row) => row / 4),
  small: rows((row) => (row % 5 === 0 ? null : (row % 200) - 100)),
  count: rows((row) => row * 13),
  flag: rows((row) => (row % 11 === 0 ? null : row % 3 === 0)),
};

const TABLE = new Table({
  id: vectorFromArray(VALUES.id, new Int64()),
  x: vectorFromArray(VALUES.x, new Float64()),
  f: vectorFromArray(VALUES.f, new Float32()),
  small: vectorFromArray(VALUES.small, new Int8()),
  count: vectorFromArray(VALUES.count, new Uint16()),
  flag: vectorFromArray(VALUES.flag, new Bool()),
});

const context = await createTestContext(1 << 20);

describe('Arrow to Parquet', () => {
  const arrow = tableToIPC(TABLE, 'file');

  it('carries columns of numbers and booleans with their types and nulls', async () => {
    for (const options of [
      {},
      { slotByteLength: 1 << 16 },
      { encoding: 'byte_stream_split' as const, pageChecksum: true },
    ]) {
      const parquet = await convertBytes(arrow, ['y = relu(x)'], options);
      for (const [name, values] of Object.entries(VALUES)) {
        expect(await readColumn(context, parquet, name), name).toEqual(values);
      }
      expect(await readColumn(context, parquet, 'y')).toEqual(
        VALUES.x.map((v) => (v === null ? null : Math.max(0, v))),
      );
    }
  });

  it('keeps the Arrow schema, by which readers find the types again', async () => {
    const { key_value_metadata: entries, row_groups: rowGroups } = parquetMetadata(
      (await convertBytes(arrow, ['f = relu(f)'])).slice().buffer,
    );
    expect(entries?.map((entry) => entry.key)).toEqual(['ARROW:schema']);
    const statistics = rowGroups[0]?.columns.map((column) => column.meta_data?.statistics);
    expect(statistics?.map((each) => [each?.min_value, each?.max_value, each?.null_count])).toEqual([
      [0n, 4999n * 10n ** 12n, 0n],
      [-100, 524.875, 714n],
      // A zero that is the smallest is written as -0, since readers may tell them apart.
      [-0, 1249.75, 0n],
      [-99, 99, 1000n],
      [0, 64987, 0n],
      [false, true, 455n],
    ]);
  });

  it('names the column that it can not carry', async () => {
    const children = [new Field('a', new Int32(), true)];
    const union = new DenseUnion([0], children);
    const data = makeData({
      type: union,
      length: 2,
      typeIds: Int8Array.of(0, 0),
      valueOffsets: Int32Array.of(0, 1),
      children: [vectorFromArray([1, 2], new Int32()).data[0]!],
    });
    const table = new Table({ either: new Vector([data]), x: vectorFromArray([1, 2], new Float64()) });
    await expect(convertBytes(tableToIPC(table, 'file'), ['y = relu(x)'])).rejects.toMatchObject({
      code: 'LW_UNSUPPORTED_OPTION',
      message: expect.stringContaining('column "either" of type dense_union'),
    });
  });
});
