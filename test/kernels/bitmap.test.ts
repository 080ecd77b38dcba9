import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/seeded-random.js';
import { kernelMemory } from './rows-support.js';

const memory = kernelMemory();
const random = seededRandom(4);
const COUNTS = [0, 1, 2, 7, 8, 9, 15, 16, 17, 63, 64, 65, 127, 128, 129, 1000];
const randomBytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => random() * 256);
const bit = (bitmap: Uint8Array, i: number): number => ((bitmap[i >> 3] ?? 0) >> (i & 7)) & 1;

describe('bitmap_and', () => {
  it.each(COUNTS)('of %i bytes, apart and in place', (byteLength) => {
    const a = randomBytes(byteLength);
    const b = randomBytes(byteLength);
    const expected = a.map((byte, i) => byte & (b[i] ?? 0));
    for (const target of ['apart', 'a', 'b']) {
      memory.reset();
      const at = { a: memory.put(a, 3), b: memory.put(b, 1), apart: memory.allocate(byteLength) };
      const to = at[target as keyof typeof at];
      memory.call('bitmap_and', at.a, at.b, to, byteLength);
      expect(memory.bytes(to, byteLength)).toEqual(expected);
      expect(memory.guardsIntact()).toBe(true);
    }
  });
});

describe('bitmap_fill and bitmap_popcount', () => {
  it.each(COUNTS)('%i bits', (bitCount) => {
    const byteLength = Math.ceil(bitCount / 8);
    const bitmap = randomBytes(byteLength);
    memory.reset();
    const at = memory.put(bitmap, 1);
    let set = 0;
    for (let i = 0; i < bitCount; i++) set += bit(bitmap, i);
    expect(memory.call('bitmap_popcount', at, bitCount)).toBe(set);
    memory.call('bitmap_fill', at, bitCount);
    expect(memory.call('bitmap_popcount', at, byteLength * 8)).toBe(bitCount);
    expect(memory.call('bitmap_popcount', at, bitCount)).toBe(bitCount);
    expect(memory.guardsIntact()).toBe(true);
  });
});

describe('mask_nulls', () => {
  it.each(COUNTS)('%i values, apart and in place', (count) => {
    const values = Float64Array.from({ length: count }, (_, i) => (i % 5 === 3 ? Number.NaN : random() - 0.5));
    const validity = randomBytes(Math.ceil(count / 8));
    for (const fill of [Number.NEGATIVE_INFINITY, 0, Number.NaN]) {
      const expected = values.map((value, i) => (bit(validity, i) ? value : fill));
      for (const inPlace of [false, true]) {
        memory.reset();
        const source = memory.put(values, 8);
        const bits = memory.put(validity, 1);
        const target = inPlace ? source : memory.allocate(count * 8);
        memory.call('mask_nulls', source, bits, target, count, fill);
        expect(memory.float64(target, count)).toEqual(expected);
        expect(memory.guardsIntact()).toBe(true);
      }
    }
  });

  it('marks nulls with a NaN that is none of the values where no number would do', () => {
    memory.reset();
    const source = memory.put(new Float64Array(9).fill(Number.NaN), 8);
    const bits = memory.put(Uint8Array.of(0b11011111, 0), 1);
    memory.call('mask_nulls', source, bits, source, 9, Number.NaN);
    const nan = '7ff8000000000000';
    const mark = '7ff84c414e455749';
    const found = Array.from(memory.float64(source, 9), (_, i) =>
      new BigUint64Array(memory.float64(source + 8 * i, 1).slice().buffer)[0]!.toString(16),
    );
    expect(found).toEqual([nan, nan, nan, nan, nan, mark, nan, nan, mark]);
  });
});

describe('nan_to_null', () => {
  it.each(COUNTS)('%i values: clears the bits of NaN only and counts the nulls', (count) => {
    const values = Float64Array.from({ length: count }, (_, i) => (random() < 0.3 ? Number.NaN : i % 3 ? i : Infinity));
    const validity = randomBytes(Math.ceil(count / 8));
    const expected = validity.slice();
    let nullCount = 0;
    for (let i = 0; i < count; i++) {
      if (Number.isNaN(values[i])) expected[i >> 3] = (expected[i >> 3] ?? 0) & ~(1 << (i & 7));
      nullCount += 1 - bit(expected, i);
    }
    memory.reset();
    const source = memory.put(values);
    const bits = memory.put(validity, 1);
    expect(memory.call('nan_to_null', source, bits, count)).toBe(nullCount);
    expect(memory.bytes(bits, validity.length)).toEqual(expected);
    expect(memory.guardsIntact()).toBe(true);
  });
});
