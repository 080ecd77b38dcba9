import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/seeded-random.js';
import { seededBits } from '../../src/verify/seeded.js';
import { kernelMemory } from './rows-support.js';

const memory = kernelMemory();
const random = seededRandom(20);
const below = (limit: number): number => Math.floor(random() * limit);

function uleb(value: number | bigint): number[] {
  const bytes: number[] = [];
  let left = BigInt(value);
  for (; left >= 0x80n; left >>= 7n) bytes.push(Number(left & 0x7fn) | 0x80);
  return [...bytes, Number(left)];
}

/** Values of `width` bits, back to back, least significant bit first, to whole bytes. */
function pack(values: readonly bigint[], width: number): number[] {
  const bytes: number[] = [];
  let word = 0n;
  let bits = 0;
  for (const value of values) {
    word |= BigInt.asUintN(width, value) << BigInt(bits);
    bits += width;
    for (; bits >= 8; bits -= 8, word >>= 8n) bytes.push(Number(word & 0xffn));
  }
  return bits > 0 ? [...bytes, Number(word)] : bytes;
}

/** A hybrid stream with runs of both kinds, and the values in it. */
function hybridStream(bitWidth: number, largest: number): { bytes: Uint8Array; values: number[] } {
  const bytes: number[] = [];
  const values: number[] = [];
  for (let run = 0; run < 6; run++) {
    if (random() < 0.5) {
      const value = below(largest + 1);
      const length = 1 + below(40);
      bytes.push(...uleb(length << 1), ...pack([BigInt(value)], Math.ceil(bitWidth / 8) * 8));
      for (let i = 0; i < length; i++) values.push(value);
    } else {
      const group = Array.from({ length: 8 * (1 + below(5)) }, () => below(largest + 1));
      bytes.push(...uleb(((group.length / 8) << 1) | 1), ...pack(group.map(BigInt), bitWidth));
      values.push(...group);
    }
  }
  return { bytes: Uint8Array.from(bytes), values };
}

const bitOf = (bitmap: Uint8Array, i: number): number => ((bitmap[i >> 3] ?? 0) >> (i & 7)) & 1;

describe('rle_bit_packed_decode', () => {
  it.each(Array.from({ length: 33 }, (_, bitWidth) => bitWidth))('%i bits', (bitWidth) => {
    for (let round = 0; round < 10; round++) {
      const { bytes, values } = hybridStream(bitWidth, 2 ** bitWidth - 1);
      for (const skip of [0, 1, below(values.length), values.length]) {
        const count = below(values.length - skip + 1);
        memory.reset();
        const source = memory.put(bytes, 1);
        const target = memory.allocate(count * 4, 3);
        expect(memory.call('rle_bit_packed_decode', source, bytes.length, bitWidth, skip, count, target)).toBe(count);
        expect([...new Uint32Array(memory.bytes(target, count * 4).buffer)]).toEqual(values.slice(skip, skip + count));
        expect(memory.guardsIntact()).toBe(true);
      }
    }
  });

  it('says how many values a short stream has, and refuses what makes no sense', () => {
    const decode = (bytes: readonly number[], bitWidth: number): number => {
      memory.reset();
      const source = memory.put(Uint8Array.from(bytes));
      const status = memory.call('rle_bit_packed_decode', source, bytes.length, bitWidth, 0, 10, memory.allocate(40));
      expect(memory.guardsIntact()).toBe(true);
      return status;
    };
    expect(decode([], 3)).toBe(0);
    expect(decode([8, 1], 3)).toBe(4);
    expect(decode([3, 0xff], 2)).toBe(4);
    expect(decode([0, 1, 0, 1], 1)).toBe(0);
    expect(decode([8], 3)).toBe(-1);
    expect(decode([0x80], 3)).toBe(-1);
    expect(decode([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1], 3)).toBe(-1);
    expect(decode([8, 1], 33)).toBe(-1);
    expect(decode([8, 1], -1)).toBe(-1);
  });
});

describe('dictionary_decode', () => {
  it.each([2, 4, 8])('%i bytes a value, with a range check', (width) => {
    for (const bitWidth of [0, 1, 5, 8, 13, 17]) {
      const length = Math.min(2 ** bitWidth, 1000);
      const dictionary = Uint8Array.from({ length: length * width }, () => below(256));
      const { bytes, values } = hybridStream(bitWidth, length - 1);
      const skip = below(values.length);
      const count = values.length - skip;
      memory.reset();
      const source = memory.put(bytes, 1);
      const words = memory.put(dictionary, 5);
      const target = memory.allocate(count * width, 3);
      const kernel = `dictionary_decode_${width}`;
      expect(memory.call(kernel, source, bytes.length, bitWidth, skip, count, words, length, target)).toBe(count);
      const expected = values
        .slice(skip)
        .flatMap((index) => [...dictionary.subarray(index * width, (index + 1) * width)]);
      expect([...memory.bytes(target, count * width)]).toEqual(expected);
      const largest = Math.max(...values.slice(skip));
      expect(memory.call(kernel, source, bytes.length, bitWidth, skip, count, words, largest, target)).toBe(-2);
      expect(memory.guardsIntact()).toBe(true);
    }
  });
});

describe('definition_levels_decode', () => {
  it.each([1, 2, 3, 5])('level %i is valid; starts at any bit', (maxLevel) => {
    const bitWidth = Math.ceil(Math.log2(maxLevel + 1));
    for (let round = 0; round < 40; round++) {
      const { bytes, values } = hybridStream(bitWidth, maxLevel);
      const skip = below(20);
      const count = below(values.length - Math.min(skip, values.length) + 1);
      const targetBit = below(20);
      const before = Uint8Array.from({ length: Math.ceil((targetBit + count) / 8) + 1 }, () => below(256));
      memory.reset();
      const source = memory.put(bytes, 1);
      const target = memory.put(before, 3);
      const validCount = memory.put(Int32Array.of(1000));
      const args = [source, bytes.length, bitWidth, skip, count, maxLevel, target, targetBit, validCount];
      const decoded = memory.call('definition_levels_decode', ...args);
      expect(decoded).toBe(Math.min(count, Math.max(0, values.length - skip)));
      const after = memory.bytes(target, before.length);
      let valid = 0;
      for (let i = 0; i < before.length * 8; i++) {
        const at = i - targetBit;
        const expected = at >= 0 && at < decoded ? Number(values[skip + at] === maxLevel) : bitOf(before, i);
        if (at >= 0 && at < decoded) valid += expected;
        expect(bitOf(after, i)).toBe(expected);
      }
      expect(new Int32Array(memory.bytes(validCount, 4).buffer)[0]).toBe(1000 + valid);
      expect(memory.guardsIntact()).toBe(true);
    }
  });
});

describe('delta_binary_packed_decode', () => {
  const zigzag = (value: bigint): bigint => BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));

  /** As parquet-format describes it; `trim` cuts the last miniblock off behind its last value. */
  function encode(values: readonly bigint[], blockSize: number, miniblocks: number, trim = false): Uint8Array {
    const bytes = [...uleb(blockSize), ...uleb(miniblocks), ...uleb(values.length), ...uleb(zigzag(values[0] ?? 0n))];
    const perMiniblock = blockSize / miniblocks;
    for (let start = 1; start < values.length; start += blockSize) {
      const deltas: bigint[] = [];
      for (let i = start; i < Math.min(start + blockSize, values.length); i++) {
        deltas.push(BigInt.asIntN(64, (values[i] ?? 0n) - (values[i - 1] ?? 0n)));
      }
      let least = 2n ** 63n;
      for (const delta of deltas) if (delta < least) least = delta;
      const rest = deltas.map((delta) => BigInt.asUintN(64, delta - least));
      const widths: number[] = [];
      const bodies: number[] = [];
      for (let m = 0; m < miniblocks; m++) {
        const mini = rest.slice(m * perMiniblock, (m + 1) * perMiniblock);
        const width = mini.reduce((most, value) => Math.max(most, value.toString(2).length * Number(value > 0n)), 0);
        widths.push(width);
        const isLast = trim && start + m * perMiniblock + perMiniblock >= values.length;
        while (!isLast && mini.length > 0 && mini.length < perMiniblock) mini.push(0n);
        bodies.push(...pack(mini, width));
      }
      bytes.push(...uleb(zigzag(least)), ...widths, ...bodies);
    }
    return Uint8Array.from(bytes);
  }

  const word = (): bigint => (BigInt(below(2 ** 32)) << 32n) | BigInt(below(2 ** 32));
  const streams: readonly (readonly [string, (i: number) => bigint])[] = [
    ['a constant', () => 7n],
    ['a slope', (i) => BigInt(i) * 3n - 50n],
    ['small steps', () => BigInt(below(100))],
    ['any int32', () => BigInt.asIntN(32, word())],
    ['any int64', () => BigInt.asIntN(64, word())],
    ['the extremes in turn', (i) => (i % 2 ? 2n ** 63n - 1n : -(2n ** 63n))],
  ];

  it.each(streams)('%s', (_, valueAt) => {
    for (const length of [1, 2, 32, 33, 34, 129, 300]) {
      const values = Array.from({ length }, (_, i) => valueAt(i));
      for (const trim of [false, true]) {
        const bytes = encode(values, 128, 4, trim);
        for (const skip of [0, 1, below(length), length, length + 5]) {
          const expected = values.slice(skip, skip + 200);
          memory.reset();
          const source = memory.put(bytes, 1);
          const target64 = memory.allocate(expected.length * 8, 3);
          const target32 = memory.allocate(expected.length * 4, 1);
          const args = [source, bytes.length, skip, 200] as const;
          expect(memory.call('delta_binary_packed_decode_int64', ...args, target64)).toBe(expected.length);
          expect(memory.call('delta_binary_packed_decode_int32', ...args, target32)).toBe(expected.length);
          expect([...new BigInt64Array(memory.bytes(target64, expected.length * 8).buffer)]).toEqual(expected);
          expect([...new Int32Array(memory.bytes(target32, expected.length * 4).buffer)]).toEqual(
            expected.map((value) => Number(BigInt.asIntN(32, value))),
          );
          expect(memory.guardsIntact()).toBe(true);
        }
      }
    }
  });

  it('refuses streams that are cut short or make no sense', () => {
    const decode = (bytes: Uint8Array): number => {
      memory.reset();
      const source = memory.put(bytes, 1);
      const target = memory.allocate(300 * 8);
      const status = memory.call('delta_binary_packed_decode_int64', source, bytes.length, 0, 300, target);
      expect(memory.guardsIntact()).toBe(true);
      return status;
    };
    const whole = encode(
      Array.from({ length: 300 }, () => BigInt.asIntN(64, word())),
      128,
      4,
      true,
    );
    expect(decode(whole)).toBe(300);
    for (let length = 0; length < whole.length; length++) expect(decode(whole.slice(0, length))).toBe(-1);
    for (const header of [
      [0, 4, 5, 0, 0, 0, 0, 0, 0],
      [128, 1, 0, 5, 0, 0],
      [128, 1, 3, 5, 0, 0, 0, 0, 0],
      [4, 4, 5, 0, 0, 0, 0, 0, 0],
      [128, 1, 1, 5, 0, 0, 65, 0, 0],
    ]) {
      expect(decode(Uint8Array.from(header))).toBe(-1);
    }
    for (let i = 0; i < 2_000; i++) {
      const damaged = whole.slice();
      for (let j = 0; j <= 3 * random(); j++) damaged[below(j === 0 ? 12 : damaged.length)] = below(256);
      expect(decode(damaged)).toBeLessThanOrEqual(300);
    }
  });
});

describe('byte_stream_split', () => {
  it.each([2, 4, 8])('%i bytes a value, both ways', (width) => {
    for (const count of [0, 1, 2, 15, 16, 17, 31, 32, 33, 100]) {
      const values = Uint8Array.from({ length: count * width }, () => below(256));
      const streams = values.map((_, at) => values[(at % count) * width + Math.floor(at / count)] ?? 0);
      memory.reset();
      const source = memory.put(values, 1);
      const target = memory.allocate(values.length, 3);
      memory.call(`byte_stream_split_encode_${width}`, source, count, target);
      expect(memory.bytes(target, values.length)).toEqual(streams);
      const skip = below(count + 1);
      const back = memory.allocate((count - skip) * width, 5);
      memory.call(`byte_stream_split_decode_${width}`, target, count, skip, count - skip, back);
      expect(memory.bytes(back, (count - skip) * width)).toEqual(values.slice(skip * width));
      expect(memory.guardsIntact()).toBe(true);
    }
  });
});

describe('count_repeats', () => {
  it.each([4, 8])('counts the values of %i bytes that occur among those before them', (width) => {
    for (const [count, distinct] of [
      [0, 1],
      [1, 1],
      [2, 1],
      [500, 20],
      [4096, 4096],
      [16383, 1e9],
    ] as const) {
      const values = Array.from({ length: count }, () => BigInt(below(distinct)) * 0x9e3779b97f4a7c15n);
      memory.reset();
      const words =
        width === 4
          ? Uint32Array.from(values, (value) => Number(BigInt.asUintN(32, value)))
          : BigUint64Array.from(values);
      const source = memory.put(new Uint8Array(words.buffer), 8);
      const table = memory.allocate(1 << 15, 8);
      expect(memory.call(`count_repeats_${width}`, source, count, table)).toBe(count - new Set(values).size);
      expect(memory.guardsIntact()).toBe(true);
    }
  });
});

describe('scatter and compact by validity', () => {
  it.each([1, 2, 4, 8])('%i bytes a value: one undoes the other', (width) => {
    for (const density of [0, 0.1, 0.5, 0.9, 1]) {
      for (const count of [0, 1, 7, 8, 9, 64, 65, 200]) {
        const validityBit = below(17);
        const validity = new Uint8Array(Math.ceil((validityBit + count) / 8));
        for (let i = 0; i < validityBit + count; i++) {
          if (random() < density) validity[i >> 3] = (validity[i >> 3] ?? 0) | (1 << (i & 7));
        }
        const rows = Uint8Array.from({ length: count * width }, (_, at) =>
          bitOf(validity, validityBit + Math.floor(at / width)) ? 1 + below(255) : 0,
        );
        const dense = rows.filter((_, at) => bitOf(validity, validityBit + Math.floor(at / width)) === 1);
        memory.reset();
        const bits = memory.put(validity, 1);
        const values = memory.allocate(count * width, 3);
        new Uint8Array(memory.buffer).set(dense, values);
        const validCount = dense.length / width;
        expect(memory.call(`scatter_by_validity_${width}`, values, bits, validityBit, count)).toBe(validCount);
        expect(memory.bytes(values, rows.length)).toEqual(rows);
        const apart = memory.allocate(count * width, 1);
        for (const target of [apart, values]) {
          expect(memory.call(`compact_by_validity_${width}`, values, bits, validityBit, count, target)).toBe(
            validCount,
          );
          expect(memory.bytes(target, dense.length)).toEqual(dense);
        }
        expect(memory.guardsIntact()).toBe(true);
      }
    }
  });
});

describe('min_max', () => {
  type Column = Float64Array | Float32Array | Int32Array;
  const columnOf: Readonly<Record<string, (source: number[] | ArrayBuffer) => Column>> = {
    float64: (source) => new Float64Array(source),
    float32: (source) => new Float32Array(source),
    int32: (source) => new Int32Array(source),
  };

  it.each(Object.entries(columnOf))('%s, without and with nulls', (type, column) => {
    const bits = seededBits(21);
    for (const count of [0, 1, 2, 3, 4, 5, 17, 100]) {
      const values = column(Array.from({ length: count }, () => (random() < 0.2 ? Number.NaN : bits())));
      const validity = Uint8Array.from({ length: Math.ceil(count / 8) }, () => below(256));
      for (const withNulls of [false, true]) {
        const numbers = [...values].filter(
          (value, i) => !Number.isNaN(value) && (!withNulls || bitOf(validity, i) === 1),
        );
        memory.reset();
        const source = memory.put(values);
        const mask = withNulls ? memory.put(validity, 1) : 0;
        const out = memory.put(column([77, 77]));
        expect(memory.call(`min_max_${type}`, source, mask, count, out)).toBe(numbers.length);
        const extremes = [...column(memory.bytes(out, 2 * values.BYTES_PER_ELEMENT).buffer as ArrayBuffer)];
        // Adding 0 leaves the sign of a zero to the test below.
        const expected = numbers.length > 0 ? [Math.min(...numbers) + 0, Math.max(...numbers) + 0] : [77, 77];
        expect(extremes.map((value) => value + 0)).toEqual(expected);
      }
    }
  });

  it.each(['float64', 'float32'])(
    '%s writes a zero as -0 where it is the smallest, as +0 where it is the largest',
    (type) => {
      for (const zero of [0, -0]) {
        for (const count of [1, 4, 5]) {
          const values = columnOf[type]?.(new Array(count).fill(zero)) ?? new Float64Array();
          memory.reset();
          const source = memory.put(values);
          const out = memory.allocate(16);
          memory.call(`min_max_${type}`, source, 0, count, out);
          const extremes =
            columnOf[type]?.(memory.bytes(out, 2 * values.BYTES_PER_ELEMENT).buffer as ArrayBuffer) ?? [];
          expect([...extremes]).toEqual([-0, 0]);
        }
      }
    },
  );
});
