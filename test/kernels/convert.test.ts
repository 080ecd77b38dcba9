import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/seeded-random.js';
import { seededBits } from '../../src/verify/seeded.js';
import { kernelMemory } from './rows-support.js';

const memory = kernelMemory();
const COUNTS = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 100];

/** Runs a load kernel over exactly the bytes of `source` and returns the float64 values. */
function load(type: string, source: ArrayBufferView, count: number, misalignment = 0): number[] {
  memory.reset();
  const from = memory.put(source, misalignment);
  const to = memory.allocate(count * 8, misalignment);
  memory.call(`load_${type}`, from, to, count);
  expect(memory.guardsIntact()).toBe(true);
  return [...memory.float64(to, count)];
}

function store(type: string, values: readonly number[], byteLength: number, misalignment = 0): ArrayBuffer {
  memory.reset();
  const from = memory.put(Float64Array.from(values), misalignment);
  const to = memory.allocate(byteLength, misalignment);
  memory.call(`store_${type}`, from, to, values.length);
  expect(memory.guardsIntact()).toBe(true);
  return memory.bytes(to, byteLength).buffer as ArrayBuffer;
}

/** The value of a half, from its definition. */
function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

/** The half nearest to x, ties to the even one, by search among all of them. */
function nearestHalf(x: number): number {
  const sign = x < 0 || Object.is(x, -0) ? 0x8000 : 0;
  if (Number.isNaN(x)) return 0x7e00;
  const magnitude = Math.abs(x);
  if (magnitude >= 65520) return sign | 0x7c00;
  let low = 0;
  let high = 0x7c00;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (halfValue(middle) <= magnitude) low = middle;
    else high = middle;
  }
  const below = magnitude - halfValue(low);
  const above = (high === 0x7c00 ? 65536 : halfValue(high)) - magnitude;
  return sign | (below < above || (below === above && (low & 1) === 0) ? low : high);
}

describe('widening to float64', () => {
  const random = seededRandom(1);
  const word = (): number => Math.floor(random() * 2 ** 32);
  const words = Array.from({ length: 200 }, word);
  const edges32 = [0, 1, -1, 2 ** 31 - 1, -(2 ** 31)];
  const typed = {
    int8: Int8Array.from([...words, 127, -128, 0, -1]),
    uint8: Uint8Array.from([...words, 255, 0, 128]),
    int16: Int16Array.from([...words, 32767, -32768]),
    uint16: Uint16Array.from([...words, 65535, 0, 32768]),
    int32: Int32Array.from([...words, ...edges32]),
    uint32: Uint32Array.from([...words, ...edges32]),
    float32: Float32Array.from([...words, 0, -0, 1e-45, -1e-45, 3.4e38, Infinity, -Infinity, Number.NaN]),
  };

  it.each(Object.entries(typed))('%s gives each value exactly', (type, values) => {
    for (const misalignment of [0, 1, 2, 4, 8]) {
      expect(load(type, values, values.length, misalignment)).toEqual([...values]);
    }
    for (const count of COUNTS) {
      const part = values.slice(0, count);
      expect(load(type, part, count)).toEqual([...part]);
    }
  });

  it.each([
    ['int64', BigInt64Array],
    ['uint64', BigUint64Array],
  ] as const)('%s rounds to the nearest double, ties to even', (type, ArrayType) => {
    const bigs: bigint[] = [
      0n,
      1n,
      -1n,
      2n ** 53n + 1n,
      2n ** 53n + 3n,
      -(2n ** 53n) - 1n,
      2n ** 63n - 1n,
      -(2n ** 63n),
    ];
    for (let i = 0; i < 500; i++) bigs.push(((BigInt(word()) << 32n) | BigInt(word())) >> BigInt(i % 64));
    for (let shift = 1n; shift <= 10n; shift++) {
      const half = 2n ** shift / 2n;
      for (const extra of [-1n, 0n, 1n])
        bigs.push(2n ** (52n + shift) + half + extra, 2n ** (52n + shift) + 3n * half + extra);
    }
    const values = new ArrayType(bigs.length);
    bigs.forEach((big, i) => {
      values[i] = big;
    });
    expect(load(type, values, values.length)).toEqual([...values].map(Number));
    for (const count of COUNTS)
      expect(load(type, values.slice(0, count), count)).toEqual([...values.slice(0, count)].map(Number));
  });

  it('float16 gives the value of all 65536 halves', () => {
    const halves = Uint16Array.from({ length: 65536 }, (_, bits) => bits);
    expect(load('float16', halves, halves.length)).toEqual(Array.from(halves, halfValue));
    for (const count of COUNTS) {
      const part = halves.slice(1020, 1020 + count);
      expect(load('float16', part, count)).toEqual(Array.from(part, halfValue));
    }
    expect(load('float16', halves.slice(31745, 31748), 3)).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });

  it('bool reads bits, least significant first', () => {
    const bits = Uint8Array.from(words);
    const expected = Array.from({ length: bits.length * 8 }, (_, i) => ((bits[i >> 3] ?? 0) >> (i & 7)) & 1);
    expect(load('bool', bits, bits.length * 8)).toEqual(expected);
    for (const count of COUNTS) {
      expect(load('bool', bits.slice(0, Math.ceil(count / 8)), count)).toEqual(expected.slice(0, count));
    }
  });
});

describe('narrowing from float64', () => {
  const bits = seededBits(2);
  const random = seededRandom(3);

  it('float32 rounds once, to nearest even', () => {
    const values = [
      0,
      -0,
      1e-46,
      7e-46,
      3.4028235677973366e38,
      3.4028235677973362e38,
      -1e300,
      Infinity,
      Number.NaN,
      1 + 2 ** -24,
    ];
    for (let i = 0; i < 4000; i++) values.push(bits(), (random() - 0.5) * 10 ** (random() * 90 - 45));
    expect([...new Float32Array(store('float32', values, values.length * 4))]).toEqual(values.map(Math.fround));
    for (const count of COUNTS) {
      const part = values.slice(0, count);
      expect([...new Float32Array(store('float32', part, count * 4, 4))]).toEqual(part.map(Math.fround));
    }
  });

  it('float16 rounds once, to nearest even', () => {
    const values = [0, -0, 65504, 65519.999, 65520, -65520, 1e300, Infinity, -Infinity, Number.NaN, 2 ** -24, 2 ** -25];
    values.push(2 ** -25 * (1 + 2 ** -52), 2 ** -14, 2 ** -14 - 2 ** -25, 5e-324, -5e-324);
    for (let i = 0; i < 4000; i++) values.push(bits(), (random() - 0.5) * 2 ** (random() * 44 - 26));
    for (let half = 0; half < 0x7c00; half += 7) {
      const middle = (halfValue(half) + (half === 0x7bff ? 65536 : halfValue(half + 1))) / 2;
      values.push(middle, -middle, middle * (1 + 2 ** -52), middle * (1 - 2 ** -53));
    }
    const stored = [...new Uint16Array(store('float16', values, values.length * 2))];
    expect(stored.map((half) => (Number.isNaN(halfValue(half)) ? half & 0x7e00 : half))).toEqual(
      values.map(nearestHalf),
    );
    for (const count of COUNTS) {
      const part = values.slice(0, count);
      expect([...new Uint16Array(store('float16', part, count * 2, 2))]).toEqual(stored.slice(0, count));
    }
  });

  it('int32 truncates and saturates', () => {
    const values = [0, -0, 1.9, -1.9, 4095, 2147483647, 3e9, -3e9, Number.NaN];
    const expected = [0, 0, 1, -1, 4095, 2147483647, 2147483647, -2147483648, 0];
    for (let count = 0; count <= values.length; count++) {
      expect([...new Int32Array(store('int32', values.slice(0, count), count * 4))]).toEqual(expected.slice(0, count));
    }
  });
});
