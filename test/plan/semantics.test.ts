import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Program, Step } from '../../src/abi/program.js';
import { LanewiseError } from '../../src/errors.js';
import { bindTransforms } from '../../src/plan/bind.js';
import { parseTransform } from '../../src/plan/parse.js';
import { literalText } from '../../src/plan/pattern.js';
import type { Call } from '../../src/plan/transform.js';
import { CATALOGUE, errorOf, SCHEMA, schemaOf } from './support.js';

/** One row of a table, by column; an absent value is a null. */
type Row = Readonly<Record<string, number | null>>;

const COLUMNS = ['a', 'b', 'c', 'd'];

/** What the kernels compute, exactly: over these small integers no operation rounds. */
const ELEMENTWISE: Readonly<Record<string, (x: number, params: readonly number[]) => number>> = {
  linear: (x) => x,
  affine: (x, [scale = 1, shift = 0]) => scale * x + shift,
  relu: (x) => Math.max(0, x),
  relu_deriv: (x) => (x > 0 ? 1 : 0),
};

/** Stand-ins for row functions that depend on every element and its place, and on gradients, without rounding. */
function rowOutputs(kernel: string, elements: readonly number[], grads: readonly number[]): number[] {
  const sum = elements.reduce((total, element) => total + element, 0);
  const gradSum = grads.reduce((total, grad, index) => total + grad * (index + 1), 0);
  return kernel === 'logsumexp' ? [sum] : elements.map((element, index) => sum - element * (index + 1) + gradSum);
}

describe('a program', () => {
  it('computes what its transform says, nulls included', () => {
    let compared = 0;
    fc.assert(
      fc.property(calls, rows, (text, row) => {
        let jobs: ReturnType<typeof bindTransforms>['jobs'];
        try {
          jobs = bindTransforms([text], schemaOf(...COLUMNS), {}, CATALOGUE).jobs;
        } catch (error) {
          if (error instanceof LanewiseError) return;
          throw error;
        }
        const results = jobs.flatMap(({ program, operands }) =>
          runProgram(
            program,
            operands.map(({ name }) => row[name] ?? null),
          ),
        );
        compared += results.length;
        expect(results).toEqual(evaluate(parseTransform(text).call, row));
      }),
      { seed: 20260804, numRuns: 4000 },
    );
    expect(compared).toBeGreaterThan(3000);
  });
});

describe('bindTransforms', () => {
  it('throws nothing but its own errors, of one line', () => {
    const pieces = fc.constantFrom(
      ...['sigmoid(', 'softmax(', 'softmax_deriv(', 'argmax(', 'softmax_jacobian(', 'clip(', 'relu_deriv('],
      ...['logit_*', 'logit_a', 'score', 'emb_4', 'ragged', 'point.*', 'name', '?', '*', '"x'],
      ...['y', 'p_*', 'grad=', 'nulls=skip', 'temperature=', 'min=', '1', '-1e5', 'none'],
      ...[',', ',', ')', ')', ' = '],
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), fc.array(pieces, { maxLength: 8 }), (first, second) => {
        const texts = [first.join(''), `relu(${second.join('')})`];
        const failure = errorOf(() => bindTransforms(texts, SCHEMA, {}, CATALOGUE));
        expect(failure ?? 'LW_NONE: none').toMatch(/^LW_[A-Z_]+: .+$/);
      }),
      { seed: 20260805, numRuns: 3000 },
    );
  });
});

const smallIntegers = fc.integer({ min: -3, max: 3 });
const rows: fc.Arbitrary<Row> = fc.record({
  a: fc.option(smallIntegers),
  b: fc.option(smallIntegers),
  c: fc.option(smallIntegers),
  d: fc.option(smallIntegers),
});

const columnSets = fc.subarray(COLUMNS, { minLength: 1, maxLength: 3 });
const nulls = fc.constantFrom('', ', nulls=skip', ', nulls=propagate');

const { call: calls } = fc.letrec<{ call: string; source: string }>((tie) => ({
  source: fc.oneof({ maxDepth: 3 }, columnSets.map(String), tie('call')),
  call: fc.oneof(
    tie('source').map((source) => `linear(${source})`),
    fc.tuple(tie('source'), smallIntegers, smallIntegers).map(([x, a, b]) => `affine(${x}, scale=${a}, shift=${b})`),
    fc.tuple(tie('source'), columnSets).map(([x, grads]) => `relu_deriv(${x}, ${grads.map((g) => `grad=${g}`)})`),
    fc.tuple(tie('source'), tie('source'), nulls).map(([x, y, skip]) => `softmax(relu(${x}), ${y}${skip})`),
    fc.tuple(tie('source'), nulls).map(([x, skip]) => `logsumexp(${x}${skip})`),
    fc
      .tuple(columnSets, columnSets, nulls)
      .map(([x, grads, skip]) => `softmax_deriv(${x}, ${grads.map((g) => `grad=${g}`)}${skip})`),
  ),
}));

/** The outputs of a call for one row, straight from its syntax. */
function evaluate(call: Call, row: Row): (number | null)[] {
  const parameter = (name: string) =>
    call.parameters.filter((p) => p.name === name).map(({ value }) => literalText(value));
  const sources = call.sources.flatMap((source) =>
    source.kind === 'call' ? evaluate(source, row) : [row[literalText(source)] ?? null],
  );
  const grads = parameter('grad').map((name) => row[name] ?? null);
  const isMissing = (index: number) => sources[index] === null || grads[index] === null;
  const kernel = ELEMENTWISE[call.function];
  if (kernel !== undefined) {
    const params = [...parameter('scale'), ...parameter('shift')].map(Number);
    return sources.map((source, index) =>
      isMissing(index) ? null : kernel(source ?? 0, params) * (grads.length > 0 ? (grads[index] ?? 0) : 1),
    );
  }
  const skips = parameter('nulls')[0] === 'skip';
  const missing = sources.filter((_, index) => isMissing(index)).length;
  const present = sources.map((source, index) => (isMissing(index) ? 0 : (source ?? 0)));
  const presentGrads = grads.map((grad, index) => (isMissing(index) ? 0 : (grad ?? 0)));
  const outputs = rowOutputs(call.function, present, presentGrads);
  if (outputs.length < sources.length || call.function === 'logsumexp') {
    return outputs.map((output) => ((skips ? missing === sources.length : missing > 0) ? null : output));
  }
  return outputs.map((output, index) => ((skips ? isMissing(index) : missing > 0) ? null : output));
}

/** The results of a program for one row, as the contract of `Program` says it is run. */
function runProgram(program: Program, operands: readonly (number | null)[]): (number | null)[] {
  const registers: number[] = operands.map((operand) => operand ?? Number.NaN);
  const origins: number[][] = operands.map((_, index) => [index]);
  for (const step of program.steps) runStep(step, registers, origins, operands);
  expect(registers).toHaveLength(program.registerCount);
  return program.results.map(({ register, validityFrom, nullWhere }) => {
    const isNull = (operand: number) => operands[operand] === null;
    const nullResult = nullWhere === 'any' ? validityFrom.some(isNull) : validityFrom.every(isNull);
    return nullResult ? null : (registers[register] ?? Number.NaN);
  });
}

function runStep(step: Step, registers: number[], origins: number[][], operands: readonly (number | null)[]): void {
  const values = step.sources.map((source) => registers[source] ?? Number.NaN);
  const from = [...new Set(step.sources.flatMap((source) => origins[source] ?? []))];
  const set = (target: number, value: number, origin: readonly number[]) => {
    expect(target).toBe(registers.length);
    registers.push(value);
    origins.push([...origin]);
  };
  switch (step.kind) {
    case 'elementwise':
      set(step.targets[0], ELEMENTWISE[step.kernel]?.(values[0] ?? 0, step.params) ?? Number.NaN, from);
      break;
    case 'multiply':
      set(step.targets[0], (values[0] ?? 0) * (values[1] ?? 0), from);
      break;
    case 'row': {
      const width = Number(step.width);
      const originsOf = (index: number) =>
        [step.sources[index], step.sources[index + width]].flatMap((source) => origins[source ?? -1] ?? []);
      const skipped = values.map(
        (_, index) => step.nulls === 'skip' && originsOf(index % width).some((operand) => operands[operand] === null),
      );
      // The stand-in row functions are sums, so that 0 is what a skipped element and its gradient count for.
      const present = values.map((value, index) => (skipped[index] ? 0 : value));
      const outputs = rowOutputs(step.kernel.replace('_grad', ''), present.slice(0, width), present.slice(width));
      for (const [index, target] of step.targets.entries()) {
        const own = step.nulls === 'skip' && step.kernel !== 'logsumexp';
        set(target, outputs[index] ?? Number.NaN, own ? originsOf(index) : from);
      }
    }
  }
}
