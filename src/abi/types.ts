/**
 * The numeric types that a kernel can load from a column and store to one, in Arrow's names.
 * The layouts are Arrow's: little-endian values back to back, booleans as bits, least significant bit first.
 */
export type NumericType =
  | 'float64'
  | 'float32'
  | 'float16'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'bool';

/** Bits that one value of a type takes in a column. */
export const BITS_PER_VALUE: Readonly<Record<NumericType, number>> = {
  float64: 64,
  float32: 32,
  float16: 16,
  int8: 8,
  int16: 16,
  int32: 32,
  int64: 64,
  uint8: 8,
  uint16: 16,
  uint32: 32,
  uint64: 64,
  bool: 1,
};

/** Bytes that `count` values of a type take in a column. */
export function valuesByteLength(type: NumericType, count: number): number {
  return Math.ceil((count * BITS_PER_VALUE[type]) / 8);
}
