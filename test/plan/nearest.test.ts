import { describe, expect, it } from 'vitest';
import { editDistance, nearestNames, suggestion } from '../../src/plan/nearest.js';

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['sigmoid', 'sigmoid', 0],
    ['sigmod', 'sigmoid', 1],
    ['sgimoid', 'sigmoid', 1],
    ['kitten', 'sitting', 3],
    ['ca', 'abc', 3],
  ])('between %j and %j is %d', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });
});

describe('nearestNames', () => {
  const names = ['sigmoid', 'softmax', 'softmin', 'softplus', 'log_softmax', 'tanh'];

  it('lists near names, nearest first', () => {
    expect(nearestNames('softmx', names)).toEqual(['softmax', 'softmin']);
    expect(nearestNames('SIGMOID', names)).toEqual(['sigmoid']);
  });

  it('takes a beginning for near', () => {
    expect(nearestNames('soft', names)).toEqual(['softmax', 'softmin', 'softplus']);
  });

  it('lists nothing where nothing is near, nor for absurd lengths', () => {
    expect(nearestNames('gelu', names)).toEqual([]);
    expect(nearestNames('x'.repeat(1e6), names)).toEqual([]);
    expect(nearestNames('sigmoid', ['x'.repeat(1e6), ''])).toEqual([]);
  });
});

describe('suggestion', () => {
  it('puts names into words', () => {
    expect(suggestion('gelu', ['tanh'])).toBe('');
    expect(suggestion('tanhh', ['tanh'])).toBe(' (did you mean "tanh"?)');
    expect(suggestion('f_1', ['f_2', 'f_3', 'f_4'])).toBe(' (did you mean "f_2", "f_3" or "f_4"?)');
  });
});
