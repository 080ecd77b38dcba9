/** The smallest and the largest value of a column's rows, by the rules of Parquet's statistics. */
import type { Region } from '../../src/abi/task.js';
import { type NumericType, valuesByteLength } from '../../src/abi/types.js';
import type { PageContext } from './page-context.js';

/** `[minLow, minHigh, maxLow, maxHigh]`: the PLAIN encoding of both in uint32 words. */
export type MinMaxWords = readonly [number, number, number, number];

/**
 * Nulls and NaN don't count; a zero is -0 where it is the smallest and +0 where it is the largest.
 * `undefined` where no value counts.
 */
export function minMaxWords(
  context: PageContext,
  type: NumericType,
  source: Region,
  count: number,
): MinMaxWords | undefined {
  const { view, kernels, scratch } = context;
  const kernel = kernels[`min_max_${type}`];
  if (kernel !== undefined) {
    if (kernel(source.values, source.validity, count, scratch) === 0) return undefined;
    const words = (at: number): [number, number] =>
      type === 'float64' ? [view.getUint32(at, true), view.getUint32(at + 4, true)] : [view.getUint32(at, true), 0];
    return [...words(scratch), ...words(scratch + (type === 'float64' ? 8 : 4))];
  }
  return type === 'int64' || type === 'uint64'
    ? bigMinMax(context, type, source, count)
    : smallMinMax(context, type, source, count);
}

function isValid({ memory }: PageContext, { validity }: Region, row: number): boolean {
  return validity === 0 || (((memory[validity + (row >> 3)] as number) >> (row & 7)) & 1) === 1;
}

function bigMinMax(context: PageContext, type: 'int64' | 'uint64', source: Region, count: number) {
  const { view } = context;
  let min: bigint | undefined;
  let max = 0n;
  for (let row = 0; row < count; row++) {
    if (!isValid(context, source, row)) continue;
    const at = source.values + 8 * row;
    const value = type === 'int64' ? view.getBigInt64(at, true) : view.getBigUint64(at, true);
    if (min === undefined) {
      min = value;
      max = value;
    } else if (value < min) min = value;
    else if (value > max) max = value;
  }
  if (min === undefined) return undefined;
  return [...bigWords(min), ...bigWords(max)] as const;
}

function bigWords(value: bigint): [number, number] {
  const bits = BigInt.asUintN(64, value);
  return [Number(bits & 0xffffffffn), Number(bits >> 32n)];
}

/** Types of which every value is a JavaScript number, and the order of the numbers that of the values. */
function smallMinMax(context: PageContext, type: NumericType, source: Region, count: number): MinMaxWords | undefined {
  const { memory, view } = context;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < count; row++) {
    if (!isValid(context, source, row)) continue;
    const value = readSmall(memory, view, type, source.values, row);
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (min > max) return undefined;
  if (type !== 'float16') return [min >>> 0, 0, max >>> 0, 0];
  return [halfBits(min === 0 ? -1 : min), 0, halfBits(max), 0];
}

/** For float16 a number in the order of the values: the bits with the sign spread out; NaN is NaN. */
function readSmall(memory: Uint8Array, view: DataView, type: NumericType, values: number, row: number): number {
  const at = values + valuesByteLength(type, row);
  switch (type) {
    case 'bool':
      return ((memory[values + (row >> 3)] as number) >> (row & 7)) & 1;
    case 'int8':
      return view.getInt8(at);
    case 'uint8':
      return view.getUint8(at);
    case 'int16':
      return view.getInt16(at, true);
    case 'uint16':
      return view.getUint16(at, true);
    case 'int32':
      return view.getInt32(at, true);
    case 'uint32':
      return view.getUint32(at, true);
    case 'float16': {
      const bits = view.getUint16(at, true);
      const magnitude = bits & 0x7fff;
      if (magnitude > 0x7c00) return Number.NaN;
      if (magnitude === 0) return 0;
      return bits & 0x8000 ? -1 - magnitude : magnitude;
    }
    default:
      throw new RangeError(`no statistics for ${type}`);
  }
}

/** The inverse of the order that `readSmall` gives to float16; -1 is -0. */
function halfBits(order: number): number {
  return order < 0 ? 0x8000 | (-1 - order) : order;
}
