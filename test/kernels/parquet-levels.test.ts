import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/seeded-random.js';
import { kernelMemory } from './rows-support.js';

const memory = kernelMemory();
const random = seededRandom(41);
const below = (limit: number): number => Math.floor(random() * limit);

/** Levels in runs of one and in between all sorts. */
function randomLevels(count: number, maxLevel: number): Uint8Array {
  const levels = new Uint8Array(count);
  for (let at = 0; at < count; ) {
    const end = Math.min(count, at + 1 + below(90));
    if (random() < 0.5) levels.fill(below(maxLevel + 1), at, end);
    else for (let i = at; i < end; i++) levels[i] = below(maxLevel + 1);
    at = end;
  }
  return levels;
}

const bitWidthOf = (maxLevel: number) => 32 - Math.clz32(maxLevel);

describe('levels_encode and levels_decode', () => {
  it.each([1, 2, 3, 4, 7, 9, 100, 255])('are each other’s inverse up to level %i', (maxLevel) => {
    const bitWidth = bitWidthOf(maxLevel);
    for (const count of [0, 1, 7, 8, 9, 31, 32, 33, 64, 200, 1000]) {
      const levels = randomLevels(count, maxLevel);
      memory.reset();
      const source = memory.put(levels, 3);
      // Groups of bits, headers of runs among them.
      const capacity = Math.ceil(count / 8) * bitWidth + Math.ceil(count / 32) * 6 + 16;
      const encoded = memory.allocate(capacity, 1);
      const byteLength = memory.call('levels_encode', source, count, bitWidth, encoded);
      expect(byteLength).toBeLessThanOrEqual(capacity);
      for (const skip of [0, below(count + 1), below(count + 1), count]) {
        const length = below(count - skip + 1);
        const target = memory.allocate(length, 5);
        const args = [encoded, byteLength, bitWidth, skip, length, maxLevel, target];
        expect(memory.call('levels_decode', ...args)).toBe(length);
        expect(memory.bytes(target, length)).toEqual(levels.subarray(skip, skip + length));
      }
      // The same levels as rle_bit_packed_decode has them, which knows nothing of groups at once.
      const words = memory.allocate(4 * count, 1);
      expect(memory.call('rle_bit_packed_decode', encoded, byteLength, bitWidth, 0, count, words)).toBe(count);
      expect([...new Uint32Array(memory.bytes(words, 4 * count).buffer)]).toEqual([...levels]);
      expect(memory.guardsIntact()).toBe(true);
    }
  });

  it('take few bytes for levels that are all the same', () => {
    memory.reset();
    const source = memory.put(new Uint8Array(100_000).fill(3));
    expect(memory.call('levels_encode', source, 100_000, 2, memory.allocate(64))).toBe(4);
  });

  it('refuse a level above the highest, in runs and in groups', () => {
    for (const bytes of [Uint8Array.of(16, 3), Uint8Array.of(3, 0xff, 0xff)]) {
      memory.reset();
      const source = memory.put(bytes);
      expect(memory.call('levels_decode', source, bytes.length, 2, 0, 8, 2, memory.allocate(8))).toBe(-2);
      expect(memory.guardsIntact()).toBe(true);
    }
  });

  it('say how many levels a short stream has', () => {
    memory.reset();
    const source = memory.put(Uint8Array.of(3, 0x55));
    expect(memory.call('levels_decode', source, 2, 1, 0, 40, 1, memory.allocate(40))).toBe(8);
  });
});

describe('levels_of_results', () => {
  const ABSENT = [0, 1, 2, 2];
  const run = (
    definition: readonly number[],
    repetition: readonly number[],
    validity: number | undefined,
    [leastPresent, leastElement] = [2, 2],
  ) => {
    memory.reset();
    const levels = memory.put(Uint8Array.from(definition));
    const lists = memory.put(Uint8Array.from(repetition));
    const bits = validity === undefined ? 0 : memory.put(Uint8Array.of(validity));
    const absent = memory.put(Uint8Array.from(ABSENT));
    const maxRepetition = repetition.length > 0 ? 1 : 0;
    const args = [levels, lists, maxRepetition, definition.length, absent, leastPresent, leastElement, 3, bits];
    const rows = memory.call('levels_of_results', ...args);
    expect(memory.guardsIntact()).toBe(true);
    return {
      rows,
      levels: [...memory.bytes(levels, definition.length)],
      validity: bits === 0 ? undefined : memory.bytes(bits, 1)[0],
    };
  };

  it('keep what has no place, and make null what the bitmap says', () => {
    // Null, empty, [null], [valid, to be null].
    const after = run([0, 1, 2, 3, 3], [0, 0, 0, 0, 1], 0b01011);
    expect(after).toEqual({ rows: 4, levels: [0, 1, 2, 3, 2], validity: 0b01000 });
  });

  it('let a list go on behind an element without a place, a struct that is null', () => {
    const after = run([2, 3, 2, 0], [0, 1, 1, 0], 0b1111, [3, 2]);
    expect(after).toEqual({ rows: 2, levels: [2, 3, 2, 0], validity: 0b0010 });
    expect(run([1, 3], [0, 1], 0b11, [3, 2]).rows).toBe(-1);
  });

  it('are the highest everywhere without a bitmap', () => {
    expect(run([3, 3], [], undefined)).toEqual({ rows: 2, levels: [3, 3], validity: undefined });
  });

  it('refuse a list that goes on where it is empty', () => {
    expect(run([3, 1], [0, 1], 0b11).rows).toBe(-1);
    expect(run([1, 3], [0, 1], 0b11).rows).toBe(-1);
  });
});

describe('levels_of_lists', () => {
  it('tell null, empty and other lists apart, and hide what null lists have', () => {
    memory.reset();
    // [a, null], null with an element, [], [b]: the last element is of no list.
    const starts = memory.put(Uint32Array.of(0, 2, 3, 3, 4));
    const lists = memory.put(Uint8Array.of(0b1101));
    const elements = memory.put(Uint8Array.of(0b11101));
    const [definition, repetition, valid] = [memory.allocate(9), memory.allocate(9), memory.put(Uint8Array.of(0))];
    const args = [starts, 4, lists, elements, 0, 2, 3, definition, repetition, valid];
    expect(memory.call('levels_of_lists', ...args)).toBe(5);
    expect([...memory.bytes(definition, 5)]).toEqual([3, 2, 0, 1, 3]);
    expect([...memory.bytes(repetition, 5)]).toEqual([0, 1, 0, 0, 0]);
    expect(memory.bytes(valid, 1)[0]).toBe(0b01001);
    expect(memory.guardsIntact()).toBe(true);
  });
});

describe('list_starts', () => {
  it('are the places below the highest level', () => {
    memory.reset();
    const levels = memory.put(Uint8Array.of(0, 2, 1, 2, 2, 0));
    const target = memory.allocate(4 * 7);
    expect(memory.call('list_starts', levels, 6, 2, 100, target)).toBe(3);
    expect([...new Uint32Array(memory.bytes(target, 12).buffer)]).toEqual([100, 102, 105]);
    expect(memory.guardsIntact()).toBe(true);
  });
});
