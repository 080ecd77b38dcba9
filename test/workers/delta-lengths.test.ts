import { describe, expect, it } from 'vitest';
import { lengthsByteLength } from '../../src/abi/recode.js';
import { readLengths, writeLengths } from '../../workers/parquet/delta-lengths.js';
import { randomNumbers } from '../e2e/support.js';

describe('lengths in DELTA_BINARY_PACKED', () => {
  it.each([0, 1, 2, 32, 33, 128, 129, 130, 1000])('%d of them are read as they were written', (count) => {
    const random = randomNumbers(count + 1);
    for (const most of [0, 1, 300, 2 ** 31 - 1]) {
      const lengths = Int32Array.from({ length: count }, () => Math.floor(random() * (most + 1)));
      const memory = new Uint8Array(lengthsByteLength(count) + 3).fill(0xff);
      const end = writeLengths(memory, lengths, 3);
      expect(end).toBeLessThanOrEqual(memory.length);
      expect(readLengths('x', memory, 3, memory.length, count)).toEqual({ lengths, end });
    }
  });

  it('are damaged where they are more than values, or end early', () => {
    const memory = new Uint8Array(1000);
    const end = writeLengths(
      memory,
      Int32Array.from({ length: 100 }, (_, i) => i * i),
      0,
    );
    expect(() => readLengths('x', memory, 0, end, 99)).toThrow('lengths of values that contradict each other');
    expect(() => readLengths('x', memory, 0, end - 1, 100)).toThrow('contradict');
  });
});
