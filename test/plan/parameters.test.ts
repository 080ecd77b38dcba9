import { describe, expect, it } from 'vitest';
import { bindTransforms } from '../../src/plan/bind.js';
import { CATALOGUE, failureOf, SCHEMA } from './support.js';

describe('functions and parameters', () => {
  it.each([
    [
      'sigmod(dx)',
      'LW_UNKNOWN_FUNCTION',
      'there is no function "sigmod" (did you mean "sigmoid"?): `lanewise functions` lists them all',
    ],
    ['logsumexp_deriv(dx)', 'LW_UNKNOWN_FUNCTION', 'there is no function "logsumexp_deriv"'],
    ['constructor(dx)', 'LW_UNKNOWN_FUNCTION', 'there is no function "constructor"'],
    [
      'leaky_relu(dx, alpa=1)',
      'LW_UNKNOWN_PARAMETER',
      'leaky_relu has no parameter "alpa" (did you mean "alpha"?): it takes alpha',
    ],
    ['relu(dx, alpha=1)', 'LW_UNKNOWN_PARAMETER', 'relu has no parameter "alpha": it takes no parameters'],
    ['relu(dx, grad=dx)', 'LW_UNKNOWN_PARAMETER', 'relu takes no grad: a gradient goes to its derivative, relu_deriv'],
    ['softmax(dx, grad=dx)', 'LW_UNKNOWN_PARAMETER', 'softmax has no parameter "grad": it takes temperature, nulls'],
    [
      'softmax_jacobian(dx, nulls=skip)',
      'LW_UNKNOWN_PARAMETER',
      'softmax_jacobian has no parameter "nulls": it takes temperature',
    ],
    ['leaky_relu(dx, alpha=1, alpha=1)', 'LW_TRANSFORM_SYNTAX', 'leaky_relu is given alpha twice: give it once'],
    ['leaky_relu(alpha=1)', 'LW_TRANSFORM_SYNTAX', 'leaky_relu is given no column, only parameters'],
    [
      'leaky_relu(dx, alpha=-1)',
      'LW_PARAMETER_RANGE',
      'leaky_relu: alpha must be a number of at least 0 and at most 10, not "-1"',
    ],
    [
      'leaky_relu(dx, alpha=nan)',
      'LW_PARAMETER_RANGE',
      'leaky_relu: alpha must be a number of at least 0 and at most 10, not "nan"',
    ],
    ['affine(dx, scale=1e999)', 'LW_PARAMETER_RANGE', 'affine: scale must be a number, not "1e999"'],
    ['affine(dx, scale=1/0)', 'LW_PARAMETER_RANGE', 'affine: scale must be a number, not "1/0"'],
    ['affine(dx, scale=0x10)', 'LW_PARAMETER_RANGE', 'affine: scale must be a number, not "0x10"'],
    ['affine(dx, scale=1*)', 'LW_PARAMETER_RANGE', 'affine: scale must be a number, not "1*"'],
    ['sigmoid(dx, clip=0)', 'LW_PARAMETER_RANGE', 'sigmoid: clip must be a number above 0 or none, not "0"'],
    [
      'sigmoid(dx, clip=toString)',
      'LW_PARAMETER_RANGE',
      'sigmoid: clip must be a number above 0 or none, not "toString"',
    ],
    ['gelu(dx, approximate=1)', 'LW_PARAMETER_RANGE', 'gelu: approximate must be none or tanh, not "1"'],
    ['threshold(dx, threshold=1)', 'LW_PARAMETER_RANGE', 'threshold: value has no default: give value=<a number>'],
    ['softmax(dx, nulls=drop)', 'LW_PARAMETER_RANGE', 'softmax: nulls must be propagate or skip, not "drop"'],
    ['softmax(dx, temperature=0)', 'LW_PARAMETER_RANGE', 'softmax: temperature must be a number above 0, not "0"'],
    ['relu(argmax(logit_*))', 'LW_TRANSFORM_SYNTAX', "argmax gives places, not values: it can't stand inside relu"],
    [
      'd_* = softmax_deriv(logit_*, grad=dx)',
      'LW_COLUMN_TYPE',
      'softmax_deriv has 3 columns but grad selects 1 column ("dx"): give one for each',
    ],
    [
      'g = relu_deriv(dx, grad=score)',
      'LW_COLUMN_TYPE',
      'relu_deriv: grad column "score" is float32, but "dx" is float64: they must be alike',
    ],
    [
      'relu_deriv(emb_4, grad=emb_8)',
      'LW_COLUMN_TYPE',
      'grad column "emb_8" is fixed_size_list<float64>[8], but "emb_4" is fixed_size_list<float64>[4]',
    ],
  ])('refuse %s', (transform, code, message) => {
    const failure = failureOf(transform);
    expect(failure).toContain(`${code}: transform ${JSON.stringify(transform)}: `);
    expect(failure).toContain(message);
  });

  it('take numbers, fractions and keywords', () => {
    const params = (transform: string) => bindTransforms([transform], SCHEMA, {}, CATALOGUE).jobs[0]?.program.steps[0];
    expect(params('affine(dx, scale=1/6, shift=-.5e-1)')).toMatchObject({ params: [1 / 6, -0.05] });
    expect(params('affine(dx, scale=+2., shift=-0)')).toMatchObject({ params: [2, -0] });
    expect(params('gelu(dx, approximate=tanh)')).toMatchObject({ params: [1] });
    expect(params('leaky_relu(dx, alpha=10)')).toMatchObject({ params: [10] });
  });

  it('take a gradient of integers as the float64 that they are computed in', () => {
    expect(failureOf('g = relu_deriv(dx, grad=id)')).toBeUndefined();
  });
});
