/*
 * Conversions between a column's own type and float64, the type that every other kernel works on.
 *
 *   load_<type>(source, target, count)    widens `count` values at `source` to float64 at `target`
 *   store_<type>(source, target, count)   narrows `count` float64 values at `source` to <type> at `target`
 *
 * Layouts are Arrow's: little-endian, back to back; booleans are bits, least significant first, and `source` points at
 * the byte whose bit 0 is the first value. `source` and `target` don't overlap. Exactly `count` values are read and
 * written, at any count >= 0 and any alignment.
 *
 * Every conversion is exact or rounded once to nearest, ties to even. NaN stays NaN and is quiet, infinities and the
 * sign of zero are kept, subnormals are neither flushed nor rounded twice.
 */

const MAGIC = memory.data<f64>([
  4503599627370496.0,          // 2^52: its bits or'ed with a uint32 are the double 2^52 + value
  19342813113834066795298816.0, // 2^84: its bits or'ed with a uint32 are the double 2^84 + value * 2^32
  19342813118337666422669312.0, // 2^84 + 2^52
  19342822341709703277445120.0, // 2^84 + 2^63 + 2^52
]);

/** Widens the values that have no vector form, and the tails of those that have. */
@inline
function widen<T>(source: usize, target: usize, start: i32, count: i32): void {
  for (let i = start; i < count; i++) {
    store<f64>(target + ((<usize>i) << 3), <f64>load<T>(source + <usize>i * sizeof<T>()));
  }
}

@inline
function store_pair_of_i32(target: usize, quad: v128): void {
  v128.store(target, f64x2.convert_low_i32x4_s(quad));
  v128.store(target, f64x2.convert_low_i32x4_s(i8x16.shuffle(quad, quad, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)), 16);
}

export function load_float32(source: usize, target: usize, count: i32): void {
  const whole = count & ~3;
  for (let i = 0; i < whole; i += 4) {
    const quad = v128.load(source + ((<usize>i) << 2));
    const to = target + ((<usize>i) << 3);
    v128.store(to, f64x2.promote_low_f32x4(quad));
    v128.store(to, f64x2.promote_low_f32x4(i8x16.shuffle(quad, quad, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)), 16);
  }
  widen<f32>(source, target, whole, count);
}

/*
 * A half's exponent and fraction, moved to the place of a float's, are the half's value times 2^-112, subnormals
 * included; the product with 2^112 is exact. Only infinity and NaN (exponent 31) need their exponent filled up.
 */
export function load_float16(source: usize, target: usize, count: i32): void {
  const whole = count & ~3;
  for (let i = 0; i < whole; i += 4) {
    const half = v128.load16x4_u(source + ((<usize>i) << 1));
    const magnitude = v128.and(half, i32x4.splat(0x7fff));
    const finite = f32x4.mul(i32x4.shl(magnitude, 13), f32x4.splat(5192296858534827628530496329220096.0));
    const special = v128.and(i32x4.gt_s(magnitude, i32x4.splat(0x7bff)), i32x4.splat(0x7f800000));
    const sign = i32x4.shl(v128.xor(half, magnitude), 16);
    const quad = v128.or(v128.or(finite, special), sign);
    const to = target + ((<usize>i) << 3);
    v128.store(to, f64x2.promote_low_f32x4(quad));
    v128.store(to, f64x2.promote_low_f32x4(i8x16.shuffle(quad, quad, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)), 16);
  }
  for (let i = whole; i < count; i++) {
    const half = <u32>load<u16>(source + ((<usize>i) << 1));
    const magnitude = half & 0x7fff;
    const finite = reinterpret<u32>(reinterpret<f32>(magnitude << 13) * <f32>5192296858534827628530496329220096.0);
    const special: u32 = magnitude > 0x7bff ? 0x7f800000 : 0;
    store<f64>(target + ((<usize>i) << 3), <f64>reinterpret<f32>(finite | special | ((half ^ magnitude) << 16)));
  }
}

export function load_int8(source: usize, target: usize, count: i32): void {
  const whole = count & ~7;
  for (let i = 0; i < whole; i += 8) {
    const eight = v128.load8x8_s(source + <usize>i);
    const to = target + ((<usize>i) << 3);
    store_pair_of_i32(to, i32x4.extend_low_i16x8_s(eight));
    store_pair_of_i32(to + 32, i32x4.extend_high_i16x8_s(eight));
  }
  widen<i8>(source, target, whole, count);
}

export function load_uint8(source: usize, target: usize, count: i32): void {
  const whole = count & ~7;
  for (let i = 0; i < whole; i += 8) {
    const eight = v128.load8x8_u(source + <usize>i);
    const to = target + ((<usize>i) << 3);
    store_pair_of_i32(to, i32x4.extend_low_i16x8_s(eight));
    store_pair_of_i32(to + 32, i32x4.extend_high_i16x8_s(eight));
  }
  widen<u8>(source, target, whole, count);
}

export function load_int16(source: usize, target: usize, count: i32): void {
  const whole = count & ~3;
  for (let i = 0; i < whole; i += 4) {
    store_pair_of_i32(target + ((<usize>i) << 3), v128.load16x4_s(source + ((<usize>i) << 1)));
  }
  widen<i16>(source, target, whole, count);
}

export function load_uint16(source: usize, target: usize, count: i32): void {
  const whole = count & ~3;
  for (let i = 0; i < whole; i += 4) {
    store_pair_of_i32(target + ((<usize>i) << 3), v128.load16x4_u(source + ((<usize>i) << 1)));
  }
  widen<u16>(source, target, whole, count);
}

export function load_int32(source: usize, target: usize, count: i32): void {
  const whole = count & ~3;
  for (let i = 0; i < whole; i += 4) {
    store_pair_of_i32(target + ((<usize>i) << 3), v128.load(source + ((<usize>i) << 2)));
  }
  widen<i32>(source, target, whole, count);
}

export function load_uint32(source: usize, target: usize, count: i32): void {
  const whole = count & ~1;
  for (let i = 0; i < whole; i += 2) {
    const magic = v128.load64_splat(MAGIC);
    const pair = v128.or(v128.load32x2_u(source + ((<usize>i) << 2)), magic);
    v128.store(target + ((<usize>i) << 3), f64x2.sub(pair, magic));
  }
  widen<u32>(source, target, whole, count);
}

/*
 * value = high * 2^32 + low. The bits of 2^84 or'ed with `high` are 2^84 + high * 2^32, those of 2^52 or'ed with `low`
 * are 2^52 + low; taking 2^84 + 2^52 off the former is exact, so that the last addition is the only rounding.
 */
export function load_uint64(source: usize, target: usize, count: i32): void {
  const whole = count & ~1;
  for (let i = 0; i < whole; i += 2) {
    const pair = v128.load(source + ((<usize>i) << 3));
    const high = f64x2.sub(v128.or(i64x2.shr_u(pair, 32), v128.load64_splat(MAGIC, 8)), v128.load64_splat(MAGIC, 16));
    const low = v128.or(v128.and(pair, i64x2.splat(0xffffffff)), v128.load64_splat(MAGIC));
    v128.store(target + ((<usize>i) << 3), f64x2.add(high, low));
  }
  widen<u64>(source, target, whole, count);
}

/** As `load_uint64` with the sign bit flipped, which adds 2^63, and 2^63 more taken off. */
export function load_int64(source: usize, target: usize, count: i32): void {
  const whole = count & ~1;
  for (let i = 0; i < whole; i += 2) {
    const pair = v128.xor(v128.load(source + ((<usize>i) << 3)), i64x2.splat(i64.MIN_VALUE));
    const high = f64x2.sub(v128.or(i64x2.shr_u(pair, 32), v128.load64_splat(MAGIC, 8)), v128.load64_splat(MAGIC, 24));
    const low = v128.or(v128.and(pair, i64x2.splat(0xffffffff)), v128.load64_splat(MAGIC));
    v128.store(target + ((<usize>i) << 3), f64x2.add(high, low));
  }
  widen<i64>(source, target, whole, count);
}

export function load_bool(source: usize, target: usize, count: i32): void {
  const whole = count & ~7;
  for (let i = 0; i < whole; i += 8) {
    const bits = v128.load8_splat(source + ((<usize>i) >> 3));
    const one = f64x2.splat(1.0);
    const to = target + ((<usize>i) << 3);
    v128.store(to, v128.and(i64x2.ne(v128.and(bits, i64x2(1, 2)), i64x2.splat(0)), one));
    v128.store(to, v128.and(i64x2.ne(v128.and(bits, i64x2(4, 8)), i64x2.splat(0)), one), 16);
    v128.store(to, v128.and(i64x2.ne(v128.and(bits, i64x2(16, 32)), i64x2.splat(0)), one), 32);
    v128.store(to, v128.and(i64x2.ne(v128.and(bits, i64x2(64, 128)), i64x2.splat(0)), one), 48);
  }
  for (let i = whole; i < count; i++) {
    store<f64>(target + ((<usize>i) << 3), <f64>((<u32>load<u8>(source + ((<usize>i) >> 3)) >> (i & 7)) & 1));
  }
}

export function store_float32(source: usize, target: usize, count: i32): void {
  const whole = count & ~3;
  for (let i = 0; i < whole; i += 4) {
    const from = source + ((<usize>i) << 3);
    const low = f32x4.demote_f64x2_zero(v128.load(from));
    const high = f32x4.demote_f64x2_zero(v128.load(from, 16));
    v128.store(target + ((<usize>i) << 2), i8x16.shuffle(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23));
  }
  for (let i = whole; i < count; i++) {
    store<f32>(target + ((<usize>i) << 2), <f32>load<f64>(source + ((<usize>i) << 3)));
  }
}

/*
 * With e the exponent of |x|, but at least -14: adding 2^(e+42), whose unit in the last place is 2^(e-10), rounds |x|
 * to the 11 bits of a half, or to its subnormal spacing, as an integer k in the low bits of the sum. The half's bits
 * are then (e+14) * 1024 + k: the carry of a k of 2048 into the exponent is the right one, up to infinity.
 */
@inline
function half_pair(x: v128): v128 {
  const magnitude = f64x2.pmin(f64x2.splat(65536.0), f64x2.abs(x));
  const power = f64x2.pmax(v128.and(magnitude, i64x2.splat(0x7ff0000000000000)), f64x2.splat(0.00006103515625));
  const unit = i64x2.add(power, i64x2.splat(42 << 52));
  const k = i64x2.sub(f64x2.add(magnitude, unit), unit);
  const exponent = i64x2.sub(i64x2.shr_u(unit, 52), i64x2.splat(1023 + 42 - 14));
  const finite = i64x2.add(i64x2.shl(exponent, 10), k);
  const bits = v128.bitselect(finite, i64x2.splat(0x7e00), f64x2.eq(x, x));
  return v128.or(bits, v128.and(i64x2.shr_u(x, 48), i64x2.splat(0x8000)));
}

export function store_float16(source: usize, target: usize, count: i32): void {
  const whole = count & ~3;
  for (let i = 0; i < whole; i += 4) {
    const from = source + ((<usize>i) << 3);
    const halves = i8x16.shuffle(half_pair(v128.load(from)), half_pair(v128.load(from, 16)), 0, 1, 8, 9, 16, 17, 24, 25, 0, 1, 8, 9, 16, 17, 24, 25);
    v128.store64_lane(target + ((<usize>i) << 1), halves, 0);
  }
  for (let i = whole; i < count; i++) {
    v128.store16_lane(target + ((<usize>i) << 1), half_pair(v128.load64_splat(source + ((<usize>i) << 3))), 0);
  }
}

/** Truncates toward zero; NaN becomes 0 and what is out of range the nearest int32. */
export function store_int32(source: usize, target: usize, count: i32): void {
  const whole = count & ~1;
  for (let i = 0; i < whole; i += 2) {
    v128.store64_lane(target + ((<usize>i) << 2), i32x4.trunc_sat_f64x2_s_zero(v128.load(source + ((<usize>i) << 3))), 0);
  }
  if (whole < count) {
    v128.store32_lane(
      target + ((<usize>whole) << 2),
      i32x4.trunc_sat_f64x2_s_zero(v128.load64_splat(source + ((<usize>whole) << 3))),
      0,
    );
  }
}
