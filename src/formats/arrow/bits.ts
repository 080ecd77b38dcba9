const BIT_COUNTS = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll('0', '').length);

/** Bits that are set among the first `count`. */
export function countBits(bytes: Uint8Array, count: number): number {
  let sum = 0;
  const whole = count >> 3;
  for (let i = 0; i < whole; i++) sum += BIT_COUNTS[bytes[i]!]!;
  if ((count & 7) !== 0) sum += BIT_COUNTS[bytes[whole]! & ((1 << (count & 7)) - 1)]!;
  return sum;
}
