import { describe, expect, it } from 'vitest';
import { failureOf, namesOf, outputsOf, SCHEMA, schemaOf } from './support.js';

describe('names of outputs', () => {
  it('are made of the column and the outermost function', () => {
    expect(namesOf('sigmoid(score)', 'softmax(clip(logit_*))', 'relu(point.x)')).toEqual([
      'score_sigmoid',
      'logit_a_softmax',
      'logit_b_softmax',
      'logit_c_softmax',
      'point.x_relu',
    ]);
    expect(namesOf('relu(softmax(logit_*))')).toEqual(['logit_a_relu', 'logit_b_relu', 'logit_c_relu']);
    expect(namesOf('sigmoid_deriv(dx)')).toEqual(['dx_sigmoid_deriv']);
  });

  it('are the function’s where it makes one value of many', () => {
    expect(namesOf('logsumexp(logit_*)')).toEqual(['logsumexp']);
    expect(namesOf('relu(logsumexp(logit_*))')).toEqual(['logsumexp_relu']);
  });

  it('are the places in a Jacobian', () => {
    expect(namesOf('softmax_jacobian(logit_a, logit_b)')).toEqual(['0_0', '0_1', '1_0', '1_1']);
    expect(namesOf('J_* = softmax_jacobian(logit_a, logit_b)')).toEqual(['J_0_0', 'J_0_1', 'J_1_0', 'J_1_1']);
  });

  it('are the target’s, with what * matched', () => {
    expect(namesOf('y = sigmoid(score)')).toEqual(['y']);
    expect(namesOf('"p *" = sigmoid(score)')).toEqual(['p *']);
    expect(namesOf('p_* = softmax(logit_*)')).toEqual(['p_a', 'p_b', 'p_c']);
    expect(namesOf('p_*_1 = relu(softmax(clip(logit_*)))')).toEqual(['p_a_1', 'p_b_1', 'p_c_1']);
    expect(namesOf('d_* = softmax_deriv(logit_*, grad=log*)')).toEqual(['d_a', 'd_b', 'd_c']);
  });

  it.each([
    ['y = sigmoid(logit_*)', 'the target "y" names one output, but sigmoid has 3 here: put a "*" in it'],
    ['y_? = sigmoid(logit_*)', 'the target "y_?" holds a "?": only "*" may stand in a target'],
    ['*_* = sigmoid(logit_*)', 'the target "*_*" holds more than one "*"'],
    [
      'p_* = sigmoid(score)',
      'the target "p_*" needs exactly one selector with one "*": it stands for nothing in "score"',
    ],
    [
      'p_* = sigmoid(logit_*, score)',
      'the target "p_*" needs exactly one selector with one "*": it stands for nothing in "score"',
    ],
    [
      'p_* = sigmoid(*_a, *_b)',
      'the target "p_*" needs exactly one selector with one "*": it stands for nothing in "logit_b"',
    ],
    [
      'p_* = sigmoid(*git_*)',
      'the target "p_*" needs exactly one selector with one "*": it stands for nothing in "logit_a"',
    ],
    [
      'p_* = logsumexp(logit_*)',
      'the target "p_*" needs exactly one selector with one "*": it stands for nothing in "logsumexp"',
    ],
  ])('refuses %s', (transform, message) => {
    expect(failureOf(transform)).toBe(`LW_TRANSFORM_SYNTAX: transform ${JSON.stringify(transform)}: ${message}`);
  });
});

describe('targets', () => {
  it('replace a column that the transform reads, where it stands', () => {
    const [score, x, dx] = outputsOf([
      'score = sigmoid(score)',
      'point.x = relu(point.x)',
      'dx = relu_deriv(logit_a, grad=dx)',
    ]);
    expect(score?.replaces).toBe(SCHEMA.columns.find(({ name }) => name === 'score'));
    expect(x?.replaces).toBe(SCHEMA.columns.find(({ name }) => name === 'point.x'));
    expect(dx?.replaces?.name).toBe('dx');
    expect(outputsOf('logit_* = softmax(logit_*)').map(({ replaces }) => replaces?.name)).toEqual([
      'logit_a',
      'logit_b',
      'logit_c',
    ]);
    expect(outputsOf('y = sigmoid(score)')[0]?.replaces).toBeUndefined();
  });

  it('let every transform read the input’s columns', () => {
    expect(
      outputsOf(['y = relu(score)', 'score = sigmoid(score)', 'z = relu(score)']).map(({ replaces }) => replaces?.name),
    ).toEqual([undefined, 'score', undefined]);
  });

  it.each([
    [['id = sigmoid(score)'], '"id" already'],
    [['point.y = sigmoid(point.x)'], '"point.y" already'],
    [['point = sigmoid(point.x)'], '"point" already'],
    [['y = sigmoid(score)', 'y = relu(dx)'], '"y" would be written twice'],
    [['score = sigmoid(score)', 'score = relu(score)'], '"score" would be written twice'],
    [['sigmoid(score)', 'score_sigmoid = relu(score)'], '"score_sigmoid" would be written twice'],
    [['logsumexp(logit_*)', 'logsumexp(dx, half)'], '"logsumexp" would be written twice'],
    [['softmax(clip(dx), dx)'], '"dx_softmax" would be written twice'],
    [['sigmoid(score, sc*)'], 'sigmoid selects column "score" twice'],
  ])('collide in %j', (transforms, message) => {
    const failure = failureOf(transforms);
    expect(failure).toMatch(/^LW_TARGET_COLLISION: /);
    expect(failure).toContain(message);
  });

  it('collide with an untouched column of the default name', () => {
    expect(failureOf('sigmoid(x)', schemaOf('x', 'x_sigmoid'))).toMatch('LW_TARGET_COLLISION');
  });
});
