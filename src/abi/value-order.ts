/** How Parquet compares values for its statistics, by their PLAIN encoding without a length. */
import type { ValueOrder } from './recode.js';

/** The value as something to compare, or NaN where it has no place in the order. Shorter integers are INT32, booleans a byte. */
export function orderedNumber(order: ValueOrder, view: DataView, at: number): number | bigint {
  switch (order) {
    case 'float64':
      return view.getFloat64(at, true);
    case 'float32':
      return view.getFloat32(at, true);
    case 'int64':
      return view.getBigInt64(at, true);
    case 'uint64':
      return view.getBigUint64(at, true);
    case 'int8':
    case 'int16':
    case 'int32':
      return view.getInt32(at, true);
    case 'float16': {
      const bits = view.getUint16(at, true);
      const magnitude = bits & 0x7fff;
      if (magnitude > 0x7c00) return Number.NaN;
      return bits & 0x8000 ? -magnitude : magnitude;
    }
    case 'bool':
      return view.getUint8(at);
    default:
      return view.getUint32(at, true);
  }
}

/** Negative, 0 or positive as `a` comes before, with or after `b`. Neither is NaN. */
export function compareValues(order: ValueOrder, a: Uint8Array, b: Uint8Array): number {
  if (order === 'bytes' || order === 'signed_bytes') {
    return compareBytes(order, a, 0, a.length, b);
  }
  const left = orderedNumber(order, viewOf(a), 0);
  const right = orderedNumber(order, viewOf(b), 0);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The same for bytes that stand among others. */
export function compareBytes(
  order: 'bytes' | 'signed_bytes',
  memory: Uint8Array,
  address: number,
  byteLength: number,
  other: Uint8Array,
): number {
  if (order === 'signed_bytes') return compareSigned(memory.subarray(address, address + byteLength), other);
  const shared = Math.min(byteLength, other.length);
  for (let i = 0; i < shared; i++) {
    const difference = (memory[address + i] as number) - (other[i] as number);
    if (difference !== 0) return difference;
  }
  return byteLength - other.length;
}

/** Big-endian two's complement of any length. */
function compareSigned(a: Uint8Array, b: Uint8Array): number {
  const length = Math.max(a.length, b.length);
  const left = extension(a);
  const right = extension(b);
  if (left !== right) return right - left;
  for (let i = 0; i < length; i++) {
    const difference = (a[i - length + a.length] ?? left) - (b[i - length + b.length] ?? right);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The byte that a number is extended with: 0 or 255. */
function extension(bytes: Uint8Array): number {
  return (bytes[0] ?? 0) & 0x80 ? 0xff : 0;
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
