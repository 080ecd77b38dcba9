import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/seeded-random.js';
import { kernelMemory } from './rows-support.js';

const memory = kernelMemory();
const random = seededRandom(31);
const below = (limit: number): number => Math.floor(random() * limit);

/** Few different bytes, so that values share beginnings; some values are long, some empty. */
function randomValue(byteLength = below(8) === 0 ? below(200) : below(20)): Uint8Array {
  return Uint8Array.from({ length: byteLength }, () => [0, 1, 0x7f, 0x80, 0xff][below(5)]!);
}

function prefixed(values: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [value.length & 0xff, value.length >> 8, 0, 0, ...value]));
}

function randomIndices(count: number, limit: number): Uint32Array {
  return Uint32Array.from({ length: count }, () => below(limit));
}

const concatenated = (values: readonly Uint8Array[]) => Uint8Array.from(values.flatMap((value) => [...value]));

describe('byte arrays behind their lengths', () => {
  it('are found, and copied in the order of indices', () => {
    for (let round = 0; round < 50; round++) {
      const values = Array.from({ length: 1 + below(40) }, () => randomValue());
      memory.reset();
      const bytes = prefixed(values);
      const source = memory.put(bytes, below(16));
      const places = memory.allocate(4 * values.length);
      expect(memory.call('byte_arrays_find', source, source + bytes.length, values.length, places)).toBe(values.length);
      const indices = randomIndices(below(100), values.length);
      const expected = prefixed(Array.from(indices, (index) => values[index]!));
      const target = memory.allocate(expected.length, below(16));
      const end = memory.call('byte_arrays_gather', memory.put(indices), indices.length, places, target);
      expect(end - target).toBe(expected.length);
      expect(memory.bytes(target, expected.length)).toEqual(expected);
      expect(memory.guardsIntact()).toBe(true);
    }
  });

  it('are not found beyond the end', () => {
    const values = [Uint8Array.of(1, 2, 3), Uint8Array.of(), Uint8Array.of(4)];
    const bytes = prefixed(values);
    for (const [byteLength, count] of [
      [bytes.length, 3],
      [bytes.length - 1, 2],
      [10, 1],
      [3, 0],
    ] as const) {
      memory.reset();
      const source = memory.put(bytes);
      expect(memory.call('byte_arrays_find', source, source + byteLength, 4, memory.allocate(16))).toBe(count);
    }
    memory.reset();
    const source = memory.put(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 1));
    expect(memory.call('byte_arrays_find', source, source + 5, 1, memory.allocate(4))).toBe(0);
  });
});

describe('values of a width', () => {
  it.each([1, 3, 8, 12, 16, 100])('of %i bytes are copied in the order of indices', (width) => {
    const values = Array.from({ length: 20 }, () => randomValue(width));
    memory.reset();
    const source = memory.put(concatenated(values), 1);
    const indices = randomIndices(50, values.length);
    const expected = concatenated(Array.from(indices, (index) => values[index]!));
    const target = memory.allocate(expected.length, 5);
    expect(memory.call('fixed_gather', memory.put(indices), 50, source, width, target) - target).toBe(expected.length);
    expect(memory.bytes(target, expected.length)).toEqual(expected);
    expect(memory.guardsIntact()).toBe(true);
  });
});

/** In which order values are that are compared byte by byte, or as numbers in two's complement. */
function compare(a: Uint8Array, b: Uint8Array, signBit: number): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const flip = i === 0 ? signBit : 0;
    const difference = (a[i]! ^ flip) - (b[i]! ^ flip);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

describe('bytes_bounds', () => {
  const boundsOf = (bytes: Uint8Array, width: number, signBit: number): Uint8Array[] => {
    memory.reset();
    const source = memory.put(bytes, below(16));
    const bounds = memory.allocate(16);
    memory.call('bytes_bounds', source, source + bytes.length, width, signBit, bounds);
    const [min = 0, minLength = 0, max = 0, maxLength = 0] = new Uint32Array(memory.bytes(bounds, 16).buffer);
    return [memory.bytes(min, minLength), memory.bytes(max, maxLength)];
  };

  it('are the smallest and the largest of byte arrays', () => {
    for (let round = 0; round < 100; round++) {
      const values = Array.from({ length: 1 + below(30) }, () => randomValue());
      const sorted = values.toSorted((a, b) => compare(a, b, 0));
      expect(boundsOf(prefixed(values), 0, 0)).toEqual([sorted[0], sorted.at(-1)]);
    }
  });

  it.each([0, 0x80])('are those of values of a width, with the sign bit %i', (signBit) => {
    for (const width of [1, 5, 8, 16, 21]) {
      const values = Array.from({ length: 1 + below(30) }, () => randomValue(width));
      const sorted = values.toSorted((a, b) => compare(a, b, signBit));
      expect(boundsOf(concatenated(values), width, signBit)).toEqual([sorted[0], sorted.at(-1)]);
    }
  });
});
