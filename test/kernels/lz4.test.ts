import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/seeded-random.js';
import { CODEC_INPUTS, kernelMemory } from './rows-support.js';

const memory = kernelMemory(128);

/** Blocks that pyarrow 25's codec made of the inputs of the same name: pa.compress(input, codec='lz4_raw'). */
const PYARROW_BLOCKS: Readonly<Record<string, string>> = {
  empty: 'AA==',
  'one byte': 'EGE=',
  text: '8BB0aGUgcXVpY2sgYnJvd24gZm94IGp1bXBzIG92ZXIgHwCRbGF6eSBkb2cuDgAPLQD//3VQanVtcHM=',
  doubles:
    'GQABACLQPw8AE+AIABPoCAAT8AgAE/QIABP4CAAT/AgAIgBAOAATAggAEwQIABMGCAATCAgAEwoIABMMCAATDggAExAIABMRCAATEggAExMIABMUCAATFQgAExYIABMXCAATGAgAExkIABMaCAATGwgAExwIABMdCAATHggAEx8IABIgCAATgAgAIwAhEAADCAAjACIQAAMIACMAIxAAAwgAIwAkEAADCAAjACUQAAMIACMAJhAAAwgAIwAnEAADCAAjACgQAAMIACMAKRAAAwgAIwAqEAADCAAjACsQAAMIACMALBAAAwgAIwAtEAADCAAjAC4QAAMIALAAL0AAAAAAAIAvQA==',
  'period 3': 'P2FiYwMA/xdPeHl6dwQAXFB3eHl6dw==',
};

function decompress(block: Uint8Array, capacity: number): { status: number; bytes: Uint8Array; intact: boolean } {
  memory.reset();
  const source = memory.put(block, 1);
  const target = memory.allocate(capacity, 3);
  const status = memory.call('lz4_decompress_block', source, block.length, target, capacity, target);
  return { status, bytes: memory.bytes(target, Math.max(0, status)), intact: memory.guardsIntact() };
}

function compress(input: Uint8Array, capacity?: number): Uint8Array | -1 {
  memory.reset();
  const source = memory.put(input, 1);
  const room = capacity ?? memory.call('lz4_max_compressed_length', input.length);
  const target = memory.allocate(room, 3);
  const table = memory.allocate(65_536);
  const length = memory.call('lz4_compress_block', source, input.length, target, room, table);
  expect(memory.guardsIntact()).toBe(true);
  return length === -1 ? -1 : memory.bytes(target, length);
}

describe('lz4', () => {
  it.each(Object.entries(PYARROW_BLOCKS))('decompresses what pyarrow made: %s', (name, base64) => {
    const input = CODEC_INPUTS[name] ?? new Uint8Array();
    const block = Buffer.from(base64, 'base64');
    expect(decompress(block, input.length)).toEqual({ status: input.length, bytes: input, intact: true });
    expect(decompress(block, input.length + 100)).toEqual({ status: input.length, bytes: input, intact: true });
    if (input.length > 0) expect(decompress(block, input.length - 1).status).toBe(-1);
  });

  it('reaches back into the history, and no further', () => {
    // One literal, a match of 4 bytes 3 back, and a last literal.
    const block = Uint8Array.from([0x10, 9, 3, 0, 0x10, 7]);
    memory.reset();
    const source = memory.put(block);
    const history = memory.put(Uint8Array.from([1, 2, 0, 0, 0, 0, 0, 0]));
    const target = history + 2;
    expect(memory.call('lz4_decompress_block', source, block.length, target, 6, history)).toBe(6);
    expect([...memory.bytes(target, 6)]).toEqual([9, 1, 2, 9, 1, 7]);
    expect(memory.call('lz4_decompress_block', source, block.length, target, 6, history + 1)).toBe(-1);
    expect(memory.guardsIntact()).toBe(true);
  });

  it.each([
    ['nothing', []],
    ['a literal longer than the source', [0x40, 1, 2]],
    ['a length that never ends', [0xf0, 255, 255]],
    ['a match without its offset', [0x10, 1, 1]],
    ['an offset of 0', [0x10, 1, 0, 0, 0x10, 1]],
    ['an offset before the start', [0x10, 1, 2, 0, 0x10, 1]],
    ['an end behind a match', [0x10, 1, 1, 0]],
    ['a last token with a match', [0x11, 1]],
    ['a match longer than the target', [0x1f, 1, 1, 0, 255, 0, 0x10, 1]],
  ])('refuses %s', (_, block) => {
    const { status, intact } = decompress(Uint8Array.from(block), 64);
    expect({ status, intact }).toEqual({ status: -1, intact: true });
  });

  it.each(Object.keys(CODEC_INPUTS))('round trip: %s', (name) => {
    const input = CODEC_INPUTS[name] ?? new Uint8Array();
    const block = compress(input);
    if (block === -1) throw new Error('the largest capacity was too small');
    const result = decompress(block, input.length);
    expect(result.status).toBe(input.length);
    expect(Buffer.compare(result.bytes, input)).toBe(0);
    expect(result.intact).toBe(true);
    // With exactly the room that it takes it fits or is refused; with less it is always refused.
    if (compress(input, block.length) !== -1) expect(compress(input, block.length)).toEqual(block);
    expect(compress(input, block.length - 1)).toBe(-1);
  });

  it('ends with the literals that the format demands', () => {
    const block = compress(new Uint8Array(40));
    expect(block).toEqual(Uint8Array.from([0x1f, 0, 1, 0, 15, 0x50, 0, 0, 0, 0, 0]));
    expect(compress(new Uint8Array(12))).toEqual(Uint8Array.from([0xc0, ...new Uint8Array(12)]));
  });

  it('survives damaged blocks', () => {
    const random = seededRandom(12);
    const block = compress(CODEC_INPUTS.doubles ?? new Uint8Array());
    if (block === -1) throw new Error('the largest capacity was too small');
    for (let i = 0; i < 5_000; i++) {
      const damaged = block.slice(0, random() < 0.5 ? block.length : Math.floor(random() * block.length));
      for (let j = 0; j <= 3 * random(); j++) damaged[Math.floor(random() * damaged.length)] = random() * 256;
      const capacity = Math.floor(random() * 1_000);
      const { status, intact } = decompress(damaged, capacity);
      expect(intact && status >= -1 && status <= capacity).toBe(true);
    }
  });
});
