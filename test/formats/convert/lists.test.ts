import { Field, Float64, LargeList, makeData, type Table } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { transform } from '../../../src/index.js';
import {
  batchOf,
  expectedLists,
  expectedValues,
  fixedSizeListData,
  listData,
  type Row,
  rowsOf,
  tableOf,
} from '../../e2e/lists-support.js';
import { makeFolder, readArrow, readParquetRows, writeArrow } from './support.js';

const path = makeFolder();

type Options = Omit<Parameters<typeof transform>[0], 'input' | 'output' | 'transforms'>;

async function convert(input: string, output: string, transforms: readonly string[], options: Options = {}) {
  const paths = { input: path(input), output: path(output) };
  await transform({ ...paths, transforms, threads: 1, sync: false, overwrite: true, ...options });
}

/** hyparquet has nothing at all for a null list. */
async function readLists(name: string, column: string): Promise<unknown[]> {
  return (await readParquetRows(path(name))).map((row) => row[column] ?? null);
}

const relu = (rows: readonly Row[]) =>
  rows.map((row) => row?.map((value) => (value === null || Number.isNaN(value) ? value : Math.max(0, value))) ?? null);

const RAGGED = { rowCount: 401, lengths: [0, 1, 2, 3, 5, 8, 8, 17, 100], seed: 1 };
const NULLS = { nullElements: true, nullLists: true };
const SHAPES = [
  ['ragged lists', listData(RAGGED)],
  ['ragged lists with nulls', listData({ ...RAGGED, ...NULLS, seed: 2 })],
  ['lists of 7 with nulls', fixedSizeListData(7, { ...RAGGED, ...NULLS, seed: 3 })],
  ['long lists', listData({ ...RAGGED, ...NULLS, rowCount: 20, lengths: [3, 2000, 4096], seed: 4 })],
  ['empty lists', listData({ ...RAGGED, lengths: [0], seed: 5 })],
] as const;
const TRANSFORMS = ['p = softmax(l)', 'q = log_softmax(l, nulls=skip)', 'e = relu(l)', 'v = logsumexp(l)'];

describe.each(SHAPES)('%s', (_, l) => {
  const rows = rowsOf(tableOf(batchOf({ l })).getChild('l'));
  const twice = [...rows, ...rows];

  it.each([[{}], [{ memory: 1 << 22, compression: 'none' }], [{ rowGroupRows: 192 }]] satisfies [Options][])(
    'become Parquet with %j',
    async (options) => {
      writeArrow(path('in.arrow'), tableOf(batchOf({ l }), batchOf({ l })));
      await convert('in.arrow', 'out.parquet', [...TRANSFORMS, 'l = softmin(l)'], options);
      const column = (name: string) => readLists('out.parquet', name);
      expect(await column('p')).toEqual(expectedLists('softmax', twice, undefined));
      expect(await column('q')).toEqual(expectedLists('log_softmax', twice, Number.NEGATIVE_INFINITY));
      expect(await column('e')).toEqual(relu(twice));
      expect(await column('v')).toEqual(expectedValues('logsumexp', twice, undefined));
      expect(await column('l')).toEqual(expectedLists('softmin', twice, undefined));
    },
  );
});

describe.each(SHAPES.slice(1, 3))('%s', (_, l) => {
  const rows = rowsOf(tableOf(batchOf({ l })).getChild('l'));

  it('come back as they were, whether computed before or after', async () => {
    writeArrow(path('in.arrow'), tableOf(batchOf({ l })));
    await convert('in.arrow', 'there.parquet', ['unused = relu(l)']);
    await convert('there.parquet', 'back.arrow', TRANSFORMS);
    await convert('in.arrow', 'results.parquet', TRANSFORMS);
    await convert('results.parquet', 'results.arrow', ['unused = relu(l)']);
    for (const name of ['back.arrow', 'results.arrow']) {
      const table = readArrow(path(name));
      expect(rowsOf(table.getChild('l'))).toEqual(rows);
      expect(rowsOf(table.getChild('p'))).toEqual(expectedLists('softmax', rows, undefined));
      expect(rowsOf(table.getChild('e'))).toEqual(relu(rows));
      expect([...(table.getChild('v') ?? [])]).toEqual(expectedValues('logsumexp', rows, undefined));
    }
  });
});

describe('types of lists', () => {
  it('are found again in Parquet', async () => {
    const child = makeData({ type: new Float64(), data: Float64Array.of(1, 2, 3, -4, 5, 6) });
    const valueOffsets = BigInt64Array.of(0n, 2n, 2n, 6n);
    const large = makeData({ type: new LargeList(new Field('item', new Float64(), true)), valueOffsets, child });
    const fixed = fixedSizeListData(2, { rowCount: 3, lengths: [2], seed: 7 });
    writeArrow(path('types.arrow'), tableOf(batchOf({ large, fixed })));
    const transforms = ['a = softmax(large)', 'b = softmax(fixed)', 'large = relu(large)', 'fixed = relu(fixed)'];
    await convert('types.arrow', 'types.parquet', transforms);
    await convert(
      'types.parquet',
      'again.parquet',
      transforms.map((text) => text.replace(/^([ab])/, '$1$1')),
    );
    await convert('again.parquet', 'types-back.arrow', ['unused = relu(a)']);
    const types = (table: Table) => table.schema.fields.map(({ name, type }) => `${name}: ${type}`);
    expect(types(readArrow(path('types-back.arrow')))).toEqual([
      'large: LargeList<Float64>',
      'fixed: FixedSizeList[2]<Float64>',
      'a: LargeList<Float64>',
      'b: FixedSizeList[2]<Float64>',
      'aa: LargeList<Float64>',
      'bb: FixedSizeList[2]<Float64>',
      'unused: LargeList<Float64>',
    ]);
  });
});
