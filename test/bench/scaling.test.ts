import { describe, expect, it } from 'vitest';
import { boundSentence, noiseWarning, scalingPoints, threadCounts } from '../../src/bench/scaling.js';
import { summarize } from '../../src/bench/statistics.js';

const pointsOf = (...bytesPerSecond: readonly number[]) =>
  scalingPoints(bytesPerSecond.map((rate, index) => ({ threads: index + 1, bytesPerSecond: summarize([rate]) })));

describe('scalingPoints', () => {
  it('compares each number of threads with one', () => {
    expect(pointsOf(10, 16).map(({ speedUp, efficiency, serialShare }) => [speedUp, efficiency, serialShare])).toEqual([
      [1, 1, undefined],
      [1.6, 0.8, 0.25],
    ]);
  });
});

describe('boundSentence', () => {
  it('names the threads from which memory is the bound', () => {
    expect(boundSentence(pointsOf(40, 78, 85, 90), 100)).toBe("memory-bound from 3 threads on: more won't help");
    expect(boundSentence(pointsOf(95), 100)).toBe("memory-bound from 1 thread on: more won't help");
  });

  it('finds a computation that scales', () => {
    expect(boundSentence(pointsOf(10, 19, 27), 100)).toBe(
      'compute-bound up to 3 threads: efficiency 90%, 27% of the memory bandwidth',
    );
  });

  it('finds one that stops scaling, and where', () => {
    expect(boundSentence(pointsOf(10, 18, 20), 100)).toBe(
      'bound by what threads share beyond 2 threads: serial share 25% at 3 threads, 20% of the memory bandwidth',
    );
  });

  it('finds one that threads slow down', () => {
    expect(boundSentence(pointsOf(10, 8), 100)).toBe('no faster on 2 threads than on 1: 8% of the memory bandwidth');
  });

  it('says what one thread alone tells', () => {
    expect(boundSentence(pointsOf(10), 100)).toBe('compute-bound on one thread, at 10% of the memory bandwidth');
  });

  it('has a word for nothing', () => {
    expect(boundSentence([], 100)).toBe('nothing was measured');
  });
});

describe('threadCounts', () => {
  it('takes every count up to 8, then powers of two, and the most', () => {
    expect(threadCounts(1)).toEqual([1]);
    expect(threadCounts(3)).toEqual([1, 2, 3]);
    expect(threadCounts(48)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 16, 32, 48]);
    expect(threadCounts(64)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 16, 32, 64]);
  });
});

describe('noiseWarning', () => {
  const measured = (what: string, ...values: readonly number[]) => ({ what, summary: summarize(values) });

  it('is silent where samples are close together', () => {
    expect(noiseWarning([measured('tanh', 100, 101, 99)])).toBeUndefined();
  });

  it('names the worst', () => {
    const noisy = [measured('relu', 90, 100, 110), measured('tanh', 80, 100, 120), measured('elu', 5)];
    expect(noiseWarning(noisy)).toBe(
      '2 of 3 measurements are noisy, most of all tanh (coefficient of variation 30%): close other programs and run again',
    );
  });
});
