import { writeFileSync } from 'node:fs';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { plan, transform } from '../../../src/index.js';
import { makeFolder, mixedTable, plainValues, readArrow, writeArrow } from './support.js';

const path = makeFolder();
const common = { threads: 1, sync: false, overwrite: true };
const ROW_COUNT = 3000;
const rows = <T>(make: (row: number) => T) => Array.from({ length: ROW_COUNT }, (_, row) => make(row));
const VALUES = {
  x: rows((row) => (row % 5 === 0 ? null : row / 8 - 100)),
  id: rows((row) => BigInt(row)),
  text: rows((row) => (row % 3 === 0 ? null : `text ${row}`)),
};

/** A file of another writer, without an Arrow schema in its metadata. */
function writeForeign(name: string): void {
  const buffer = parquetWriteBuffer({
    columnData: [
      { name: 'x', data: VALUES.x, type: 'DOUBLE', nullable: true },
      { name: 'id', data: VALUES.id, type: 'INT64', nullable: false },
      { name: 'text', data: VALUES.text, type: 'STRING', nullable: true },
    ],
    rowGroupSize: 1000,
  });
  writeFileSync(path(name), new Uint8Array(buffer));
}

describe('Parquet to Arrow', () => {
  it('makes a record batch of each row group', async () => {
    writeForeign('in.parquet');
    for (const output of ['out.arrow', 'out.arrows']) {
      await transform({ input: path('in.parquet'), output: path(output), transforms: ['y = relu(x)'], ...common });
      const table = readArrow(path(output));
      expect(table.batches.map(({ numRows }) => numRows)).toEqual([1000, 1000, 1000]);
      for (const [name, values] of Object.entries(VALUES)) expect(plainValues(table, name), name).toEqual(values);
      expect(plainValues(table, 'y')).toEqual(VALUES.x.map((value) => (value === null ? null : Math.max(0, value))));
    }
  });

  it('cuts a row group that the memory does not hold as values', async () => {
    writeArrow(path('large.arrow'), mixedTable(20_000, 20_000));
    const transforms = ['y = relu(x)'];
    await transform({ input: path('large.arrow'), output: path('large.parquet'), transforms, ...common });
    await transform({
      input: path('large.parquet'),
      output: path('parts.arrows'),
      transforms: ['x = relu(x)'],
      ...common,
      memory: 2_500_000,
    });
    const parts = readArrow(path('parts.arrows'));
    expect(parts.batches.length).toBeGreaterThan(1);
    const large = readArrow(path('large.arrow'));
    for (const name of ['id', 'text', 'kind', 'list', 'point']) {
      expect(plainValues(parts, name), name).toEqual(plainValues(large, name));
    }
  });

  it('refuses a row group whose bytes do not fit the memory', async () => {
    writeArrow(path('large.arrow'), mixedTable(20_000, 20_000));
    const transforms = ['y = relu(x)'];
    await transform({ input: path('large.arrow'), output: path('large.parquet'), transforms, ...common });
    const options = { input: path('large.parquet'), output: path('x.arrows'), transforms: ['x = relu(x)'], ...common };
    await expect(transform({ ...options, memory: 1 << 17 })).rejects.toMatchObject({
      code: 'LW_MEMORY_BUDGET',
      message: expect.stringContaining('has a row group of'),
    });
  });

  it('plans from the metadata', async () => {
    writeForeign('in.parquet');
    const options = { input: path('in.parquet'), output: path('out.arrow'), transforms: ['y = relu(x)'] };
    expect((await plan(options)).input).toMatchObject({ format: 'Parquet', rows: ROW_COUNT, batches: 3 });
  });

  it('compresses what it writes where asked to', async () => {
    writeForeign('in.parquet');
    const options = { input: path('in.parquet'), transforms: ['y = relu(x)'], ...common, compression: 'zstd' };
    await transform({ ...options, output: path('zstd.arrow') });
    const plain = { ...options, input: path('zstd.arrow'), output: path('plain.arrow'), compression: 'none' };
    await transform({ ...plain, transforms: ['z = relu(x)'] });
    const table = readArrow(path('plain.arrow'));
    for (const [name, values] of Object.entries(VALUES)) expect(plainValues(table, name), name).toEqual(values);
  });
});
