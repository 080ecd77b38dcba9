import { describe, expect, it } from 'vitest';
import { CODEC_SCRATCH_BYTE_LENGTH } from '../../src/abi/thread-area.js';
import { maxCompressedByteLength } from '../../src/formats/parquet/page-size.js';
import { seededRandom } from '../../src/seeded-random.js';
import { Zstd } from '../../workers/codecs/zstd.js';
import { CODEC_INPUTS, kernelMemory } from './rows-support.js';

const memory = kernelMemory(128);
const library = await Zstd.load();

function decompress(frames: Uint8Array, capacity: number): { status: number; bytes: Uint8Array; intact: boolean } {
  memory.reset();
  const source = memory.put(frames, 1);
  const target = memory.allocate(capacity, 3);
  const scratch = memory.allocate(CODEC_SCRATCH_BYTE_LENGTH);
  const status = memory.call('zstd_decompress', source, frames.length, target, capacity, scratch);
  return { status, bytes: memory.bytes(target, Math.max(0, status)), intact: memory.guardsIntact() };
}

function compressByKernel(input: Uint8Array, capacity: number): { status: number; bytes: Uint8Array; intact: boolean } {
  memory.reset();
  const source = memory.put(input, 1);
  const target = memory.allocate(capacity, 3);
  const table = memory.allocate(1 << 16);
  const scratch = memory.allocate(CODEC_SCRATCH_BYTE_LENGTH);
  const status = memory.call('zstd_compress', source, input.length, target, capacity, table, scratch);
  return { status, bytes: memory.bytes(target, Math.max(0, status)), intact: memory.guardsIntact() };
}

function compress(input: Uint8Array, level: number): Uint8Array {
  const target = new Uint8Array(input.length + (input.length >> 7) + 1024);
  return target.subarray(0, library.compress(input, target, level));
}

const random = seededRandom(7);
const below = (limit: number) => Math.floor(random() * limit);
const doubles = (length: number, value: (index: number) => number) =>
  new Uint8Array(Float64Array.from({ length }, (_, index) => value(index)).buffer);

/** Inputs whose frames have blocks of every kind, of literals and of tables: also those that repeat the block before. */
const INPUTS: Readonly<Record<string, Uint8Array>> = {
  ...CODEC_INPUTS,
  'doubles that hardly repeat': doubles(40_000, () => random() + random()),
  'zeros among doubles': doubles(40_000, () => Math.max(0, random() - 0.5)),
  'rounded doubles': doubles(40_000, () => below(3000) / 100),
  counters: doubles(40_000, (index) => index),
  'bytes of few kinds': Uint8Array.from({ length: 300_000 }, () => -Math.log(random()) * 20),
  'a skewed byte': Uint8Array.from({ length: 100_000 }, () => (random() < 0.97 ? 1 : below(256))),
};

const sentence = 'the quick brown fox jumps over the lazy dog, the quick brown fox jumps over it again and again';
/** What the command zstd 1.5.4 made of the sentence, once or five times. */
const WITH_CHECKSUM =
  'KLUv/WTWAFUCAIQDdGhlIHF1aWNrIGJyb3duIGZveCBqdW1wcyBvdmVyIHRoZSBsYXp5IGRvZyxpdCBhZ2FpbiBhbmQFAFZhUIGqBlqGhCoAhjDLTlFTxQ==';
const STREAMED =
  'KLUv/QRYVQIAhAN0aGUgcXVpY2sgYnJvd24gZm94IGp1bXBzIG92ZXIgdGhlIGxhenkgZG9nLGl0IGFnYWluIGFuZAUAVmFQgaoGWoaEKgCGMMtOUVPF';
const HIGHEST_LEVEL =
  'KLUv/QBoBQIA8sMNEpDPAWCDDTbYYIMFu7tDbOw6Bw216Y/Wb6hNf6ID48Zx7nVy5iOp7vIxmn5debMuhiuBKDw5MwEAhY0qAw==';
const bytesOf = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));
const five = new TextEncoder().encode(sentence.repeat(5));
const one = new TextEncoder().encode(sentence);

describe('zstd_decompress', () => {
  it('takes no more scratch than a thread has', () => {
    expect(memory.call('zstd_scratch_length')).toBeLessThanOrEqual(CODEC_SCRATCH_BYTE_LENGTH);
  });

  it.each([-5, 1, 3, 9])('takes back what the library made at level %i', (level) => {
    for (const [name, input] of Object.entries(INPUTS)) {
      const frame = compress(input, level);
      const { status, bytes, intact } = decompress(frame, input.length);
      expect([name, status, intact]).toEqual([name, input.length, true]);
      expect(Buffer.compare(bytes, input)).toBe(0);
      if (input.length > 0) expect(decompress(frame, input.length - 1)).toMatchObject({ status: -1, intact: true });
    }
  });

  it('reads frames with a checksum, of unknown size, of the highest level, one behind the other, and skips others', () => {
    for (const [frame, content] of [
      [WITH_CHECKSUM, five],
      [STREAMED, five],
      [HIGHEST_LEVEL, one],
    ] as const) {
      expect(decompress(bytesOf(frame), content.length + 9)).toEqual({
        status: content.length,
        bytes: content,
        intact: true,
      });
    }
    const skippable = Uint8Array.of(0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3);
    const frames = Buffer.concat([skippable, bytesOf(HIGHEST_LEVEL), skippable, bytesOf(STREAMED)]);
    const { status, bytes } = decompress(frames, one.length + five.length);
    expect(status).toBe(one.length + five.length);
    expect(new TextDecoder().decode(bytes)).toBe(sentence.repeat(6));
  });

  it('refuses a wrong checksum, a wrong size, a dictionary, and a reserved bit', () => {
    const changed = (base64: string, at: number, value: number) => {
      const frame = bytesOf(base64);
      frame.set([value], at < 0 ? frame.length + at : at);
      return decompress(frame, 1000);
    };
    expect(changed(WITH_CHECKSUM, -1, 0xc4)).toMatchObject({ status: -1, intact: true });
    expect(changed(WITH_CHECKSUM, 5, 0xd7)).toMatchObject({ status: -1, intact: true });
    // Of a frame with the id of a dictionary that is 0, which means none.
    const named = Buffer.from([...bytesOf(STREAMED).subarray(0, 6), 0, ...bytesOf(STREAMED).subarray(6)]);
    named.set([(named[4] ?? 0) | 1], 4);
    expect(decompress(named, 1000).status).toBe(five.length);
    named.set([1], 6);
    expect(decompress(named, 1000).status).toBe(-1);
    expect(changed(STREAMED, 4, 0x0c)).toMatchObject({ status: -1, intact: true });
  });

  it('refuses a frame that is cut off anywhere', () => {
    const frame = compress(INPUTS['rounded doubles'] ?? new Uint8Array(), 1);
    for (let i = 1; i < 120; i++) {
      const length = i < 80 ? i : below(frame.length);
      expect(decompress(frame.subarray(0, length), 320_000)).toMatchObject({ status: -1, intact: true });
    }
  });

  it('takes from a damaged frame nothing that the library does not, and stays within its bounds', () => {
    for (const name of ['text', 'doubles', 'period 3', '270 of three bytes', '65535 of three bytes', '300 zeros']) {
      const input = INPUTS[name] ?? CODEC_INPUTS['256 zeros'] ?? new Uint8Array();
      for (let i = 0; i < 80; i++) {
        const frame = compress(input, 1 + (i % 3)).slice();
        for (let j = 0; j <= below(3); j++)
          frame[below(j === 0 ? Math.min(40, frame.length) : frame.length)] = below(256);
        const capacity = input.length + below(20);
        const { status, bytes, intact } = decompress(frame, capacity);
        expect(intact).toBe(true);
        if (status < 0) continue;
        const expected = new Uint8Array(capacity);
        expect(library.decompress(frame, expected)).toBe(status);
        expect(Buffer.compare(bytes, expected.subarray(0, status))).toBe(0);
      }
    }
  });
});

describe('zstd_compress', () => {
  const capacityOf = ({ length }: Uint8Array) => maxCompressedByteLength('zstd', length);

  it('takes no more scratch than a thread has', () => {
    expect(memory.call('zstd_compress_scratch_length')).toBeLessThanOrEqual(CODEC_SCRATCH_BYTE_LENGTH);
  });

  it('makes frames that the library and the kernel take back, whatever the input', () => {
    for (const [name, input] of Object.entries(INPUTS)) {
      const { status, bytes, intact } = compressByKernel(input, capacityOf(input));
      expect([name, intact]).toEqual([name, true]);
      const back = new Uint8Array(input.length);
      expect([name, library.decompress(bytes, back)]).toEqual([name, input.length]);
      expect(Buffer.compare(back, input)).toBe(0);
      expect(decompress(bytes, input.length).status).toBe(input.length);
      // A frame of the very size fits, and none that is a byte larger.
      expect(compressByKernel(input, status).status).toBeLessThanOrEqual(status);
      expect(compressByKernel(input, 13)).toMatchObject({ intact: true });
    }
  });

  it.each<[string, number]>([
    ['doubles that hardly repeat', 1.001],
    ['zeros among doubles', 1.02],
    ['rounded doubles', 1.04],
    ['counters', 1.02],
    ['bytes of few kinds', 1.01],
    ['a skewed byte', 1.02],
  ])('comes to about what the library makes at level 1: %s', (name, most) => {
    const input = INPUTS[name] ?? new Uint8Array();
    const { status } = compressByKernel(input, capacityOf(input));
    expect(status / compress(input, 1).length).toBeLessThan(most);
  });

  it('makes frames of random inputs, or says that there is no room', () => {
    for (let i = 0; i < 200; i++) {
      const [alphabet, repeats] = [1 + below(256), random()];
      const input = new Uint8Array(below(i % 20 === 0 ? 40_000 : 900));
      for (let at = 0; at < input.length; ) {
        const length = Math.min(1 + below(60), input.length - at);
        const from = random() < repeats ? below(at) : at;
        if (from === at) for (let j = 0; j < length; j++) input[at + j] = below(alphabet);
        else for (let j = 0; j < length; j++) input[at + j] = input[from + j] ?? 0;
        at += length;
      }
      const capacity = i % 3 === 0 ? below(capacityOf(input)) : capacityOf(input);
      const { status, bytes, intact } = compressByKernel(input, capacity);
      expect(intact).toBe(true);
      if (status < 0) {
        expect(capacity).toBeLessThan(capacityOf(input));
        continue;
      }
      const back = new Uint8Array(input.length);
      expect(library.decompress(bytes, back)).toBe(input.length);
      expect(Buffer.compare(back, input)).toBe(0);
    }
  });
});
