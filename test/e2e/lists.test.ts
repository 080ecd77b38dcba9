import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Table } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transform, transformBatches } from '../../src/index.js';
import {
  batchOf,
  expectedLists,
  expectedValues,
  fixedSizeListData,
  listData,
  rowsOf,
  tableOf,
} from './lists-support.js';
import { digest, readTable, writeTable } from './support.js';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lanewise-test-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Options = Omit<Parameters<typeof transform>[0], 'input' | 'output' | 'transforms'>;

async function run(table: Table, transforms: readonly string[], options: Options = {}, extension = '.arrow') {
  const input = join(folder, `in${extension}`);
  const output = join(folder, `out${extension}`);
  writeTable(input, table);
  await transform({ input, output, transforms, overwrite: true, sync: false, threads: 1, ...options });
  return readTable(output);
}

const RAGGED = { rowCount: 1001, lengths: [0, 1, 2, 3, 5, 8, 8, 17, 100], seed: 1 };
const NULLS = { nullElements: true, nullLists: true };
const SHAPES = [
  ['ragged lists', listData(RAGGED)],
  ['ragged lists with nulls', listData({ ...RAGGED, ...NULLS, seed: 2 })],
  ['lists of 8', fixedSizeListData(8, { ...RAGGED, seed: 3 })],
  ['lists of 7 with nulls', fixedSizeListData(7, { ...RAGGED, ...NULLS, seed: 4 })],
  ['long lists', listData({ ...RAGGED, ...NULLS, rowCount: 40, lengths: [3, 2000, 4095, 4096], seed: 5 })],
] as const;

describe.each(SHAPES)('rows that are %s', (_, l) => {
  const table = tableOf(batchOf({ l }), batchOf({ l }));
  const rows = rowsOf(table.getChild('l'));

  it.each([
    ['softmax', Number.NEGATIVE_INFINITY],
    ['log_softmax', Number.NEGATIVE_INFINITY],
    ['softmin', Number.POSITIVE_INFINITY],
  ])('have the %s of as many columns, in small slots and large ones', async (name, neutral) => {
    const transforms = [`p = ${name}(l)`, `q = ${name}(l, nulls=skip)`];
    for (const memory of [2 ** 16, 2 ** 24]) {
      if (memory === 2 ** 16 && rows.length < 100) continue;
      const output = await run(table, transforms, { memory });
      expect(rowsOf(output.getChild('p'))).toEqual(expectedLists(name, rows, undefined));
      expect(rowsOf(output.getChild('q'))).toEqual(expectedLists(name, rows, neutral));
      expect(rowsOf(output.getChild('l'))).toEqual(rows);
    }
  });

  it.each(['logsumexp', 'entropy'])('have one %s each', async (name) => {
    const output = await run(table, [`v = ${name}(l)`, `w = ${name}(l, nulls=skip)`, `l = relu(${name}(l))`]);
    const [v, w, replaced] = ['v', 'w', 'l'].map((column) => [...(output.getChild(column) ?? [])]);
    const expected = expectedValues(name, rows, undefined);
    expect(v).toEqual(expected);
    expect(w).toEqual(expectedValues(name, rows, Number.NEGATIVE_INFINITY));
    expect(replaced).toEqual(expected.map((value) => (value === null ? null : value < 0 ? 0 : value)));
  });

  it('have the place of their maximum, or null where there is none', async () => {
    const output = await run(table, ['at = argmax(l)']);
    const expected = rows.map((row) => {
      if (row === null || row.length === 0 || row.includes(null) || row.some(Number.isNaN)) return null;
      return row.indexOf(Math.max(...row.map(Number)));
    });
    expect([...(output.getChild('at') ?? [])]).toEqual(expected);
  });
});

describe('nests and gradients over lists', () => {
  const table = tableOf(
    batchOf({ l: listData({ ...RAGGED, ...NULLS, seed: 6 }), g: listData({ ...RAGGED, nullElements: true, seed: 6 }) }),
  );

  it('run as the columns would', async () => {
    const output = await run(
      table,
      ['c = clip(l, min=-3, max=3)', 'p = softmax(clip(l, min=-3, max=3))', 'e = relu(softmax(l))', 'p2 = softmax(l)'],
      { memory: 2 ** 16 },
    );
    const clipped = rowsOf(output.getChild('c'));
    expect(rowsOf(output.getChild('p'))).toEqual(expectedLists('softmax', clipped, undefined));
    expect(rowsOf(output.getChild('e'))).toEqual(rowsOf(output.getChild('p2')));
  });

  it('multiply the Jacobian with a gradient in each list', async () => {
    const output = await run(table, ['p = softmax(l)', 'd = softmax_deriv(l, grad=g)']);
    const gradients = rowsOf(table.getChild('g'));
    const probabilities = rowsOf(output.getChild('p'));
    const derivatives = rowsOf(output.getChild('d'));
    let compared = 0;
    for (const [row, list] of derivatives.entries()) {
      const gradient = gradients[row];
      const probability = probabilities[row];
      if (list === null || gradient == null || probability == null) continue;
      if (gradient.includes(null) || probability.includes(null)) {
        expect(list).toEqual(list.map(() => null));
        continue;
      }
      const dot = gradient.reduce((sum: number, g, at) => sum + (g ?? 0) * (probability[at] ?? 0), 0);
      for (const [at, value] of list.entries()) {
        const expected = (probability[at] ?? 0) * ((gradient[at] ?? 0) - dot);
        if (!Number.isFinite(expected) || value === null) continue;
        expect(Math.abs(value - expected)).toBeLessThan(1e-12 * (1 + Math.abs(dot)));
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(400);
  });

  it('take no gradient of other lengths', async () => {
    const other = listData({ ...RAGGED, seed: 7 });
    const mixed = tableOf(batchOf({ l: listData({ ...RAGGED, seed: 6 }), g: other }));
    for (const name of ['softmax_deriv', 'sigmoid_deriv']) {
      await expect(run(mixed, [`d = ${name}(l, grad=g)`])).rejects.toMatchObject({
        code: 'LW_COLUMN_TYPE',
        message: expect.stringContaining('lists of the same lengths'),
      });
    }
  });
});

describe('lists in other forms of Arrow', () => {
  const table = tableOf(
    batchOf({ l: listData({ ...RAGGED, ...NULLS, seed: 8 }), n: listData({ ...RAGGED, seed: 9 }) }),
  );
  const transforms = ['p = softmax(l, nulls=skip)', 'v = logsumexp(n)', 'n = log_softmax(n)'];

  it('are the same from a stream, a compressed file, and record batches', async () => {
    const expected = await run(table, transforms);
    const columns = ['l', 'n', 'p', 'v'];
    const read = (output: Table | undefined) => columns.map((name) => JSON.stringify(output?.getChild(name)));
    const wanted = read(expected);
    expect(read(await run(table, transforms, { memory: 2 ** 16 }, '.arrows'))).toEqual(wanted);
    const step = async (input: string, output: string, more: readonly string[], options: Options) => {
      const paths = { input: join(folder, input), output: join(folder, output) };
      await transform({ ...paths, transforms: more, threads: 1, sync: false, overwrite: true, ...options });
    };
    for (const compression of ['zstd', 'lz4'] as const) {
      for (const memory of [2 ** 20, 2 ** 24]) {
        await step('in.arrows', 'packed.arrow', ['unused = relu(l)'], { compression, memory });
        await step('packed.arrow', 'results.arrow', transforms, { memory });
        await step('results.arrow', 'plain.arrow', ['other = relu(l)'], { compression: 'none', memory });
        expect(read(readTable(join(folder, 'plain.arrow')))).toEqual(wanted);
      }
    }
    for await (const batch of transformBatches(table.batches, transforms, { threads: 1 })) {
      expect(read(tableOf(batch))).toEqual(wanted);
    }
  });

  it('may be slices whose elements begin further on', async () => {
    const [whole] = table.batches;
    const slice = whole!.slice(301, 801);
    const results: unknown[] = [];
    for await (const batch of transformBatches([slice], transforms, { threads: 1, memory: 2 ** 16 })) {
      results.push(...['p', 'n'].map((name) => rowsOf(batch.getChild(name))), [...(batch.getChild('v') ?? [])]);
    }
    const [p, n, v] = results;
    expect(p).toEqual(expectedLists('softmax', rowsOf(slice.getChild('l')), Number.NEGATIVE_INFINITY));
    expect(n).toEqual(expectedLists('log_softmax', rowsOf(slice.getChild('n')), undefined));
    expect(v).toEqual(expectedValues('logsumexp', rowsOf(slice.getChild('n')), undefined));
  });

  it('give the same bytes whatever the threads and the memory', async () => {
    const large = tableOf(batchOf({ l: listData({ ...RAGGED, ...NULLS, rowCount: 200_000, seed: 10 }) }));
    const digests = new Set<string>();
    for (const options of [{ threads: 1 }, { threads: 3 }, { threads: 1, memory: 2 ** 16 }]) {
      await run(large, ['p = softmax(l)', 'e = logsumexp(l, nulls=skip)'], options);
      digests.add(digest(readFileSync(join(folder, 'out.arrow'))));
    }
    expect(digests.size).toBe(1);
  });
});

describe('lists that are no rows', () => {
  it.each([4097, 100_000])('such as one of %d elements', async (length) => {
    const table = tableOf(batchOf({ l: listData({ rowCount: 3, lengths: [length], seed: 11 }) }));
    for (const name of ['softmax', 'logsumexp']) {
      await expect(run(table, [`p = ${name}(l)`])).rejects.toMatchObject({
        code: 'LW_UNSUPPORTED_INPUT',
        message: expect.stringContaining(`list 0 of a record batch or row group has ${length} elements`),
      });
    }
  });

  it('of which there may be none', async () => {
    for (const rowCount of [0, 5]) {
      const table = tableOf(batchOf({ l: listData({ rowCount, lengths: [0], seed: 12 }) }));
      const output = await run(table, ['p = softmax(l)', 'v = logsumexp(l)']);
      expect(rowsOf(output.getChild('p'))).toEqual(Array.from({ length: rowCount }, () => []));
      expect([...(output.getChild('v') ?? [])]).toEqual(Array.from({ length: rowCount }, () => null));
    }
  });
});
