/**
 * Lengths in the encoding DELTA_BINARY_PACKED, which stand in front of the bytes that they measure.
 *
 * https://github.com/apache/parquet-format/blob/master/Encodings.md#delta-encoding-delta_binary_packed--5
 */
import { LENGTHS_BLOCK_LENGTH } from '../../src/abi/recode.js';
import { corruptColumn } from './page-context.js';

const MINIBLOCK_COUNT = 4;
const BLOCK_LENGTH = LENGTHS_BLOCK_LENGTH;
const MINIBLOCK_LENGTH = BLOCK_LENGTH / MINIBLOCK_COUNT;

/**
 * @param name what messages call the column
 * @param countMax more of them are damage
 * @throws LW_CORRUPT_INPUT
 */
export function readLengths(
  name: string,
  memory: Uint8Array,
  start: number,
  end: number,
  countMax: number,
): { readonly lengths: Int32Array; readonly end: number } {
  let at = start;
  const corrupt = () => corruptColumn(name, 'a page has lengths of values that contradict each other');
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 42; scale *= 128) {
      if (at >= end) break;
      const byte = memory[at++] as number;
      value += (byte & 0x7f) * scale;
      if (byte < 128) return value;
    }
    throw corrupt();
  };
  const zigzag = (): number => {
    const value = varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  };
  const blockLength = varint();
  const miniblockCount = varint();
  const count = varint();
  const miniblockLength = blockLength / miniblockCount;
  if (count > countMax || !Number.isInteger(miniblockLength) || miniblockLength === 0) throw corrupt();
  const lengths = new Int32Array(count);
  let last = zigzag();
  if (count > 0) lengths[0] = last;
  for (let done = 1; done < count; ) {
    const least = zigzag();
    const widths = at;
    at += miniblockCount;
    if (at > end) throw corrupt();
    for (let miniblock = 0; miniblock < miniblockCount && done < count; miniblock++) {
      const width = memory[widths + miniblock] as number;
      const byteLength = (miniblockLength * width) / 8;
      if (width > 32 || at + byteLength > end) throw corrupt();
      for (let i = 0; i < miniblockLength && done < count; i++) {
        last = (last + least + unpack(memory, at, i * width, width)) | 0;
        if (last < 0) throw corrupt();
        lengths[done++] = last;
      }
      at += byteLength;
    }
  }
  return { lengths, end: at };
}

/** Writes lengths to where there is room for `lengthsByteLength`; returns where they end. */
export function writeLengths(memory: Uint8Array, lengths: Int32Array, target: number): number {
  let at = target;
  const varint = (value: number): void => {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) memory[at++] = (rest % 128) | 0x80;
    memory[at++] = rest;
  };
  const zigzag = (value: number): void => varint(value < 0 ? -2 * value - 1 : 2 * value);
  varint(BLOCK_LENGTH);
  varint(MINIBLOCK_COUNT);
  varint(lengths.length);
  zigzag(lengths[0] ?? 0);
  const deltas = new Float64Array(BLOCK_LENGTH);
  for (let start = 1; start < lengths.length; start += BLOCK_LENGTH) {
    const count = Math.min(BLOCK_LENGTH, lengths.length - start);
    for (let i = 0; i < count; i++) deltas[i] = (lengths[start + i] as number) - (lengths[start + i - 1] as number);
    const least = deltas.subarray(0, count).reduce((min, delta) => Math.min(min, delta));
    zigzag(least);
    const widths = at;
    at += MINIBLOCK_COUNT;
    for (let miniblock = 0; miniblock < MINIBLOCK_COUNT; miniblock++) {
      const own = deltas.subarray(miniblock * MINIBLOCK_LENGTH, Math.min(count, (miniblock + 1) * MINIBLOCK_LENGTH));
      const width = own.reduce((most, delta) => Math.max(most, bitLength(delta - least)), 0);
      memory[widths + miniblock] = width;
      if (own.length === 0) continue;
      const byteLength = (MINIBLOCK_LENGTH * width) / 8;
      memory.fill(0, at, at + byteLength);
      for (const [i, delta] of own.entries()) pack(memory, at, i * width, width, delta - least);
      at += byteLength;
    }
  }
  return at;
}

function bitLength(value: number): number {
  return value === 0 ? 0 : Math.floor(Math.log2(value)) + 1;
}

function unpack(memory: Uint8Array, address: number, firstBit: number, width: number): number {
  let value = 0;
  for (let done = 0; done < width; ) {
    const bit = firstBit + done;
    const taken = Math.min(8 - (bit & 7), width - done);
    value += (((memory[address + (bit >> 3)] as number) >> (bit & 7)) & ((1 << taken) - 1)) * 2 ** done;
    done += taken;
  }
  return value;
}

/** The bits of the target are clear. */
function pack(memory: Uint8Array, address: number, firstBit: number, width: number, value: number): void {
  let rest = value;
  for (let done = 0; done < width; ) {
    const bit = firstBit + done;
    const taken = Math.min(8 - (bit & 7), width - done);
    const at = address + (bit >> 3);
    memory[at] = (memory[at] as number) | ((rest % 2 ** taken) << (bit & 7));
    rest = Math.floor(rest / 2 ** taken);
    done += taken;
  }
}
