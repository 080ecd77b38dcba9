import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../src/activations/catalogue.js';
import { type VerifyCase, verifyCases } from '../../src/verify/cases.js';
import { KernelRunner } from '../../src/verify/kernel-runner.js';
import { measure } from '../../src/verify/measure.js';
import { verify } from '../../src/verify/verify.js';

const runner = new KernelRunner();
const CASES = CATALOGUE.flatMap(verifyCases);

function caseOf(name: string, width?: number): VerifyCase {
  const found = CASES.find((each) => each.name === name && each.row?.width === width);
  if (found === undefined) throw new Error(`there is no case of ${name}`);
  return found;
}

describe('what is measured', () => {
  it('has every function, derivative and row function of the catalogue', () => {
    const names = CATALOGUE.flatMap(({ name, kind }) => (kind === 'row' ? [name] : [name, `${name}_deriv`]));
    expect([...new Set(CASES.map(({ name }) => name))]).toEqual(names);
  });

  it('has what the dialects make of a function, each once', () => {
    const texts = CASES.filter(({ name }) => name === 'softplus').map(({ parameterText }) => parameterText);
    expect(texts).toEqual(['', 'clip=none threshold=20', 'clip=none']);
  });

  it('is the same for the same seed, and other points for another', () => {
    const softmax = caseOf('softmax', 7);
    expect(measure(softmax, runner, 300, 5)).toEqual(measure(softmax, runner, 300, 5));
    expect(measure(softmax, runner, 300, 6)).not.toEqual(measure(softmax, runner, 300, 5));
  });

  it('is within the bounds', () => {
    for (const each of [caseOf('sigmoid'), caseOf('gelu_deriv'), caseOf('softmax', 7), caseOf('entropy', 2)]) {
      const { pointCount, worstUlp } = measure(each, runner, 120, 3);
      expect(pointCount).toBeGreaterThanOrEqual(120 - 54);
      expect(worstUlp).toBeGreaterThan(0);
      expect(worstUlp).toBeLessThanOrEqual(each.maxUlp);
    }
  });

  it('finds a kernel that computes something else', () => {
    const other = (_kernel: string, values: Float64Array, params: readonly number[]) =>
      runner.runElementwise('tanhshrink', values, params);
    const wrong: KernelRunner = Object.assign(Object.create(runner), { runElementwise: other });
    expect(measure(caseOf('sigmoid'), wrong, 60, 1).worstUlp).toBeGreaterThan(1e6);
  });
});

describe('verify', () => {
  it('refuses what it can’t measure', async () => {
    await expect(verify({ functions: ['sigmoyd'] })).rejects.toMatchObject({ code: 'LW_UNKNOWN_FUNCTION' });
    await expect(verify({ points: 0 })).rejects.toMatchObject({ code: 'LW_USAGE' });
    await expect(verify({ seed: 1.5 })).rejects.toMatchObject({ code: 'LW_USAGE' });
  });

  it('measures a function on threads, in the catalogue’s order', async () => {
    const results = await verify({ functions: ['tanh_deriv', 'relu'], points: 30, seed: 2 });
    expect(results.map((result) => [result.function, result.width, result.ok])).toEqual([
      ['tanh', 1, true],
      ['tanh_deriv', 1, true],
      ['relu', 1, true],
      ['relu_deriv', 1, true],
    ]);
    expect(results[0]?.worstUlp).toBeGreaterThan(0.4);
  });

  it('takes several names, and patterns of names', async () => {
    const results = await verify({ functions: ['relu?', 'softs*', 'relu'], points: 5 });
    expect([...new Set(results.map((result) => result.function))]).toEqual([
      'softsign',
      'softsign_deriv',
      'relu',
      'relu_deriv',
      'relu6',
      'relu6_deriv',
      'softshrink',
      'softshrink_deriv',
    ]);
    await expect(verify({ functions: ['relu', 'zz*'] })).rejects.toMatchObject({ code: 'LW_UNKNOWN_FUNCTION' });
  });

  it('stops when its signal says so', async () => {
    const signal = AbortSignal.timeout(50);
    await expect(verify({ points: 100_000, signal })).rejects.toMatchObject({ code: 'LW_ABORTED' });
  });
});
