import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DataType,
  Field,
  Float32,
  Float64,
  Int32,
  List,
  Map_,
  type RecordBatch,
  Struct,
  Table,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activate, transform, transformBatches } from '../../src/index.js';
import { type Cell, plainCell } from '../formats/parquet/nested-support.js';
import { randomNumbers, readTable, writeTable } from './support.js';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lanewise-test-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ROW_COUNT = 400;
const random = randomNumbers(21);
const maybe = (make: () => Cell): Cell => (random() < 0.2 ? null : make());
const many = (make: () => Cell): Cell => Array.from({ length: Math.floor(random() * random() * 9) }, make);
const number = () => Math.round((random() - 0.5) * 200) / 8;
const listOf = (type: DataType) => new List(new Field('item', type, true));
const structOf = (fields: Readonly<Record<string, DataType>>) =>
  new Struct(Object.entries(fields).map(([name, type]) => new Field(name, type, true)));

const COLUMNS: Readonly<Record<string, readonly [DataType, () => Cell]>> = {
  points: [
    listOf(structOf({ x: new Float64(), n: new Int32(), tag: new Utf8(), l: listOf(new Float32()) })),
    () =>
      many(() =>
        maybe(() => ({
          x: maybe(number),
          n: maybe(() => Math.floor(number()) + 0),
          tag: 'a',
          l: maybe(() => many(number)),
        })),
      ),
  ],
  grid: [listOf(listOf(new Float64())), () => many(() => maybe(() => many(() => maybe(number))))],
  s: [
    structOf({ p: listOf(structOf({ q: structOf({ v: new Float64() }) })), l: listOf(new Float64()) }),
    () => ({
      p: maybe(() => many(() => maybe(() => ({ q: maybe(() => ({ v: maybe(number) })) })))),
      l: maybe(() => many(number)),
    }),
  ],
};

/** Rows of all columns, some of them null. */
const rows = Object.fromEntries(
  Object.entries(COLUMNS).map(([name, [, make]]) => [name, Array.from({ length: ROW_COUNT }, () => maybe(make))]),
);
const prices = Array.from({ length: ROW_COUNT }, () => maybe(() => ({ a: number(), b: maybe(number) })));

function makeTable(): Table {
  const vectors = Object.entries(COLUMNS).map(
    ([name, [type]]) => [name, vectorFromArray(rows[name] ?? [], type)] as const,
  );
  const entries = new Field(
    'entries',
    new Struct<{ key: Utf8; value: Float64 }>([
      new Field('keys', new Utf8()),
      new Field('values', new Float64(), true),
    ]),
    false,
  );
  const maps = vectorFromArray(prices, new Map_(entries));
  return new Table(Object.fromEntries([...vectors, ['prices', maps]]));
}

const REPLACED = ['points.x', 'points.n', 'points.l', 'grid', 's.p.q.v', 's.l', 'prices.value'];
const ADDED = { x: 'points.x', l: 'points.l', rows: 'grid', v: 's.p.q.v', sl: 's.l', values: 'prices.value' };
const inPlace = (path: string) => `${path} = relu(${path})`;
const TRANSFORMS = [
  ...REPLACED.map(inPlace),
  ...Object.entries(ADDED).map(([name, path]) => `${name} = relu(${path})`),
  'd = relu_deriv(points.x, grad=points.n)',
];

const relu = (cell: Cell): Cell => {
  if (cell === null || typeof cell === 'string') return cell;
  if (Array.isArray(cell)) return cell.map(relu);
  if (typeof cell === 'object')
    return Object.fromEntries(Object.entries(cell).map(([name, each]) => [name, relu(each)]));
  return Math.max(0, Number(cell));
};

/** What is at the end of a path, in lists as they are on the way; of a map, the values. */
function cellAt(cell: Cell, [name, ...inner]: readonly string[]): Cell {
  if (cell === null || name === undefined) return cell;
  if (Array.isArray(cell)) return cell.map((each: Cell) => cellAt(each, [name, ...inner]));
  const struct = cell as { readonly [name: string]: Cell };
  return name === 'value' ? Object.values(struct) : cellAt(struct[name] ?? null, inner);
}

/** The derivative at the points' x, times their n. */
const gradients = (points: Cell): Cell => {
  const [xs, ns] = ['x', 'n'].map((name) => cellAt(points, [name]) as readonly (number | null)[] | null);
  if (xs == null || ns == null) return null;
  return xs.map((x, at) => (x === null || ns[at] == null ? null : (x > 0 ? 1 : 0) * ns[at]));
};

function check(table: { getChild(name: string): Iterable<unknown> | null }, start = 0, end = ROW_COUNT): void {
  const read = (name: string) => Array.from(table.getChild(name) ?? [], plainCell);
  for (const name of Object.keys(COLUMNS)) expect(read(name)).toEqual((rows[name] ?? []).slice(start, end).map(relu));
  expect(read('prices')).toEqual(prices.slice(start, end).map(relu));
  expect(read('d')).toEqual((rows.points ?? []).slice(start, end).map(gradients));
  for (const [name, path] of Object.entries(ADDED)) {
    const [top = '', ...inner] = path.split('.');
    const cells = top === 'prices' ? prices : (rows[top] ?? []);
    expect([name, read(name)]).toEqual([name, cells.slice(start, end).map((cell) => relu(cellAt(cell, inner)))]);
  }
}

describe('numbers in structs, lists and maps within each other', () => {
  it.each([
    ['a file', '.arrow', '.arrow', {}],
    ['small slots', '.arrow', '.arrows', { memory: 2 ** 16 }],
    ['compressed bodies', '.arrows', '.arrows', { compression: 'zstd' }],
  ] as const)('are computed in %s', async (_, from, to, options) => {
    const input = join(folder, `in${from}`);
    const output = join(folder, `out${to}`);
    writeTable(input, makeTable());
    await transform({ input, output, transforms: TRANSFORMS, threads: 1, sync: false, overwrite: true, ...options });
    if ('compression' in options) {
      const plain = join(folder, 'plain.arrow');
      await transform({
        input: output,
        output: plain,
        transforms: ['again = relu(x)'],
        compression: 'none',
        sync: false,
      });
      check(readTable(plain));
    } else check(readTable(output));
  });

  it.each([
    ['in one row group', undefined],
    ['in row groups of 64 rows', 64],
  ])('are computed on the way to Parquet, %s, and back', async (_, rowGroupRows) => {
    const [input, parquet, back] = ['in.arrow', 'out.parquet', 'back.arrow'].map((name) => join(folder, name));
    writeTable(input!, makeTable());
    const common = { threads: 1, sync: false, overwrite: true };
    await transform({ ...common, input: input!, output: parquet!, transforms: TRANSFORMS, rowGroupRows });
    const read = await parquetReadObjects({ file: new Uint8Array(readFileSync(parquet!)).buffer });
    check({ getChild: (name) => read.map((row) => row[name]) });
    // All of them are what relu leaves as it is.
    await transform({ ...common, input: parquet!, output: back!, transforms: [...REPLACED, 'l', 'rows'].map(inPlace) });
    check(readTable(back!));
  });

  it('give one value for each list in a struct, and softmax of it, on the way to Parquet', async () => {
    const [input, output] = ['in.arrow', 'lists.parquet'].map((name) => join(folder, name));
    writeTable(input!, makeTable());
    const transforms = ['s.l = logsumexp(s.l)', 'p = softmax(s.l)', 'q = linear(s.l)'];
    await transform({ input: input!, output: output!, transforms, rowGroupRows: 128, threads: 1, sync: false });
    const read = await parquetReadObjects({ file: new Uint8Array(readFileSync(output!)).buffer });
    for (const { s, p, q } of read) {
      const row = plainCell(q) as readonly number[] | null;
      const values = Float64Array.from(row ?? []);
      expect(plainCell(s?.l)).toBe(row === null || row.length === 0 ? null : activate('logsumexp', values)[0]);
      expect(plainCell(p)).toEqual(row === null ? null : Array.from(activate('softmax', values)));
    }
  });

  it('take no gradient of other lists within lists', async () => {
    const type = listOf(listOf(new Float64()));
    const input = join(folder, 'gradient.arrow');
    writeTable(
      input,
      new Table({ x: vectorFromArray([[[1, 2], [3]]], type), g: vectorFromArray([[[1], [2, 3]]], type) }),
    );
    const options = { input, output: join(folder, 'x.arrow'), transforms: ['d = relu_deriv(x, grad=g)'], sync: false };
    await expect(transform(options)).rejects.toMatchObject({
      code: 'LW_COLUMN_TYPE',
      message: expect.stringContaining("list 0 of a record batch or row group ends at element 2 in 'x', at 1 in 'g'"),
    });
  });

  it('are computed in record batches, and in slices of them', async () => {
    const [whole] = makeTable().batches;
    for (const [start, end] of [
      [0, ROW_COUNT],
      [37, 251],
    ] as const) {
      const results: RecordBatch[] = [];
      for await (const batch of transformBatches([whole!.slice(start, end)], TRANSFORMS, { threads: 1 }))
        results.push(batch);
      expect(results).toHaveLength(1);
      check(results[0]!, start, end);
    }
  });
});
