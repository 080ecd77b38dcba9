import { describe, expect, it } from 'vitest';
import { decompressLz4Block, decompressLz4Frame } from '../../../src/formats/arrow/lz4-frame.js';

function decompress(frame: readonly number[], contentByteLength: number): string | Uint8Array {
  const bytes = Uint8Array.from(frame);
  const output: number[] = [];
  const failure = decompressLz4Frame(
    bytes.length,
    contentByteLength,
    (target, position) => target.set(bytes.subarray(position, position + target.length)),
    (part) => output.push(...part),
  );
  return failure ?? Uint8Array.from(output);
}

const HEADER = [0x04, 0x22, 0x4d, 0x18];
/** `ab`, four more of them by a match that overlaps itself, and five literals as the format wants at the end. */
const BLOCK = [0x24, 0x61, 0x62, 0x02, 0x00, 0x50, 0x76, 0x77, 0x78, 0x79, 0x7a];
const TEXT = 'ababababab';

describe('LZ4 frames', () => {
  it('decompress with matches that overlap', () => {
    const target = new Uint8Array(32);
    const end = decompressLz4Block(Uint8Array.from(BLOCK), target, 0, 0);
    expect(Buffer.from(target.subarray(0, end)).toString()).toBe(`${TEXT}vwxyz`);
  });

  it('decompress blocks that refer to the one before, with checksums and a content size', () => {
    // A block of two literals, then one that copies eight bytes from two back.
    const first = [0x20, 0x61, 0x62];
    const second = [0x04, 0x02, 0x00, 0x50, 0x76, 0x77, 0x78, 0x79, 0x7a];
    const frame = [
      ...HEADER,
      ...[0x5c, 0x40, 15, 0, 0, 0, 0, 0, 0, 0, 0],
      ...[first.length, 0, 0, 0, ...first, 9, 9, 9, 9],
      ...[second.length, 0, 0, 0, ...second, 9, 9, 9, 9],
      ...[0, 0, 0, 0, 9, 9, 9, 9],
    ];
    expect(Buffer.from(decompress(frame, 15)).toString()).toBe(`${TEXT}vwxyz`);
  });

  it('decompress stored blocks', () => {
    expect(decompress([...HEADER, 0x60, 0x70, 0x73, 3, 0, 0, 0x80, 1, 2, 3, 0, 0, 0, 0], 3)).toEqual(
      Uint8Array.of(1, 2, 3),
    );
  });

  it('say what is wrong with damaged ones', () => {
    expect(decompress([1, 2, 3], 1)).toBe('an LZ4 frame of 3 bytes');
    expect(decompress([1, 2, 3, 4, 5, 6, 7], 1)).toBe('no LZ4 frame');
    expect(decompress([...HEADER, 0x60, 0x70, 0x73], 1)).toBe('an LZ4 frame without an end');
    expect(decompress([...HEADER, 0x60, 0x70, 0x73, 9, 0, 0, 0, 1], 1)).toBe('an LZ4 block of 9 bytes');
    // A match that begins before the data.
    expect(decompress([...HEADER, 0x60, 0x70, 0x73, 3, 0, 0, 0, 0x00, 0x09, 0x00, 0, 0, 0, 0], 8)).toBe(
      'a damaged LZ4 block',
    );
  });
});
