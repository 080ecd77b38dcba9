import { describe, expect, it } from 'vitest';
import { scaleSummary } from '../../src/bench/sample.js';
import { karpFlatt, median, summarize } from '../../src/bench/statistics.js';

describe('median', () => {
  it('is the middle value, whatever the order', () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([10, 9, 100])).toBe(10);
  });

  it('needs a value', () => {
    expect(() => median([])).toThrow(new RangeError('no values have no median'));
  });
});

describe('summarize', () => {
  it('gives the median, the range and the median absolute deviation', () => {
    expect(summarize([2, 1, 4, 3, 100])).toEqual({
      count: 5,
      median: 3,
      min: 1,
      max: 100,
      mad: 1,
      coefficientOfVariation: 1.4826 / 3,
    });
  });

  it('finds no variation in a single value', () => {
    expect(summarize([7])).toEqual({ count: 1, median: 7, min: 7, max: 7, mad: 0, coefficientOfVariation: 0 });
  });

  it('is the same in another unit but for the variation', () => {
    expect(scaleSummary(summarize([1, 2, 3, 4]), 1000)).toEqual({
      count: 4,
      median: 2500,
      min: 1000,
      max: 4000,
      mad: 1000,
      coefficientOfVariation: 1.4826 / 2.5,
    });
  });
});

describe('karpFlatt', () => {
  it('is the serial share that Amdahl’s law was given', () => {
    const amdahl = (serialShare: number, threads: number) => 1 / (serialShare + (1 - serialShare) / threads);
    for (const serialShare of [0, 0.1, 0.5, 1]) {
      expect(karpFlatt(amdahl(serialShare, 8), 8)).toBeCloseTo(serialShare, 12);
    }
  });

  it('is below 0 for more speed-up than threads, and unknown for one thread', () => {
    expect(karpFlatt(2.5, 2)).toBeCloseTo(-0.2, 12);
    expect(karpFlatt(1, 1)).toBeUndefined();
  });
});
