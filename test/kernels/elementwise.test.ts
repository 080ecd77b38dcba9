import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../src/activations/catalogue.js';
import type { ElementwiseEntry } from '../../src/activations/entry.js';
import { elementwiseReference, REFERENCES } from '../../src/verify/elementwise-oracle.js';
import { exact, ulpError } from '../../src/verify/oracle.js';
import { samplePoints } from '../../src/verify/points.js';
import { kernelMemory } from './rows-support.js';

const ENTRIES = CATALOGUE.filter((entry): entry is ElementwiseEntry => entry.kind === 'elementwise');
const SIZES = [0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 1000];
const POINTS_PER_CASE = 240;
const memory = kernelMemory();

/** Parameters to try besides the defaults, in the catalogue's order. */
const FURTHER_PARAMETERS: Readonly<Record<string, readonly (readonly number[])[]>> = {
  affine: [[0.5, -1]],
  clip: [[0, 6]],
  sigmoid: [[Number.POSITIVE_INFINITY], [2], [0]],
  tanh: [[500], [0.5]],
  softplus: [
    [1, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [0.7, 500, Number.POSITIVE_INFINITY],
    [1e-3, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [1e-200, 500, Number.POSITIVE_INFINITY],
    [3e200, 20, Number.POSITIVE_INFINITY],
    [4e-320, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [1, Number.POSITIVE_INFINITY, 20],
    [0.7, 500, -3],
    [1e-200, 500, 1],
  ],
  hard_sigmoid: [
    [0.2, 0.5],
    [-3, 2],
  ],
  leaky_relu: [[0], [-1e-310]],
  elu: [[0], [1.7], [-2.5], [3e-310], [1.1e308]],
  selu: [
    [1.6732631921768188, 1.0507010221481323],
    [1.3, 0.9],
    [1e100, 1e100],
    [1e-100, 1e-100],
  ],
  celu: [[0.7], [1e-200], [1e-310], [1e200], [1.7e308]],
  threshold: [[0.1, 20]],
  softshrink: [[0], [2]],
  gelu: [[1]],
};

interface KernelCase {
  readonly kernel: string;
  readonly parameters: readonly number[];
  readonly maxUlp: number;
}

function casesOf(entry: ElementwiseEntry): KernelCase[] {
  const defaults = entry.parameters.map((parameter) => parameter.default);
  const isComplete = (values: readonly (number | undefined)[]): values is number[] => !values.includes(undefined);
  const sets = [...(isComplete(defaults) ? [defaults] : []), ...(FURTHER_PARAMETERS[entry.name] ?? [])];
  return sets.flatMap((parameters) => [
    { kernel: entry.name, parameters, maxUlp: entry.maxUlp },
    { kernel: `${entry.name}_deriv`, parameters, maxUlp: entry.derivative.maxUlp },
  ]);
}

const CASES = ENTRIES.flatMap(casesOf);
const DEFAULT_CASES = ENTRIES.flatMap((entry) => casesOf(entry).slice(0, 2));

function run({ kernel, parameters }: KernelCase, values: Float64Array, misalignment = 0): Float64Array {
  memory.reset();
  const source = memory.put(values, misalignment);
  const target = memory.allocate(values.byteLength, misalignment);
  memory.call(kernel, source, target, values.length, memory.put(Float64Array.from(parameters)));
  expect(memory.guardsIntact()).toBe(true);
  expect(memory.float64(source, values.length)).toEqual(values);
  return memory.float64(target, values.length);
}

/** The worst error over `values`, and where. */
function worstError(kernelCase: KernelCase, values: Float64Array): { readonly ulp: number; readonly at: number } {
  const reference = elementwiseReference(kernelCase.kernel, kernelCase.parameters);
  let worst = { ulp: 0, at: Number.NaN };
  run(kernelCase, values).forEach((y, i) => {
    const at = values[i] ?? 0;
    const expected = reference(exact(at));
    const ulp = expected.isNaN() ? (Number.isNaN(y) ? 0 : Number.POSITIVE_INFINITY) : ulpError(y, expected);
    if (ulp > worst.ulp) worst = { ulp, at };
  });
  return worst;
}

describe('elementwise kernels', () => {
  it('have a reference each, and a case with parameters', () => {
    const kernels = ENTRIES.flatMap(({ name }) => [name, `${name}_deriv`]);
    expect(Object.keys(REFERENCES).sort()).toEqual([...kernels].sort());
    expect([...new Set(CASES.map(({ kernel }) => kernel))].sort()).toEqual([...kernels].sort());
  });

  it.each(CASES)('$kernel with $parameters is within $maxUlp ULP', (kernelCase) => {
    const points = samplePoints(CASES.indexOf(kernelCase) + 1, POINTS_PER_CASE);
    const finite = kernelCase.parameters.filter((x) => Number.isFinite(x));
    const ratios = finite.flatMap((x) => finite.flatMap((y) => [x / y, -x / y]));
    const parameterPoints = [...finite.flatMap((x) => [x, -x, -1 / x]), ...ratios];
    const values = Float64Array.from([...points, ...parameterPoints.filter((x) => Number.isFinite(x))]);
    const worst = worstError(kernelCase, values);
    expect(worst.ulp, `at ${worst.at}`).toBeLessThanOrEqual(kernelCase.maxUlp);
  });

  it.each(CASES)('$kernel with $parameters gives NaN for NaN alone', (kernelCase) => {
    const values = Float64Array.from([Number.NaN, 1, Number.NaN, Number.NaN, 2, 0.5, -0.5, Number.NaN, Number.NaN]);
    const outcome = Array.from(run(kernelCase, values), Number.isNaN);
    expect(outcome).toEqual(Array.from(values, Number.isNaN));
  });
});

describe('a value’s result depends on the value alone', () => {
  const specials = [
    Number.NaN,
    -1e-310,
    -745,
    1e308,
    Number.NEGATIVE_INFINITY,
    Number.POSITIVE_INFINITY,
    -1.2784645427610737,
  ];
  const values = Float64Array.from([...samplePoints(99, 900), ...specials]);

  it.each(DEFAULT_CASES)('$kernel: lanes, tails, alignment', (kernelCase) => {
    const whole = run(kernelCase, values);
    const alone = values.map((x) => run(kernelCase, Float64Array.of(x))[0] ?? 0);
    expect(alone).toEqual(whole);
    expect(run(kernelCase, values.subarray(1), 8)).toEqual(whole.slice(1));
    for (const size of SIZES) expect(run(kernelCase, values.subarray(0, size), 8)).toEqual(whole.slice(0, size));
  });

  it.each(DEFAULT_CASES)('$kernel: in place', (kernelCase) => {
    const whole = run(kernelCase, values);
    for (const size of SIZES) {
      memory.reset();
      const at = memory.put(values.subarray(0, size), 8);
      memory.call(kernelCase.kernel, at, at, size, memory.put(Float64Array.from(kernelCase.parameters)));
      expect(memory.float64(at, size)).toEqual(whole.slice(0, size));
      expect(memory.guardsIntact()).toBe(true);
    }
  });
});

describe('multiply', () => {
  it.each(SIZES)('of %i values, apart and in place', (size) => {
    const a = samplePoints(5, 1000).subarray(0, size);
    const b = samplePoints(6, 1000).subarray(0, size);
    const expected = a.map((x, i) => x * (b[i] ?? 0));
    for (const inPlace of [false, true]) {
      memory.reset();
      const atA = memory.put(a, 8);
      const target = inPlace ? atA : memory.allocate(a.byteLength);
      memory.call('multiply', atA, memory.put(b), target, size);
      expect(memory.float64(target, size)).toEqual(expected);
      expect(memory.guardsIntact()).toBe(true);
    }
  });
});
