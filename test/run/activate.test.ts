import { describe, expect, it } from 'vitest';
import { activate } from '../../src/index.js';

describe('activate', () => {
  it('gives one value for a row where the function does', () => {
    expect([...activate('argmax', Float64Array.of(3, 7, 7, 1))]).toEqual([1]);
    expect([...activate('argmax', Float64Array.of(3, Number.NaN, 7))]).toEqual([Number.NaN]);
    expect([...activate('argmax', Float64Array.of(5))]).toEqual([0]);
    expect([...activate('logsumexp', Float64Array.of(0, 0))]).toEqual([Math.LN2]);
    expect([...activate('softmax', Float64Array.of(2, 1, 0.1))]).toEqual([
      0.6590011388859679, 0.24243297070471392, 0.09856589040931817,
    ]);
  });

  it('leaves its input alone and takes more values than it computes at a time', () => {
    const values = Float64Array.from({ length: 20_000 }, (_, index) => index - 10_000);
    const results = activate('relu', values);
    expect(results).toHaveLength(20_000);
    expect([results[0], results[9_999], results[10_001], results[19_999]]).toEqual([0, 0, 1, 9_999]);
    expect(values[0]).toBe(-10_000);
  });

  it('takes parameters as numbers and words, and refuses what it does not know', () => {
    expect([...activate('leaky_relu', Float64Array.of(-2), { alpha: 0.25 })]).toEqual([-0.5]);
    expect([...activate('sigmoid', Float64Array.of(-746), { clip: 'none' })]).toEqual([0]);
    expect(() => activate('sigmod', Float64Array.of(1))).toThrow(
      expect.objectContaining({ code: 'LW_UNKNOWN_FUNCTION' }),
    );
    expect(() => activate('relu', Float64Array.of(1), { alpha: 1 })).toThrow(
      expect.objectContaining({ code: 'LW_UNKNOWN_PARAMETER' }),
    );
    expect(() => activate('softmax', Float64Array.of(1, 2), { temperature: 0 })).toThrow(
      expect.objectContaining({ code: 'LW_PARAMETER_RANGE' }),
    );
    expect(activate('softmax', new Float64Array(0))).toHaveLength(0);
  });

  it('has the defaults of the dialect that it is told', () => {
    const values = Float64Array.of(-1);
    expect([...activate('leaky_relu', values)]).toEqual([-0.01]);
    expect([...activate('leaky_relu', values, {}, { dialect: 'keras' })]).toEqual([-0.2]);
    expect([...activate('leaky_relu', values, { alpha: 0.5 }, { dialect: 'keras' })]).toEqual([-0.5]);
    expect([...activate('sigmoid', Float64Array.of(-746), {}, { dialect: 'torch' })]).toEqual([0]);
    const call = () => activate('relu', values, {}, JSON.parse('{ "dialect": "jax" }'));
    expect(call).toThrow(expect.objectContaining({ code: 'LW_USAGE' }));
  });
});
