import { describe, expect, it } from 'vitest';
import { ROW_SCRATCH_BYTE_LENGTH } from '../../src/abi/thread-area.js';
import { ROW_ENTRIES } from '../../src/activations/rows.js';
import { seededRandom } from '../../src/seeded-random.js';
import { ulpError } from '../../src/verify/oracle.js';
import { rowReference } from '../../src/verify/row-oracle.js';
import { seededBits } from '../../src/verify/seeded.js';
import { kernelMemory } from './rows-support.js';

const memory = kernelMemory(256);
const SCRATCH_BYTES = ROW_SCRATCH_BYTE_LENGTH;

/** Every kernel with what its entry says of it; the one with an upstream gradient stands beside its own. */
const KERNELS = ROW_ENTRIES.flatMap((entry) =>
  entry.grad ? [entry, { ...entry, name: `${entry.name}_grad` }] : [entry],
);

interface RunOptions {
  readonly temperature?: number;
  /** 1 for `nan`. */
  readonly infinities?: 0 | 1;
  readonly gradients?: readonly (readonly number[])[];
  readonly inPlace?: boolean;
}

function outputCount(kernel: string, width: number): number {
  const outputs = KERNELS.find(({ name }) => name === kernel)?.outputs;
  return outputs === 'one' ? 1 : outputs === 'square' ? width * width : width;
}

/** Runs a kernel over rows, column by column in memory, and returns a row of outputs for each. */
function run(kernel: string, rows: readonly (readonly number[])[], options: RunOptions = {}): number[][] {
  const { temperature = 1, infinities = 0, gradients = [], inPlace = false } = options;
  const width = rows[0]?.length ?? 1;
  memory.reset();
  const column = (of: readonly (readonly number[])[], i: number): number =>
    memory.put(Float64Array.from(of, (row) => row[i] ?? Number.NaN));
  const sources = Array.from({ length: width }, (_, i) => column(rows, i));
  if (kernel.endsWith('_grad')) for (let i = 0; i < width; i++) sources.push(column(gradients, i));
  const targets = Array.from({ length: outputCount(kernel, width) }, (_, i) =>
    inPlace ? (sources[i] ?? 0) : memory.allocate(rows.length * 8),
  );
  const sourceList = memory.put(Uint32Array.from(sources));
  const targetList = memory.put(Uint32Array.from(targets));
  const params = memory.put(Float64Array.of(temperature, infinities));
  const scratch = memory.allocate(SCRATCH_BYTES);
  memory.call(kernel, sourceList, targetList, width, rows.length, params, scratch);
  expect(memory.guardsIntact()).toBe(true);
  const outputs = targets.map((target) => memory.float64(target, rows.length));
  return rows.map((_, r) => outputs.map((values) => values[r] ?? Number.NaN));
}

const random = seededRandom(30);
const bits = seededBits(31);

function normal(): number {
  return Math.sqrt(-2 * Math.log(random() + 1e-300)) * Math.cos(2 * Math.PI * random());
}

function finiteBits(): number {
  for (;;) {
    const x = bits();
    if (Number.isFinite(x)) return x;
  }
}

const DISTRIBUTIONS: Readonly<Record<string, () => number>> = {
  'around 0': normal,
  'around 1000': () => 1000 + 3 * normal(),
  wide: () => 100 * normal(),
  'nearly equal': () => 1e-9 * normal(),
  'one above the rest': () => (random() < 0.1 ? 5 : -30 - 30 * random()),
  'down to the underflow': () => -760 * random(),
  'some, and the rest underflows': () => (random() < 0.5 ? 0 : -690 - 60 * random()),
  'around -2500': () => -2500 + 300 * normal(),
  'any finite double': finiteBits,
  subnormal: () => 1e-308 * normal(),
  huge: () => 1.7e308 * (2 * random() - 1),
};

function rowsOf(width: number, count: number, next: () => number): number[][] {
  return Array.from({ length: count }, () => Array.from({ length: width }, next));
}

function worstError(kernel: string, rows: readonly number[][], options: RunOptions = {}): number {
  const results = run(kernel, rows, options);
  let worst = 0;
  rows.forEach((row, r) => {
    rowReference(kernel, row, options.temperature ?? 1, options.gradients?.[r] ?? []).forEach((expected, i) => {
      worst = Math.max(worst, ulpError(results[r]?.[i] ?? Number.NaN, expected));
    });
  });
  return worst;
}

describe.each(KERNELS)('$name: the bound of $maxUlp ULP', ({ name, maxUlp, maxWidth, parameters }) => {
  it.each(Object.entries(DISTRIBUTIONS))('values %s', (_, next) => {
    for (const width of [1, 2, 3, 5, 8, 17]) {
      const rows = rowsOf(width, 3, next);
      expect(worstError(name, rows, { gradients: rowsOf(width, 3, normal) })).toBeLessThanOrEqual(maxUlp);
    }
  });

  it('rows of the largest width', () => {
    // Of the values most are equal, so that the reference stays quick.
    const few = [normal(), normal(), normal()];
    const rows = rowsOf(maxWidth, 1, () => few[Math.floor(3 * random())] ?? 0);
    expect(worstError(name, rows, { gradients: rowsOf(maxWidth, 1, normal) })).toBeLessThanOrEqual(maxUlp);
  });

  it.runIf(parameters.length > 0)('temperatures', () => {
    for (const temperature of [0.3, 7, 1e-3, 1e6]) {
      const rows = rowsOf(5, 5, normal);
      expect(worstError(name, rows, { temperature, gradients: rowsOf(5, 5, normal) })).toBeLessThanOrEqual(maxUlp);
    }
    const extremes: readonly (readonly [number, () => number])[] = [
      [5e-324, () => 5e-324 * Math.round(20 * normal())],
      [2e-310, () => 1e-309 * normal()],
      [1e308, () => 1.7e308 * (2 * random() - 1)],
      [Number.MAX_VALUE, () => 1.7e308 * (2 * random() - 1)],
      [1e300, normal],
      [1e-300, normal],
    ];
    for (const [temperature, next] of extremes) {
      const rows = rowsOf(3, 5, next);
      expect(worstError(name, rows, { temperature, gradients: rowsOf(3, 5, normal) })).toBeLessThanOrEqual(maxUlp);
    }
  });
});

it('softmax_deriv with gradients holds its bound where all weights but the largest underflow', () => {
  const rows = Array.from({ length: 300 }, () => [0, -700 - 45 * random(), -700 - 45 * random()]);
  const gradients = rowsOf(3, rows.length, normal);
  expect(worstError('softmax_deriv_grad', rows, { gradients })).toBeLessThan(1);
});

const WIDE_AND_NARROW = KERNELS.flatMap((kernel) => [2, 5].map((width) => ({ ...kernel, width })));

describe.each(WIDE_AND_NARROW)('$name: a row of $width gives the same bits', ({ name, outputs, parameters, width }) => {
  const rows = rowsOf(width, 13, () => (random() < 0.1 ? -Infinity : 10 * normal()));
  rows.push(...rowsOf(width, 2, () => 500 * normal()));
  for (const offset of [2500, -2500, 1e5, 3e12, -3e12]) rows.push(...rowsOf(width, 1, () => offset + 10 * normal()));
  rows.push(...rowsOf(width, 4, () => [Number.NaN, Infinity, -Infinity, 1, 2][Math.floor(5 * random())] ?? 0));
  const gradients = rowsOf(width, rows.length, normal);

  it.each(parameters.length > 0 ? [1, 0.7] : [1])('wherever it stands, at temperature %d', (temperature) => {
    const together = run(name, rows, { temperature, gradients });
    for (let start = 0; start < rows.length; start++) {
      for (const end of [start + 1, start + 2, rows.length]) {
        const part = { temperature, gradients: gradients.slice(start, end) };
        expect(run(name, rows.slice(start, end), part)).toEqual(together.slice(start, end));
      }
    }
  });

  it.runIf(outputs !== 'square')('in place', () => {
    for (const temperature of parameters.length > 0 ? [1, 0.7] : [1]) {
      const apart = run(name, rows, { temperature, gradients });
      expect(run(name, rows, { temperature, gradients, inPlace: true })).toEqual(apart);
    }
  });

  it('and nothing happens without rows', () => {
    memory.reset();
    const list = memory.put(Uint32Array.of(0, 0));
    const params = memory.put(Float64Array.of(1));
    memory.call(name, list, list, 1, 0, params, memory.allocate(SCRATCH_BYTES));
    expect(memory.guardsIntact()).toBe(true);
  });
});

describe('values that can be told by hand', () => {
  const single = (kernel: string, row: readonly number[], gradients?: readonly number[]): number[] =>
    run(kernel, [row], gradients ? { gradients: [gradients] } : {})[0] ?? [];

  it('softmax', () => {
    expect(single('softmax', [2, 1, 0.1])).toEqual([0.6590011388859679, 0.24243297070471392, 0.09856589040931817]);
    expect(single('softmax', [1e308, -1e308])).toEqual([1, 0]);
    expect(single('softmax', [0, -745])).toEqual([1, 5e-324]);
    expect(single('softmax', [0, 0, 0, 0])).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(single('softmin', [0, Infinity, Infinity, 0])).toEqual([0.5, 0, 0, 0.5]);
  });

  it('logsumexp near 0, where the maximum and the logarithm cancel', () => {
    expect(single('logsumexp', [-Math.LN2, -Math.LN2])[0]).toBeCloseTo(2.3190468138462996e-17, 24);
    expect(single('logsumexp', [0, -800])).toEqual([0]);
    expect(single('logsumexp', [0, -700])[0]).toBe(9.85967654375977e-305);
  });

  it('one certain outcome', () => {
    expect(single('log_softmax', [0, -50])).toEqual([-1.9287498479639178e-22, -50]);
    expect(single('softmax_deriv', [0, -50])).toEqual([1.9287498479639178e-22, 1.9287498479639178e-22]);
    expect(single('softmax_deriv_grad', [0, -50], [1e6, 1e6])).toEqual([0, 0]);
    expect(single('softmax_deriv_grad', [3], [42])).toEqual([0]);
    expect(single('entropy', [7])).toEqual([0]);
    expect(single('log_softmax', [-1e300])).toEqual([0]);
  });

  it('argmax', () => {
    expect(single('argmax', [1, 3, 3, 2])).toEqual([1]);
    expect(single('argmax', [-0, 0])).toEqual([0]);
    expect(single('argmax', [-Infinity, -Infinity])).toEqual([0]);
  });
});

describe('special values', () => {
  const NaN_ = Number.NaN;
  const inf = Infinity;
  const third = 1 / 3;
  it.each<[string, number[], number[]]>([
    ['softmax', [1, NaN_, 2], [NaN_, NaN_, NaN_]],
    ['softmax', [inf, NaN_], [NaN_, NaN_]],
    ['softmax', [1, inf, 2], [0, 1, 0]],
    ['softmax', [inf, 1, inf, inf], [third, 0, third, third]],
    ['softmax', [inf, -inf, Number.MAX_VALUE], [1, 0, 0]],
    ['softmax', [-inf, 0, 0], [0, 0.5, 0.5]],
    ['softmax', [-inf, -inf], [NaN_, NaN_]],
    ['softmax', [-inf, -Number.MAX_VALUE], [0, 1]],
    ['softmax', [-inf], [NaN_]],
    ['softmin', [NaN_, 1], [NaN_, NaN_]],
    ['softmin', [-inf, 1, -inf], [0.5, 0, 0.5]],
    ['softmin', [inf, inf], [NaN_, NaN_]],
    ['log_softmax', [1, NaN_], [NaN_, NaN_]],
    ['log_softmax', [inf, 1], [0, -inf]],
    ['log_softmax', [inf, 1, inf], [-Math.LN2, -inf, -Math.LN2]],
    ['log_softmax', [-inf, 5], [-inf, 0]],
    ['log_softmax', [-inf, -inf], [NaN_, NaN_]],
    ['log_softmax', [1e308, -1e308], [0, -inf]],
    ['logsumexp', [1, NaN_], [NaN_]],
    ['logsumexp', [inf, NaN_], [NaN_]],
    ['logsumexp', [-inf, NaN_], [NaN_]],
    ['logsumexp', [1, inf], [inf]],
    ['logsumexp', [inf, -inf], [inf]],
    ['logsumexp', [-inf, 3], [3]],
    ['logsumexp', [-inf, -inf], [-inf]],
    ['logsumexp', [-inf], [-inf]],
    ['softmax_deriv', [1, NaN_], [NaN_, NaN_]],
    ['softmax_deriv', [inf, 1, inf], [0.25, 0, 0.25]],
    ['softmax_deriv', [inf, 1], [0, 0]],
    ['softmax_deriv', [-inf, 0, 0], [0, 0.25, 0.25]],
    ['softmax_deriv', [-inf, -inf], [NaN_, NaN_]],
    ['softmax_jacobian', [inf, 1], [0, -0, -0, 0]],
    ['softmax_jacobian', [0, 0], [0.25, -0.25, -0.25, 0.25]],
    ['softmax_jacobian', [-inf, -inf], [NaN_, NaN_, NaN_, NaN_]],
    ['softmax_jacobian', [NaN_, 1], [NaN_, NaN_, NaN_, NaN_]],
    ['argmax', [1, NaN_, 3], [NaN_]],
    ['argmax', [NaN_], [NaN_]],
    ['argmax', [1, inf, inf], [1]],
    ['argmax', [-inf, 3], [1]],
    ['entropy', [1, NaN_], [NaN_]],
    ['entropy', [inf, 1, inf], [Math.LN2]],
    ['entropy', [inf, 1], [0]],
    ['entropy', [-inf, 0, 0], [Math.LN2]],
    ['entropy', [-inf, -inf], [NaN_]],
  ])('%s of %j is %j', (kernel, row, expected) => {
    expect(run(kernel, [row])[0]).toEqual(expected);
    // Beside ordinary rows, in a block of four.
    const ordinary = row.map((_, i) => i);
    expect(run(kernel, [ordinary, ordinary, row, ordinary, ordinary])[2]).toEqual(expected);
    const parameters = KERNELS.find(({ name }) => name === kernel)?.parameters ?? [];
    if (parameters.length > 0 && !row.includes(1e308)) {
      expect(run(kernel, [row], { temperature: row.includes(1) ? 0.01 : 3 })[0]).toEqual(expected);
    }
  });

  it.each<[number[], number[], number[]]>([
    [
      [1, NaN_],
      [1, 2],
      [NaN_, NaN_],
    ],
    [
      [1, 2],
      [1, NaN_],
      [NaN_, NaN_],
    ],
    [
      [inf, 1],
      [5, 7],
      [0, 0],
    ],
    [
      [inf, inf],
      [1, 2],
      [-0.25, 0.25],
    ],
    [
      [-inf, 0, 0],
      [9, 1, 2],
      [0, -0.25, 0.25],
    ],
    [
      [-inf, -inf],
      [1, 2],
      [NaN_, NaN_],
    ],
  ])('softmax_deriv_grad of %j with gradients %j is %j', (row, gradients, expected) => {
    for (const temperature of [1, 3]) {
      expect(run('softmax_deriv_grad', [row], { temperature, gradients: [gradients] })[0]).toEqual(expected);
    }
  });
});

describe('infinities=nan', () => {
  const kernels = KERNELS.filter(({ parameters }) => parameters.some(({ name }) => name === 'infinities'));
  const values = [1, -2, 0.5, -Infinity, Infinity];

  it('is a parameter of everything with a temperature', () => {
    expect(kernels.map(({ name }) => name)).toEqual(KERNELS.filter((k) => k.parameters.length > 0).map((k) => k.name));
  });

  it.each(kernels)('$name makes rows with an infinite maximum NaN, and no others', ({ name }) => {
    const sign = name === 'softmin' ? -1 : 1;
    for (const temperature of [1, 0.7]) {
      const rows = rowsOf(3, 41, () => sign * (values[Math.floor(5 * random())] ?? 0));
      const gradients = rowsOf(3, rows.length, normal);
      const limits = run(name, rows, { temperature, gradients });
      const expected = limits.map((limit, r) =>
        rows[r]?.includes(sign * Infinity) ? limit.map(() => Number.NaN) : limit,
      );
      expect(run(name, rows, { temperature, gradients, infinities: 1 })).toEqual(expected);
    }
  });
});

it('log_softmax divides by a temperature below 1 what is just in range', () => {
  expect(run('log_softmax', [[1e308, 0]], { temperature: 0.7 })).toEqual([[0, -1e308 / 0.7]]);
  expect(run('log_softmax', [[1.3e308, 0]], { temperature: 0.7 })).toEqual([[0, Number.NEGATIVE_INFINITY]]);
});
