import { describe, expect, it } from 'vitest';
import type { Program } from '../../src/abi/program.js';
import { bindTransforms } from '../../src/plan/bind.js';
import type { Job } from '../../src/plan/job.js';
import { CATALOGUE, column, errorOf, fixedSizeList, list, schemaOf } from './support.js';

const SCHEMA = schemaOf(
  'x',
  'dx',
  column('x32', 'float32'),
  column('count', 'uint16'),
  'logit_a',
  'logit_b',
  'g_a',
  'g_b',
  fixedSizeList('embedding', 4),
  list('ragged', 'float32'),
);

function jobsOf(transform: string): readonly Job[] {
  return bindTransforms([transform], SCHEMA, {}, CATALOGUE).jobs;
}

function programOf(transform: string): Program {
  const [job, ...others] = jobsOf(transform);
  if (job === undefined || others.length > 0) throw new Error(`${transform} is ${others.length + 1} jobs`);
  return job.program;
}

describe('compiling elementwise functions', () => {
  it('is one kernel call for one function, with its parameters in the catalogue’s order', () => {
    expect(programOf('affine(x, shift=-1)')).toEqual({
      operands: ['float64'],
      steps: [{ kind: 'elementwise', kernel: 'affine', params: [1, -1], sources: [0], targets: [1] }],
      results: [{ register: 1, type: 'float64', validityFrom: [0], nullWhere: 'any', nanIsNull: false }],
      registerCount: 2,
    });
  });

  it('is a chain of calls for a nest', () => {
    expect(programOf('sigmoid(affine(clip(x32, min=0), scale=2), clip=none)')).toEqual({
      operands: ['float32'],
      steps: [
        { kind: 'elementwise', kernel: 'clip', params: [0, 500], sources: [0], targets: [1] },
        { kind: 'elementwise', kernel: 'affine', params: [2, 0], sources: [1], targets: [2] },
        { kind: 'elementwise', kernel: 'sigmoid', params: [Number.MAX_VALUE], sources: [2], targets: [3] },
      ],
      results: [{ register: 3, type: 'float32', validityFrom: [0], nullWhere: 'any', nanIsNull: false }],
      registerCount: 4,
    });
  });

  it('multiplies a derivative by its upstream gradient', () => {
    expect(programOf('g = sigmoid_deriv(x, grad=dx)')).toEqual({
      operands: ['float64', 'float64'],
      steps: [
        { kind: 'elementwise', kernel: 'sigmoid_deriv', params: [500], sources: [0], targets: [2] },
        { kind: 'multiply', sources: [2, 1], targets: [3] },
      ],
      results: [{ register: 3, type: 'float64', validityFrom: [0, 1], nullWhere: 'any', nanIsNull: false }],
      registerCount: 4,
    });
  });

  it('reads a column once that is its own gradient', () => {
    expect(programOf('g = relu_deriv(x, grad=x)')).toMatchObject({
      operands: ['float64'],
      steps: [
        { kernel: 'relu_deriv', sources: [0] },
        { kind: 'multiply', sources: [1, 0] },
      ],
      results: [{ validityFrom: [0] }],
    });
  });

  it('stores what linear is given, without a step', () => {
    expect(programOf('y = linear(x)')).toEqual({
      operands: ['float64'],
      steps: [],
      results: [{ register: 0, type: 'float64', validityFrom: [0], nullWhere: 'any', nanIsNull: false }],
      registerCount: 1,
    });
    expect(programOf('linear(count)')).toMatchObject({
      operands: ['uint16'],
      steps: [],
      results: [{ type: 'float64' }],
    });
    expect(programOf('linear_deriv(x)').steps).toMatchObject([{ kernel: 'linear_deriv' }]);
  });

  it('makes a job of each column, and one program for those alike', () => {
    const [a, b, x32, ...others] = jobsOf('sigmoid(logit_*, x32)');
    expect(others).toEqual([]);
    expect([a, b, x32].map((job) => job?.operands.map(({ name }) => name))).toEqual([
      ['logit_a'],
      ['logit_b'],
      ['x32'],
    ]);
    expect(b?.program).toBe(a?.program);
    expect(x32?.program).not.toBe(a?.program);
  });

  it('tells programs apart that differ in the sign of a zero only', () => {
    const { jobs } = bindTransforms(['a = affine(x, shift=0)', 'b = affine(x, shift=-0)'], SCHEMA, {}, CATALOGUE);
    expect(jobs.map(({ program }) => program.steps[0])).toMatchObject([{ params: [1, 0] }, { params: [1, -0] }]);
    expect(jobs[0]?.program).not.toBe(jobs[1]?.program);
  });
});

describe('compiling row functions', () => {
  it('gives a row’s columns to one call', () => {
    expect(programOf('softmax(clip(logit_*, max=30), x, temperature=2)')).toEqual({
      operands: ['float64', 'float64', 'float64'],
      steps: [
        { kind: 'elementwise', kernel: 'clip', params: [-500, 30], sources: [0], targets: [3] },
        { kind: 'elementwise', kernel: 'clip', params: [-500, 30], sources: [1], targets: [4] },
        {
          kind: 'row',
          kernel: 'softmax',
          params: [2],
          width: 3,
          outputs: 'width',
          sources: [3, 4, 2],
          targets: [5, 6, 7],
          nulls: 'propagate',
          neutral: Number.NEGATIVE_INFINITY,
        },
      ],
      results: [5, 6, 7].map((register) => {
        return { register, type: 'float64', validityFrom: [0, 1, 2], nullWhere: 'any', nanIsNull: false };
      }),
      registerCount: 8,
    });
  });

  it('puts gradients after the row’s columns', () => {
    expect(programOf('d_* = softmax_deriv(logit_*, grad=g_*)')).toMatchObject({
      operands: ['float64', 'float64', 'float64', 'float64'],
      steps: [{ kernel: 'softmax_deriv_grad', width: 2, sources: [0, 1, 2, 3], targets: [4, 5] }],
      results: [{ validityFrom: [0, 1, 2, 3] }, { validityFrom: [0, 1, 2, 3] }],
    });
    expect(programOf('softmax_deriv(logit_*)').steps).toMatchObject([{ kernel: 'softmax_deriv', sources: [0, 1] }]);
  });

  it('takes gradients one by one as well', () => {
    const [job] = jobsOf('d_* = softmax_deriv(logit_*, grad=g_b, grad=g_a)');
    expect(job?.operands.map(({ name }) => name)).toEqual(['logit_a', 'logit_b', 'g_b', 'g_a']);
  });

  it('applies elementwise functions to the results of a row', () => {
    expect(programOf('affine(softmax(logit_*), scale=100)')).toMatchObject({
      steps: [
        { kernel: 'softmax', targets: [2, 3] },
        { kernel: 'affine', sources: [2], targets: [4] },
        { kernel: 'affine', sources: [3], targets: [5] },
      ],
      results: [{ register: 4 }, { register: 5 }],
      registerCount: 6,
    });
  });

  it('has one result for some functions, and one for each pair for others', () => {
    expect(programOf('logsumexp(logit_*)')).toMatchObject({ steps: [{ sources: [0, 1], targets: [2] }] });
    expect(programOf('argmax(logit_*)').results).toEqual([
      { register: 2, type: 'int32', validityFrom: [0, 1], nullWhere: 'any', nanIsNull: true },
    ]);
    expect(programOf('softmax_jacobian(logit_*)')).toMatchObject({
      steps: [{ kernel: 'softmax_jacobian', targets: [2, 3, 4, 5] }],
      results: [{ register: 2 }, { register: 3 }, { register: 4 }, { register: 5 }],
    });
  });

  it('shares nothing between rows side by side', () => {
    expect(jobsOf('relu(softmax(logit_*), softmax(x, dx), x32)').map(({ outputs }) => outputs.length)).toEqual([
      2, 2, 1,
    ]);
  });

  it('makes a row of each list of a list column', () => {
    const [fixed] = jobsOf('softmax(relu(embedding))');
    expect(fixed).toMatchObject({
      domain: 'lists',
      program: {
        operands: ['float64'],
        steps: [
          { kind: 'elementwise', kernel: 'relu', sources: [0], targets: [1] },
          { kind: 'row', kernel: 'softmax', width: 'list', sources: [1], targets: [2] },
        ],
        results: [{ register: 2, validityFrom: [0], nullWhere: 'any' }],
      },
    });
    expect(jobsOf('relu(embedding)')).toMatchObject([{ domain: 'elements' }]);
    expect(jobsOf('softmax_deriv(ragged, grad=ragged)')).toMatchObject([
      { domain: 'lists', program: { steps: [{ kernel: 'softmax_deriv_grad', sources: [0, 0], targets: [1] }] } },
    ]);
  });
});

describe('tracing nulls', () => {
  it('skips a null in its own place', () => {
    expect(programOf('softmax(logit_*, nulls=skip)')).toMatchObject({
      steps: [{ nulls: 'skip' }],
      results: [
        { validityFrom: [0], nullWhere: 'any' },
        { validityFrom: [1], nullWhere: 'any' },
      ],
    });
    expect(programOf('d_* = softmax_deriv(logit_*, grad=g_*, nulls=skip)').results).toMatchObject([
      { validityFrom: [0, 2] },
      { validityFrom: [1, 3] },
    ]);
  });

  it('is null where all are, if one result stands for a row', () => {
    expect(programOf('relu(logsumexp(logit_*, nulls=skip))').results).toMatchObject([
      { validityFrom: [0, 1], nullWhere: 'all' },
    ]);
  });

  it('refuses nests that bitmaps of operands can’t express', () => {
    for (const transform of [
      'softmax(logsumexp(logit_*, nulls=skip), x)',
      'g = relu_deriv(logsumexp(logit_*, nulls=skip), grad=x)',
      'logsumexp(softmax(logit_*), x, nulls=skip)',
    ]) {
      expect(errorOf(() => jobsOf(transform))).toMatch(
        /^LW_UNSUPPORTED_OPTION: transform ".*": nulls=skip makes one value/,
      );
    }
  });

  it('holds the operands of a wide row once', () => {
    const names = Array.from({ length: 5 }, (_, index) => `f_${index}`);
    const [job] = bindTransforms(['softmax(f_*)'], schemaOf(...names), {}, CATALOGUE).jobs;
    expect(new Set(job?.program.results.map(({ validityFrom }) => validityFrom)).size).toBe(1);
  });
});

describe('a program', () => {
  it('is frozen plain data that can be cloned', () => {
    const program = programOf('d_* = softmax_deriv(sigmoid(logit_*), grad=g_*)');
    expect(structuredClone(program)).toEqual(program);
    for (const part of [program, program.steps, program.steps[0], program.steps[0]?.sources, program.results[0]]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });
});
