import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Bool,
  Float16,
  Float32,
  Float64,
  Int16,
  Int64,
  makeData,
  makeVector,
  Table,
  Uint8,
  type Vector,
  vectorFromArray,
} from 'apache-arrow';
import { beforeAll, describe, expect, it } from 'vitest';
import { activate, CATALOGUE, type ElementwiseEntry, transform } from '../../src/index.js';
import { elementwiseReference } from '../../src/verify/elementwise-oracle.js';
import { exact, ulpError } from '../../src/verify/oracle.js';
import { randomNumbers, readTable, validityBits, writeTable } from './support.js';

const ENTRIES = CATALOGUE.filter((entry): entry is ElementwiseEntry => entry.kind === 'elementwise');
const FUNCTIONS = ENTRIES.flatMap(({ name, parameters, maxUlp, derivative }) => {
  const required = parameters.filter((parameter) => parameter.default === undefined).map((parameter) => parameter.name);
  const values = parameters.map((parameter) => parameter.default ?? 0.5);
  return [
    { name, required, values, maxUlp },
    { name: `${name}_deriv`, required, values, maxUlp: derivative.maxUlp },
  ];
});

const ROW_COUNT = 70;
const random = randomNumbers(11);
/** Small whole numbers, which every type holds; `x` has others too. */
const WHOLE = Array.from({ length: ROW_COUNT }, () => Math.floor(random() * 12));
const X = Float64Array.from({ length: ROW_COUNT }, (_, row) => {
  const special = [0, -0, Number.NaN, 1e-300, -1e-8, 700, -700, 0.5, -0.5, 3, -3];
  return special[row] ?? (random() - 0.5) * 12;
});
const F32 = Float32Array.from(X);
const VALID = validityBits(ROW_COUNT, 3);

const COLUMNS: Readonly<Record<string, Vector>> = {
  x: makeVector(X),
  x_null: makeVector(makeData({ type: new Float64(), length: ROW_COUNT, data: X, nullBitmap: VALID })),
  f32: makeVector(makeData({ type: new Float32(), length: ROW_COUNT, data: F32 })),
  f32_wide: makeVector(Float64Array.from(F32)),
  f16: vectorFromArray(WHOLE, new Float16()),
  i16: vectorFromArray(WHOLE, new Int16()),
  u8: vectorFromArray(WHOLE, new Uint8()),
  i64: vectorFromArray(WHOLE.map(BigInt), new Int64()),
  whole: makeVector(Float64Array.from(WHOLE)),
  flag: vectorFromArray(
    WHOLE.map((value) => value % 2 === 1),
    new Bool(),
  ),
  parity: makeVector(Float64Array.from(WHOLE, (value) => value % 2)),
};

let result: Table;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lanewise-test-'));
  const input = join(folder, 'in.arrow');
  const output = join(folder, 'out.arrow');
  writeTable(input, new Table(COLUMNS));
  const transforms = FUNCTIONS.flatMap(({ name, required }) => {
    const parameters = required.map((parameter) => `, ${parameter}=0.5`).join('');
    return Object.keys(COLUMNS).map((column) => `"${name} ${column}" = ${name}(${column}${parameters})`);
  });
  await transform({ input, output, transforms, sync: false });
  result = readTable(output);
  rmSync(folder, { recursive: true });
});

function results(name: string, column: string): readonly (number | null)[] {
  return [...(result.getChild(`${name} ${column}`) ?? [])];
}

describe.each(FUNCTIONS)('$name', ({ name, required, values, maxUlp }) => {
  it('is within its bound of the reference', () => {
    const reference = elementwiseReference(name, values);
    const actual = results(name, 'x');
    expect(actual).toHaveLength(ROW_COUNT);
    for (const [row, x] of X.entries()) {
      const y = actual[row]!;
      const expected = Number.isNaN(x) ? undefined : reference(exact(x));
      // Outside of the function's domain the reference has no number either.
      if (expected === undefined || expected.isNaN()) expect(y).toBeNaN();
      else expect(ulpError(y, expected), `${name}(${x}) = ${y}`).toBeLessThanOrEqual(maxUlp);
    }
  });

  it('carries nulls over', () => {
    const whole = results(name, 'x');
    const isValid = (row: number) => ((VALID[row >> 3]! >> (row & 7)) & 1) === 1;
    expect(results(name, 'x_null')).toEqual(whole.map((value, row) => (isValid(row) ? value : null)));
  });

  it('is rounded once for a float32 column', () => {
    expect(`${result.getChild(`${name} f32`)?.type}`).toBe('Float32');
    expect(results(name, 'f32')).toEqual(results(name, 'f32_wide').map((value) => Math.fround(value!)));
  });

  it('is the same of integers and booleans as of their float64 values', () => {
    const whole = results(name, 'whole');
    for (const column of ['i16', 'u8', 'i64']) expect(results(name, column)).toEqual(whole);
    expect(results(name, 'flag')).toEqual(results(name, 'parity'));
    expect(`${result.getChild(`${name} f16`)?.type}`).toBe('Float16');
    for (const [row, value] of results(name, 'f16').entries()) {
      expect(Math.abs(value! - whole[row]!)).toBeLessThanOrEqual(Math.max(2 ** -25, Math.abs(whole[row]!) * 2 ** -11));
    }
  });

  it('is what activate returns', () => {
    const parameters = Object.fromEntries(required.map((parameter) => [parameter, 0.5]));
    expect([...activate(name, X, parameters)]).toEqual(results(name, 'x'));
  });
});

describe('the input', () => {
  it('stands in the output as it was', () => {
    for (const [name, column] of Object.entries(COLUMNS)) {
      expect(result.getChild(name)?.toArray()).toEqual(column.toArray());
    }
  });
});
