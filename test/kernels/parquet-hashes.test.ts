import { xxhash64 } from 'hyparquet/src/xxhash.js';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/seeded-random.js';
import { kernelMemory } from './rows-support.js';

const memory = kernelMemory();
const random = seededRandom(8);
const bytesOf = (byteLength: number) => Uint8Array.from({ length: byteLength }, () => Math.floor(random() * 256));
const hashesAt = (address: number, count: number) =>
  Array.from(new BigUint64Array(memory.bytes(address, 8 * count).slice().buffer));

describe('hashes of values', () => {
  const values = [0, 1, 3, 4, 7, 8, 12, 16, 31, 32, 33, 63, 64, 100].map(bytesOf);

  it('are those of byte arrays without their lengths', () => {
    memory.reset();
    const bytes = Uint8Array.from(values.flatMap((value) => [value.length, 0, 0, 0, ...value]));
    const source = memory.put(bytes, 3);
    const hashes = memory.allocate(8 * values.length);
    expect(memory.call('xxh64_byte_arrays', source, source + bytes.length, hashes)).toBe(values.length);
    expect(hashesAt(hashes, values.length)).toEqual(values.map((value) => xxhash64(value)));
    expect(memory.guardsIntact()).toBe(true);
  });

  it.each([4, 8, 12, 16])('are those of values of %i bytes', (width) => {
    memory.reset();
    const own = Array.from({ length: 20 }, () => bytesOf(width));
    const source = memory.put(Uint8Array.from(own.flatMap((value) => [...value])), 1);
    const hashes = memory.allocate(8 * own.length);
    memory.call('xxh64_fixed', source, own.length, width, hashes);
    expect(hashesAt(hashes, own.length)).toEqual(own.map((value) => xxhash64(value)));
    expect(memory.guardsIntact()).toBe(true);
  });
});
