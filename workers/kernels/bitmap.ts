/*
 * Arrow validity bitmaps: bit i of a bitmap is bit i % 8 of its byte i / 8, set where value i is valid. Every bitmap
 * starts at bit 0 of a byte; a chunk of rows that starts at a multiple of 8 is a pointer into the whole bitmap. Bits
 * after the last value of a byte that a kernel writes are described with it. A target may be one of the sources.
 */

/** target = a & b over `byteLength` bytes. */
export function bitmap_and(a: usize, b: usize, target: usize, byteLength: i32): void {
  const length = <usize>byteLength;
  const whole = length & ~15;
  for (let i: usize = 0; i < whole; i += 16) {
    v128.store(target + i, v128.and(v128.load(a + i), v128.load(b + i)));
  }
  for (let i = whole; i < length; i++) {
    store<u8>(target + i, load<u8>(a + i) & load<u8>(b + i));
  }
}

/** target = a | b over `byteLength` bytes. */
export function bitmap_or(a: usize, b: usize, target: usize, byteLength: i32): void {
  const length = <usize>byteLength;
  const whole = length & ~15;
  for (let i: usize = 0; i < whole; i += 16) {
    v128.store(target + i, v128.or(v128.load(a + i), v128.load(b + i)));
  }
  for (let i = whole; i < length; i++) {
    store<u8>(target + i, load<u8>(a + i) | load<u8>(b + i));
  }
}

/** Sets the first `bitCount` bits and clears the rest of the last byte. */
export function bitmap_fill(target: usize, bitCount: i32): void {
  const whole = (<usize>bitCount) >> 3;
  memory.fill(target, 0xff, whole);
  const rest = bitCount & 7;
  if (rest) store<u8>(target + whole, <u8>((<u32>1 << rest) - 1));
}

/** The number of bits set among the first `bitCount`. */
export function bitmap_popcount(source: usize, bitCount: i32): i32 {
  let sum = 0;
  let at = source;
  let left = bitCount;
  for (; left >= 64; left -= 64, at += 8) sum += <i32>popcnt<u64>(load<u64>(at));
  for (; left >= 8; left -= 8, at += 1) sum += <i32>popcnt<u32>(load<u8>(at));
  if (left > 0) sum += <i32>popcnt<u32>(<u32>load<u8>(at) & ((1 << left) - 1));
  return sum;
}

/**
 * The bits of a NaN that stands for no value at all: for functions that no number is neutral to. They are made and compared
 * as an integer only, so that they are never taken for, or become, another NaN.
 */
export const ABSENT: u64 = 0x7ff8_4c41_4e45_5749;

/** The bits of what takes a null's place: those of `fill`, or ABSENT if that is NaN. */
@inline
export function bitsOfFill(fill: f64): u64 {
  return fill == fill ? reinterpret<u64>(fill) : ABSENT;
}

/**
 * target[i] = source[i] where bit i of `validity` is set, elsewhere `fill`, or ABSENT if that is NaN; float64 values.
 */
export function mask_nulls(source: usize, validity: usize, target: usize, count: i32, fill: f64): void {
  const whole = count & ~7;
  const fillBits = bitsOfFill(fill);
  for (let i = 0; i < whole; i += 8) {
    const bits = v128.load8_splat(validity + ((<usize>i) >> 3));
    const from = source + ((<usize>i) << 3);
    const to = target + ((<usize>i) << 3);
    const other = i64x2.splat(fillBits);
    v128.store(to, keep_where_valid(v128.load(from), other, bits, i64x2(1, 2)));
    v128.store(to, keep_where_valid(v128.load(from, 16), other, bits, i64x2(4, 8)), 16);
    v128.store(to, keep_where_valid(v128.load(from, 32), other, bits, i64x2(16, 32)), 32);
    v128.store(to, keep_where_valid(v128.load(from, 48), other, bits, i64x2(64, 128)), 48);
  }
  for (let i = whole; i < count; i++) {
    const valid = (<u32>load<u8>(validity + ((<usize>i) >> 3)) >> (i & 7)) & 1;
    const offset = (<usize>i) << 3;
    // The bits travel as an integer: a float64 move may quiet a NaN on some machines.
    store<u64>(target + offset, valid ? load<u64>(source + offset) : fillBits);
  }
}

@inline
function keep_where_valid(values: v128, other: v128, bits: v128, bit: v128): v128 {
  return v128.bitselect(values, other, i64x2.eq(v128.and(bits, bit), bit));
}

/**
 * Clears bit i of `validity` where source[i] is NaN, for `count` float64 values; the bits after them stay. Returns the
 * number of clear bits among the first `count` afterwards: the null count.
 */
export function nan_to_null(source: usize, validity: usize, count: i32): i32 {
  let valid = 0;
  for (let i = 0; i < count; i += 8) {
    const at = validity + ((<usize>i) >> 3);
    const length = min(8, count - i);
    const mask: u32 = (1 << length) - 1;
    let numbers: u32 = 0;
    if (length == 8) {
      const from = source + ((<usize>i) << 3);
      const a = v128.load(from);
      const b = v128.load(from, 16);
      const c = v128.load(from, 32);
      const d = v128.load(from, 48);
      numbers = i64x2.bitmask(f64x2.eq(a, a)) | (i64x2.bitmask(f64x2.eq(b, b)) << 2)
        | (i64x2.bitmask(f64x2.eq(c, c)) << 4) | (i64x2.bitmask(f64x2.eq(d, d)) << 6);
    } else {
      for (let j = 0; j < length; j++) {
        const value = load<f64>(source + ((<usize>(i + j)) << 3));
        numbers |= <u32>(value == value) << j;
      }
    }
    const bits = <u32>load<u8>(at) & (numbers | ~mask);
    store<u8>(at, <u8>bits);
    valid += <i32>popcnt<u32>(bits & mask);
  }
  return count - valid;
}

/** Sets bits `start` to `end` (half-open) to `bit`, 0 or 1, and leaves the rest of their bytes. */
export function bitmap_set_range(target: usize, start: i32, end: i32, bit: i32): void {
  let at = start;
  for (; at < end && at & 7; at++) set_bit(target, at, bit);
  const bytes = (<u32>max(end - at, 0)) >> 3;
  memory.fill(target + ((<usize>at) >> 3), bit ? 0xff : 0, bytes);
  for (at += <i32>(bytes << 3); at < end; at++) set_bit(target, at, bit);
}

@inline
function set_bit(target: usize, at: i32, bit: i32): void {
  const byte = target + ((<usize>at) >> 3);
  store<u8>(byte, <u8>((<u32>load<u8>(byte) & ~(<u32>1 << (at & 7))) | (<u32>bit << (at & 7))));
}

/**
 * Copies `bitCount` bits from bit `sourceBit` of `source` to bit `targetBit` of `target`, leaves the rest of the target's
 * bytes, and returns how many of them are set. The ranges don't overlap.
 */
export function bitmap_copy_bits(source: usize, sourceBit: i32, target: usize, targetBit: i32, bitCount: i32): i32 {
  let valid = 0;
  let from = <usize>sourceBit;
  let to = <usize>targetBit;
  let left = <usize>bitCount;
  while (left) {
    // Up to the end of the target's byte; the source's bits may stand in two bytes.
    const shift = <u32>from & 7;
    const place = <u32>to & 7;
    const length = min<usize>(8 - place, left);
    let bits = <u32>load<u8>(source + (from >> 3)) >> shift;
    if (<usize>shift + length > 8) bits |= <u32>load<u8>(source + (from >> 3), 1) << (8 - shift);
    const mask = (<u32>1 << <u32>length) - 1;
    bits &= mask;
    valid += <i32>popcnt<u32>(bits);
    const byte = target + (to >> 3);
    store<u8>(byte, <u8>((<u32>load<u8>(byte) & ~(mask << place)) | (bits << place)));
    from += length;
    to += length;
    left -= length;
  }
  return valid;
}
