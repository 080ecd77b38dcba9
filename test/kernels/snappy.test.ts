import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/seeded-random.js';
import { CODEC_INPUTS, kernelMemory } from './rows-support.js';

const memory = kernelMemory(128);

/** Blocks that pyarrow 25's codec made of the inputs of the same name: pa.compress(input, codec='snappy'). */
const PYARROW_BLOCKS: Readonly<Record<string, string>> = {
  empty: 'AA==',
  'one byte': 'AQBh',
  text: 'vAV4dGhlIHF1aWNrIGJyb3duIGZveCBqdW1wcyBvdmVyIAEfIGxhenkgZG9nLgUO/i0A/i0A/i0A/i0A/i0A/i0A/i0A/i0A/i0A/i0AHS0=',
  doubles:
    'gAQAADIBAATQPwkPAOANCADoDQgA8A0IAPQNCAD4DQgA/A0IBABACTgAAg0IAAQNCAAGDQgACA0IAAoNCAAMDQgADg0IABANCAARDQgAEg0IABMNCAAUDQgAFQ0IABYNCAAXDQgAGA0IABkNCAAaDQgAGw0IABwNCAAdDQgAHg0IAB8NCAAgCQgAgA0IBAAhDRANCAQAIg0QDQgEACMNEA0IBAAkDRANCAQAJQ0QDQgEACYNEA0IBAAnDRANCAQAKA0QDQgEACkNEA0IBAAqDRANCAQAKw0QDQgEACwNEA0IBAAtDRANCAQALg0QDQgoAC9AAAAAAACAL0A=',
  'period 3': 'pAMIYWJj/gMA/gMA/gMA/gMAogMADHh5enf+BADOBAA=',
};

function decompress(block: Uint8Array, capacity: number): { status: number; bytes: Uint8Array; intact: boolean } {
  memory.reset();
  const source = memory.put(block, 1);
  const target = memory.allocate(capacity, 3);
  const status = memory.call('snappy_decompress', source, block.length, target, capacity);
  return { status, bytes: memory.bytes(target, Math.max(0, status)), intact: memory.guardsIntact() };
}

function compress(input: Uint8Array): Uint8Array {
  memory.reset();
  const source = memory.put(input, 1);
  const target = memory.allocate(memory.call('snappy_max_compressed_length', input.length), 3);
  const table = memory.allocate(32_768);
  const length = memory.call('snappy_compress', source, input.length, target, table);
  expect(memory.guardsIntact()).toBe(true);
  return memory.bytes(target, length);
}

describe('snappy', () => {
  it.each(Object.entries(PYARROW_BLOCKS))('decompresses what pyarrow made: %s', (name, base64) => {
    const input = CODEC_INPUTS[name] ?? new Uint8Array();
    const block = Buffer.from(base64, 'base64');
    expect(decompress(block, input.length)).toEqual({ status: input.length, bytes: input, intact: true });
    expect(decompress(block, input.length + 100)).toEqual({ status: input.length, bytes: input, intact: true });
    memory.reset();
    expect(memory.call('snappy_uncompressed_length', memory.put(block), block.length)).toBe(input.length);
    if (input.length > 0) expect(decompress(block, input.length - 1).status).toBe(-1);
  });

  it('follows the format: all three kinds of copies, literals with 1 to 4 bytes of length', () => {
    const seed = new Uint8Array([1, 2, 3, 4]);
    const literals = [
      [0x0c, ...seed],
      [60 << 2, 3, ...seed],
      [61 << 2, 3, 0, ...seed],
      [62 << 2, 3, 0, 0, ...seed],
      [63 << 2, 3, 0, 0, 0, ...seed],
    ];
    const copies = [
      [0x01 | (1 << 2), 4],
      [0x02 | (4 << 2), 4, 0],
      [0x03 | (4 << 2), 4, 0, 0, 0],
    ];
    for (const literal of literals) {
      for (const copy of copies) {
        expect(decompress(Uint8Array.from([9, ...literal, ...copy]), 9)).toEqual({
          status: 9,
          bytes: Uint8Array.from([1, 2, 3, 4, 1, 2, 3, 4, 1]),
          intact: true,
        });
      }
    }
  });

  it.each([
    ['no length', []],
    ['a length that never ends', [0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
    ['a length beyond 32 bits', [0x80, 0x80, 0x80, 0x80, 0x10]],
    ['a literal longer than the source', [4, 0x0c, 1, 2]],
    ['a literal longer than promised', [2, 0x0c, 1, 2, 3, 4]],
    ['a literal of 2^32 bytes', [4, 63 << 2, 0xff, 0xff, 0xff, 0xff, 1]],
    ['a literal without its length', [4, 61 << 2, 1]],
    ['an offset of 0', [8, 0x0c, 1, 2, 3, 4, 1, 0]],
    ['an offset before the start', [8, 0x0c, 1, 2, 3, 4, 1, 5]],
    ['a copy longer than promised', [7, 0x0c, 1, 2, 3, 4, 1, 4]],
    ['a copy without its offset', [8, 0x0c, 1, 2, 3, 4, 2, 1]],
    ['fewer bytes than promised', [5, 0x0c, 1, 2, 3, 4]],
  ])('refuses %s', (_, block) => {
    const { status, intact } = decompress(Uint8Array.from(block), 64);
    expect({ status, intact }).toEqual({ status: -1, intact: true });
  });

  it.each(Object.keys(CODEC_INPUTS))('round trip: %s', (name) => {
    const input = CODEC_INPUTS[name] ?? new Uint8Array();
    const block = compress(input);
    const result = decompress(block, input.length);
    expect(result.status).toBe(input.length);
    expect(Buffer.compare(result.bytes, input)).toBe(0);
    expect(result.intact).toBe(true);
  });

  it('makes runs and periods small', () => {
    expect(compress(new Uint8Array(100_000)).length).toBeLessThan(5_000);
    expect(compress(CODEC_INPUTS.text ?? new Uint8Array()).length).toBeLessThan(120);
  });

  it('survives damaged blocks', () => {
    const random = seededRandom(11);
    const block = compress(CODEC_INPUTS.doubles ?? new Uint8Array());
    for (let i = 0; i < 5_000; i++) {
      const damaged = block.slice(0, random() < 0.5 ? block.length : Math.floor(random() * block.length));
      for (let j = 0; j <= 3 * random(); j++) damaged[Math.floor(random() * damaged.length)] = random() * 256;
      const capacity = Math.floor(random() * 1_000);
      const { status, intact } = decompress(damaged, capacity);
      expect(intact && status >= -1 && status <= capacity).toBe(true);
    }
  });
});
