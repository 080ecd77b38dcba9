import { BinaryView, Field, Float64, List, Struct, Table, Utf8, Utf8View, vectorFromArray } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { transform } from '../../../src/index.js';
import { makeFolder, plainValues, readArrow, readParquetRows, typeNames, writeArrow } from './support.js';

const path = makeFolder();
const ROW_COUNT = 300;
const common = { threads: 1, sync: false, overwrite: true };

const rows = <T>(make: (row: number) => T) =>
  Array.from({ length: ROW_COUNT }, (_, row) => (row % 7 === 3 ? null : make(row)));
/** Up to 12 bytes stand in the view, longer values elsewhere. */
const text = (row: number) => 'é'.repeat(row % 9) + row;

const COLUMNS = {
  x: vectorFromArray(
    rows((row) => row / 4),
    new Float64(),
  ),
  text: vectorFromArray(rows(text), new Utf8View()),
  short: vectorFromArray(
    rows((row) => `${row}`),
    new Utf8View(),
  ),
  bytes: vectorFromArray(
    rows((row) => new Uint8Array(row % 20).fill(row % 251)),
    new BinaryView(),
  ),
  plain: vectorFromArray(rows(text), new Utf8()),
  list: vectorFromArray(
    rows((row) => Array.from({ length: row % 4 }, (_, at) => (at === 2 ? null : text(row + at)))),
    new List(new Field('item', new Utf8View(), true)),
  ),
  point: vectorFromArray(
    rows((row) => ({ label: text(row), px: row })),
    new Struct<{ label: Utf8View; px: Float64 }>([
      new Field('label', new Utf8View(), true),
      new Field('px', new Float64(), true),
    ]),
  ),
};
const TABLE = new Table(COLUMNS);

async function run(input: string, output: string, options = {}): Promise<void> {
  await transform({ input: path(input), output: path(output), transforms: ['x = relu(x)'], ...common, ...options });
}

describe('string and binary views', () => {
  it.each(['back.arrow', 'back.arrows'])('come back from Parquet to %s', async (output) => {
    writeArrow(path('in.arrow'), TABLE);
    // Several row groups, each of which is read as a record batch.
    await run('in.arrow', 'out.parquet', { rowGroupRows: 128 });
    await run('out.parquet', output);
    const back = readArrow(path(output));
    expect(back.batches.map(({ numRows }) => numRows)).toEqual([128, 128, 44]);
    expect(typeNames(back)).toEqual(typeNames(TABLE));
    for (const name of Object.keys(COLUMNS)) expect(plainValues(back, name), name).toEqual(plainValues(TABLE, name));
  });

  it('are strings to readers of Parquet', async () => {
    writeArrow(path('in.arrow'), TABLE);
    await run('in.arrow', 'out.parquet');
    const read = await readParquetRows(path('out.parquet'));
    expect(read.map((row) => row.text)).toEqual(rows(text));
  });

  it('stay as they are from Arrow to Arrow', async () => {
    writeArrow(path('in.arrow'), TABLE);
    await run('in.arrow', 'same.arrow');
    const same = readArrow(path('same.arrow'));
    expect(typeNames(same)).toEqual(typeNames(TABLE));
    for (const name of ['text', 'bytes']) {
      const buffers = (table: Table) =>
        table.getChild(name)?.data.map(({ values, variadicBuffers }) => ({ values, variadicBuffers }));
      expect(buffers(same), name).toEqual(buffers(readArrow(path('in.arrow'))));
    }
  });
});
