import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/seeded-random.js';
import { exact, exp, log1p, normalDistribution, Real, tanhshrink, ulpError } from '../../src/verify/oracle.js';

const random = seededRandom(7);
const relativeError = (actual: Real, expected: Real): number => actual.sub(expected).div(expected).abs().toNumber();

describe('the oracle', () => {
  it('takes exponentials to 200 bits', () => {
    const points = [1e-30, -1e-5, 0.5, 1, 709.8, -745.2, 1599, -1599, 1601, -5000];
    for (let i = 0; i < 20; i++) points.push((random() - 0.5) * 2 * 10 ** (6 * random() - 3));
    for (const x of points) expect(relativeError(exp(exact(x)), exact(x).exp()), String(x)).toBeLessThan(2 ** -200);
  });

  it('takes logarithms to 200 bits', () => {
    const points = [1e-300, -1e-20, 0.0099, 0.0101, -0.0101, 1, 1e16, 1e300, -0.99];
    for (let i = 0; i < 20; i++) points.push(10 ** (20 * random() - 2));
    const High = Real.clone({ precision: 400 });
    for (const x of points) {
      const expected = new Real(new High(exact(x)).add(1).ln().toString());
      expect(relativeError(log1p(exact(x)), expected), String(x)).toBeLessThan(2 ** -200);
    }
  });

  it('knows values that are in every table', () => {
    expect(exp(new Real(1)).toFixed(50)).toBe('2.71828182845904523536028747135266249775724709369996');
    expect(normalDistribution(new Real(1)).toFixed(30)).toBe('0.841344746068542948585232545632');
    expect(normalDistribution(new Real(-10)).toExponential(19)).toBe('7.6198530241605260660e-24');
    expect(tanhshrink(new Real('1e-7')).toExponential(19)).toBe('3.3333333333333200000e-22');
  });

  it('measures errors in units in the last place', () => {
    expect(ulpError(1, exact(1))).toBe(0);
    expect(ulpError(1 + 2 ** -52, exact(1))).toBe(1);
    expect(ulpError(1, exact(1 + 2 ** -52))).toBe(1);
    expect(ulpError(Number.NaN, exact(1))).toBe(Number.POSITIVE_INFINITY);
    expect(ulpError(5e-324, new Real(0))).toBe(0.5);
    expect(ulpError(Number.POSITIVE_INFINITY, exact(Number.MAX_VALUE))).toBe(1);
    expect(ulpError(Number.POSITIVE_INFINITY, exact(1))).toBe(Number.POSITIVE_INFINITY);
  });
});
