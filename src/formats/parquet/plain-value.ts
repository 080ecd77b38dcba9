/** Single values in the PLAIN encoding, as statistics hold them. */
import type { NumericType } from '../../abi/types.js';

/** A value's PLAIN encoding as two little-endian words; shorter values are in the first. */
export type PlainValue = readonly [low: number, high: number];

export interface MinMax {
  readonly min: PlainValue;
  readonly max: PlainValue;
}

const view = new DataView(new ArrayBuffer(8));

/** The bytes of a value. Small integers are INT32, booleans a byte. */
export function plainBytes(type: NumericType, [low, high]: PlainValue): Uint8Array {
  const bytes = new Uint8Array(8);
  const target = new DataView(bytes.buffer);
  target.setUint32(0, low, true);
  target.setUint32(4, high, true);
  return bytes.subarray(0, plainByteLength(type));
}

/** Negative, 0 or positive as `a` comes before, with or after `b` in the order of the type. Neither is NaN. */
export function comparePlain(type: NumericType, a: PlainValue, b: PlainValue): number {
  const left = numberOf(type, a);
  const right = numberOf(type, b);
  return left < right ? -1 : left > right ? 1 : 0;
}

function plainByteLength(type: NumericType): number {
  switch (type) {
    case 'float64':
    case 'int64':
    case 'uint64':
      return 8;
    case 'float16':
      return 2;
    case 'bool':
      return 1;
    default:
      return 4;
  }
}

/** The value, or for float16 a number that comes in the same order. */
function numberOf(type: NumericType, [low, high]: PlainValue): number | bigint {
  view.setUint32(0, low, true);
  view.setUint32(4, high, true);
  switch (type) {
    case 'float64':
      return view.getFloat64(0, true);
    case 'float32':
      return view.getFloat32(0, true);
    case 'int64':
      return view.getBigInt64(0, true);
    case 'uint64':
      return view.getBigUint64(0, true);
    case 'int8':
    case 'int16':
    case 'int32':
      return view.getInt32(0, true);
    case 'float16':
      return low & 0x8000 ? -(low & 0x7fff) : low;
    default:
      return low;
  }
}
