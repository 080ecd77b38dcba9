import { join } from 'node:path';
import {
  DataType,
  Field,
  FixedSizeList,
  Float64,
  List,
  makeVector,
  Table,
  type Vector,
  vectorFromArray,
} from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { activate, transform } from '../../src/index.js';
import { temporaryFolder } from '../cli/support.js';
import { float64Values, readTable, writeTable } from './support.js';

const ROW_COUNT = 33;

async function apply(
  columns: Readonly<Record<string, Vector>>,
  transforms: readonly string[],
  memory?: number,
): Promise<Table> {
  const folder = temporaryFolder();
  const input = join(folder, 'in.arrow');
  const output = join(folder, 'out.arrow');
  writeTable(input, new Table(columns));
  await transform({ input, output, transforms, sync: false, ...(memory === undefined ? {} : { memory }) });
  return readTable(output);
}

function finite(seed: number): Float64Array {
  return float64Values(ROW_COUNT, seed).map((value) => (Number.isFinite(value) ? value : 0.25));
}

function softmax(row: readonly number[]): readonly number[] {
  const largest = Math.max(...row);
  const powers = row.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((total, value) => total + value, 0);
  return powers.map((value) => value / sum);
}

describe('softmax', () => {
  it.each([1, 2, 100, 4096])('over %d columns', async (width) => {
    const columns = Array.from({ length: width }, (_, i) => finite(i + 1));
    const table = await apply(Object.fromEntries(columns.map((values, i) => [`x${i}`, makeVector(values)])), [
      'p* = softmax(x*)',
    ]);
    expect(table.schema.fields).toHaveLength(2 * width);
    const outputs = columns.map((_, i) => table.getChild(`p${i}`)!);
    for (let row = 0; row < ROW_COUNT; row++) {
      const expected = softmax(columns.map((values) => values[row]!));
      const actual = outputs.map((column) => column.get(row) as number);
      const worst = actual.reduce((most, value, i) => Math.max(most, Math.abs(value / expected[i]! - 1)), 0);
      expect(worst).toBeLessThan(1e-12);
    }
  });

  it('over more columns than it takes is refused', async () => {
    const columns = Object.fromEntries(
      Array.from({ length: 4097 }, (_, i) => [`x${i}`, makeVector(Float64Array.of(1))]),
    );
    await expect(apply(columns, ['p* = softmax(x*)'])).rejects.toMatchObject({
      message: expect.stringContaining('4096'),
    });
  });

  it('of the example in the documentation', () => {
    const values = activate('softmax', Float64Array.of(2, 1, 0.1));
    expect([...values]).toEqual([0.6590011388859679, 0.24243297070471392, 0.09856589040931817]);
  });
});

describe('argmax with nulls left out', () => {
  const inf = Number.POSITIVE_INFINITY;
  const rows: readonly (readonly (number | null)[])[] = [
    [null, -inf, -inf],
    [null, null, -inf],
    [null, null, null],
    [-inf, null, -1],
    [null, Number.NaN, 1],
    [1, null, inf],
    [null, 2, 2],
  ];
  const places = [1, 2, null, 2, null, 2, 1];

  it('is the place of a value that is there, over columns', async () => {
    const columns = [0, 1, 2].map((i) => {
      const values = rows.map((row) => row[i] ?? null);
      return [`x${i}`, vectorFromArray(values, new Float64())] as const;
    });
    const table = await apply(Object.fromEntries(columns), ['at = argmax(x*, nulls=skip)']);
    expect([...(table.getChild('at') ?? [])]).toEqual(places);
  });

  it('is the place of a value that is there, in lists', async () => {
    const lists = vectorFromArray(
      // Beside longer ones, so that some are computed together and some alone.
      [...rows, [null, -inf, null, 1], ...rows],
      new List(new Field('item', new Float64(), true)),
    );
    const table = await apply({ l: lists }, ['at = argmax(l, nulls=skip)']);
    expect([...(table.getChild('at') ?? [])]).toEqual([...places, 3, ...places]);
  });
});

const ITEM = new Field('item', new Float64(), true);

describe('a list column', () => {
  const columns = Array.from({ length: 4 }, (_, i) => finite(40 + i));
  const rows = Array.from({ length: ROW_COUNT }, (_, row) => columns.map((values) => values[row]!));
  const named = Object.fromEntries(columns.map((values, i) => [`x${i}`, makeVector(values)]));

  const ragged = rows.map((row, i) => (i % 5 === 0 ? null : row.slice(0, i % 4)));

  it('of fixed size is computed as its elements are', async () => {
    const v = vectorFromArray(rows, new FixedSizeList(4, ITEM));
    const table = await apply({ ...named, v }, ['s* = sigmoid(x*)', 'sv = sigmoid(v)']);
    expect(DataType.isFixedSizeList(table.getChild('sv')?.type)).toBe(true);
    for (let row = 0; row < ROW_COUNT; row++) {
      expect([...table.getChild('sv')!.get(row)]).toEqual(columns.map((_, i) => table.getChild(`s${i}`)?.get(row)));
    }
  });

  it('of any length keeps its lists, empty and null ones too', async () => {
    const v = vectorFromArray(ragged, new List(ITEM));
    const table = await apply({ ...named, v }, ['s* = sigmoid(x*)', 'v = sigmoid(v)']);
    for (const [row, list] of ragged.entries()) {
      const computed = table.getChild('v')?.get(row);
      if (list === null) expect(computed).toBeNull();
      else expect([...computed]).toEqual(list.map((_, i) => table.getChild(`s${i}`)?.get(row)));
    }
  });

  it('is a row of a row function', async () => {
    const v = vectorFromArray(rows, new FixedSizeList(4, ITEM));
    const table = await apply({ ...named, v, w: vectorFromArray(ragged, new List(ITEM)) }, [
      'p* = softmax(x*)',
      'pv = softmax(v)',
      'pw = softmax(w)',
      'top = argmax(x*)',
      'topv = argmax(v)',
    ]);
    for (const [row, list] of ragged.entries()) {
      expect([...table.getChild('pv')!.get(row)]).toEqual(columns.map((_, i) => table.getChild(`p${i}`)?.get(row)));
      expect(table.getChild('topv')?.get(row)).toBe(table.getChild('top')?.get(row));
      const softmaxed = table.getChild('pw')?.get(row);
      if (list === null) expect(softmaxed).toBeNull();
      else expect([...softmaxed].map((value) => value.toFixed(14))).toEqual(softmax(list).map((p) => p.toFixed(14)));
    }
  });
});

describe('gradients, nests and several outputs', () => {
  const x = finite(70);
  const g = finite(71);
  const y = finite(72);

  it('give what the single steps give', async () => {
    const table = await apply({ x: makeVector(x), y: makeVector(y), g: makeVector(g) }, [
      'nest = sigmoid(tanh(affine(x, scale=0.5, shift=-1)))',
      'dx = tanh_deriv(x, grad=g)',
      'd = tanh_deriv(x)',
      'p_* = softmax(clip(*, min=-1, max=1))',
      'x = relu(x)',
      'entropy(x, y)',
    ]);
    const affine = x.map((value) => value * 0.5 - 1);
    expect([...table.getChild('nest')!]).toEqual([...activate('sigmoid', activate('tanh', affine))]);
    const derivative = [...table.getChild('d')!] as number[];
    expect([...table.getChild('dx')!]).toEqual(derivative.map((value, row) => value * g[row]!));
    expect([...table.getChild('x')!]).toEqual([...activate('relu', x)]);
    expect(table.schema.names).toEqual(['x', 'y', 'g', 'nest', 'dx', 'd', 'p_x', 'p_y', 'p_g', 'entropy']);
    for (let row = 0; row < ROW_COUNT; row++) {
      const clipped = [x, y, g].map((values) => Math.min(1, Math.max(-1, values[row]!)));
      const expected = softmax(clipped);
      for (const [i, name] of ['p_x', 'p_y', 'p_g'].entries()) {
        expect(table.getChild(name)?.get(row)).toBeCloseTo(expected[i]!, 14);
      }
      const [p, q] = softmax([x[row]!, y[row]!]) as [number, number];
      const entropy = -(p === 0 ? 0 : p * Math.log(p)) - (q === 0 ? 0 : q * Math.log(q));
      expect(table.getChild('entropy')?.get(row)).toBeCloseTo(entropy, 13);
    }
  });
});
