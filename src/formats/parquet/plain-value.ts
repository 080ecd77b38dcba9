/** Single values in the PLAIN encoding, as statistics hold them. */
import type { NumericType } from '../../abi/types.js';

/** A number's PLAIN encoding as two little-endian words; shorter numbers are in the first. */
export type PlainWords = readonly [low: number, high: number];

/** Values in the PLAIN encoding, byte arrays without their length. */
export interface MinMax {
  readonly min: Uint8Array;
  readonly max: Uint8Array;
}

/** The bytes of a number. Small integers are INT32, booleans a byte. */
export function plainBytes(type: NumericType, [low, high]: PlainWords): Uint8Array {
  const bytes = new Uint8Array(8);
  const target = new DataView(bytes.buffer);
  target.setUint32(0, low, true);
  target.setUint32(4, high, true);
  return bytes.subarray(0, plainByteLength(type));
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
