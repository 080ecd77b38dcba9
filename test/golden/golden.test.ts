import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../src/activations/catalogue.js';
import { applyDialect, type Dialect } from '../../src/activations/dialects.js';
import { elementwiseReference } from '../../src/verify/elementwise-oracle.js';
import { KernelRunner } from '../../src/verify/kernel-runner.js';
import { exact, ulpError } from '../../src/verify/oracle.js';
import { rowReference } from '../../src/verify/row-oracle.js';

/** A float: JSON has no NaN, no infinities and no -0. */
type Encoded = number | 'NaN' | 'Infinity' | '-Infinity' | '-0';

interface Elementwise {
  readonly function: string;
  readonly parameters: Readonly<Record<string, number>>;
  readonly type: 'float64' | 'float32';
  readonly inputs: readonly Encoded[];
  readonly values: readonly Encoded[];
  readonly derivatives?: readonly Encoded[];
}

interface Rows {
  readonly function: string;
  readonly gradients?: readonly number[];
  readonly inputs: readonly (readonly Encoded[])[];
  readonly outputs: readonly (readonly Encoded[])[];
}

interface Golden {
  readonly source: string;
  readonly elementwise: readonly Elementwise[];
  readonly rows: readonly Rows[];
}

/** Libraries err too: only what they have right to this many units of their type, by the oracle, is a golden value. */
const TRUSTED_ULP = 4;
const FLOAT32_ULP = 2 ** 29;

const runner = new KernelRunner();

function read(dialect: Dialect): Golden {
  return JSON.parse(readFileSync(new URL(`${dialect}.json`, import.meta.url), 'utf8')) as Golden;
}

/** The values that the kernel reads: the dialect's defaults, and what is given by name. */
function paramsOf(dialect: Dialect, name: string, given: Readonly<Record<string, number>>): number[] {
  const entry = applyDialect(CATALOGUE, dialect).find((candidate) => candidate.name === name);
  return (entry?.parameters ?? []).map((parameter) => given[parameter.name] ?? parameter.default ?? Number.NaN);
}

/**
 * At NaN and the infinities. Ours is NaN for NaN, which a comparison in a library's formula may turn into a number; and
 * the limit at an infinity, for which a product of 0 and infinity in theirs may be NaN.
 */
function agreesBeyondNumbers(x: number, theirs: number, mine: number): boolean {
  if (Number.isNaN(x)) return Number.isNaN(mine);
  return Number.isNaN(theirs) ? x > 0 || !Number.isNaN(mine) : mine === theirs;
}

interface Comparison {
  /** Finite points at which the library is right, and those at which it isn't. */
  readonly trusted: number;
  readonly distrusted: number;
  /** What differs: the input, the library's result and ours. */
  readonly differences: readonly (readonly [number, number, number])[];
}

function compare(dialect: Dialect, kernel: string, golden: Elementwise, results: readonly Encoded[]): Comparison {
  const params = paramsOf(dialect, golden.function, golden.parameters);
  const inputs = golden.inputs.map(Number);
  const ours = runner.runElementwise(kernel, Float64Array.from(inputs), params);
  const reference = elementwiseReference(kernel, params);
  const unit = golden.type === 'float32' ? FLOAT32_ULP : 1;
  const differences: (readonly [number, number, number])[] = [];
  let [trusted, distrusted] = [0, 0];
  inputs.forEach((x, i) => {
    const theirs = Number(results[i]);
    const mine = golden.type === 'float32' ? Math.fround(ours[i]!) : ours[i]!;
    // Left of its domain log1p is NaN, and so is its derivative; a library's formula for it goes on.
    if (golden.function === 'log1p' && x < -1) return;
    if (!Number.isFinite(x)) {
      if (!agreesBeyondNumbers(x, theirs, mine)) differences.push([x, theirs, mine]);
      return;
    }
    const expected = reference(exact(x));
    if (!expected.isNaN() && ulpError(theirs, expected) / unit > TRUSTED_ULP) {
      distrusted++;
    } else {
      trusted++;
      const close = Number.isNaN(theirs) ? Number.isNaN(mine) : ulpError(mine, expected) / unit <= 2;
      if (!close) differences.push([x, theirs, mine]);
    }
  });
  return { trusted, distrusted, differences };
}

describe.each(['torch', 'onnx', 'keras'] as const)('values of %s', (dialect) => {
  const golden = read(dialect);
  const cases = golden.elementwise.flatMap((each) => [
    { kernel: each.function, golden: each, results: each.values },
    ...(each.derivatives === undefined
      ? []
      : [{ kernel: `${each.function}_deriv`, golden: each, results: each.derivatives }]),
  ]);

  it.each(cases)('$kernel $golden.parameters', ({ kernel, golden: each, results }) => {
    const { trusted, distrusted, differences } = compare(dialect, kernel, each, results);
    expect(differences).toEqual([]);
    expect(trusted).toBeGreaterThanOrEqual(distrusted);
  });

  it.each(golden.rows)('$function of rows', ({ function: name, gradients, inputs, outputs }) => {
    const kernel = gradients === undefined ? name : `${name}_grad`;
    const rows = inputs.map((row) => row.map(Number));
    const columns = [0, 1, 2].map((place) => Float64Array.from(rows, (row) => row[place]!));
    const grads = (gradients ?? []).map((value) => Float64Array.from(rows, () => value));
    const ours = runner.runRows(kernel, [...columns, ...grads], 3, outputs[0]!.length, paramsOf(dialect, name, {}));
    rows.forEach((row, r) => {
      const theirs = outputs[r]!.map(Number);
      if (row.every(Number.isFinite)) {
        const expected = rowReference(kernel, row, 1, gradients ?? []);
        theirs.forEach((value, i) => {
          if (ulpError(value, expected[i]!) > TRUSTED_ULP) return;
          expect(ulpError(ours[r]![i]!, expected[i]!), `${row} at ${i}`).toBeLessThanOrEqual(2);
        });
      } else if (!(dialect === 'onnx' && name === 'log_softmax' && row.includes(Number.POSITIVE_INFINITY))) {
        // ONNX Runtime makes NaN of the infinities alone there, in float64; in float32 it makes NaN of the whole row.
        expect(Array.from(ours[r]!, Number.isNaN), String(row)).toEqual(theirs.map(Number.isNaN));
      }
    });
  });
});
