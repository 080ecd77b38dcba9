/*
 * The exponentials of a row: w_i = 2^256 * e^(z_i), z_i = (x_i - m) / temperature, m the row's maximum.
 *
 * The difference is exact as a double-double, the quotient is a double-double, and w is head + tail to about 2^-60. The
 * factor 2^256 keeps w a normal number for z down to -886, so that a result which is subnormal is rounded once, at the
 * very end. Below -800 every quotient of w is under 2^-1100, so z is clamped there.
 *
 * A row's sum starts at 2^269 and not at 0: as w <= 2^256 and a row has at most 4096 values, it stays in [2^269, 2^270),
 * so each addition rounds to the same grid, loses what Dekker's three-operation sum gives back, and is exact with it.
 */
import { expHead, expIndex, expRemainder, expTail } from './exp';
import { productTail, splatAt } from './lanes';
import { differenceTail } from './rows-double';

// prettier-ignore
const CONSTANTS: usize = memory.data<u64>([
  0xc089000000000000, // -800
  0xbff0000000000000, // -1
  0x1000000000000000, // 2^256 as a step of the exponent field
  0x50c0000000000000, // 2^269
  0xc09f400000000000, // -2000
  0x7ff0000000000000, // inf
  0x2ff0000000000000, // 2^-256
], 16);

/** Where a row's sum starts. */
@inline
export function sumStart(): v128 {
  return splatAt(CONSTANTS + 24);
}

/** 2^-256, which takes the factor off a weight: exact, or the one rounding of a subnormal result. */
@inline
export function unscale(): v128 {
  return splatAt(CONSTANTS + 48);
}

@inline
function isInfinity(x: v128): v128 {
  return f64x2.eq(x, splatAt(CONSTANTS + 40));
}

/** For any m: x - m, at least -800. In a row with +inf the infinities count as equal and all else vanishes. */
@inline
function shifted(x: v128, m: v128): v128 {
  const z = f64x2.pmax(f64x2.sub(x, m), splatAt(CONSTANTS));
  return v128.andnot(z, isInfinity(x));
}

/** x - m - z, at least -1: where z was clamped, or x is -inf, the sum is then under -800. */
@inline
function shiftedTail(x: v128, m: v128, z: v128): v128 {
  const tail = f64x2.pmax(splatAt(CONSTANTS + 8), differenceTail(x, m, z));
  return v128.andnot(tail, isInfinity(x));
}

/** w, rounded to 2^(k/512): `index` of `expIndex(z)`. */
@inline
export function weightHead(index: v128): v128 {
  return i64x2.add(expHead(index), splatAt(CONSTANTS + 16));
}

/** w - head. */
@inline
export function weightTail(z: v128, zTail: v128, index: v128, head: v128): v128 {
  return expTail(index, f64x2.add(expRemainder(z, index), zTail), head);
}

/*
 * Temperature t * 2^e, 1/2 <= t < 1. The power of two is applied before the subtraction where e >= 0, so that x - m can't
 * overflow where the quotient doesn't, and after it where e < 0, so that subnormal x lose nothing; the quotient by t is a
 * product with 1/t as a double-double. As t is below 1, nothing on the way to a quotient is larger than it is. The block of five numbers is written once a call, into scratch memory.
 */
export const TEMPERATURE_BYTES: usize = 40;

export function prepareTemperature(temperature: f64, block: usize): void {
  let exponent = 0;
  let t = temperature;
  if (t < 2.2250738585072014e-308) {
    t *= 18014398509481984.0; // 2^54
    exponent = -54;
  }
  exponent += <i32>(reinterpret<u64>(t) >> 52) - 1022;
  t = reinterpret<f64>((reinterpret<u64>(t) & 0x000fffffffffffff) | 0x3fe0000000000000);
  const before = max(exponent, 0);
  const after = max(-exponent, 0);
  // 2^-1023 and 2^-1024 are subnormal but exact; the shift after the subtraction may need two factors.
  store<f64>(block, reinterpret<f64>(before > 1022 ? <u64>1 << (1074 - before) : <u64>(1023 - before) << 52));
  store<f64>(block, reinterpret<f64>(<u64>(1023 + (after >> 1)) << 52), 8);
  store<f64>(block, reinterpret<f64>(<u64>(1023 + after - (after >> 1)) << 52), 16);
  const high = f64x2.splat(t);
  const reciprocal = f64x2.div(f64x2.splat(1), high);
  const product = f64x2.mul(high, reciprocal);
  const left = f64x2.sub(f64x2.sub(f64x2.splat(1), product), productTail(high, reciprocal, product));
  v128.store64_lane(block, reciprocal, 0, 24);
  v128.store64_lane(block, f64x2.mul(left, reciprocal), 0, 32);
}

/** x - m divided by the temperature and rounded: z. `block` is the temperature's, or 0 for a temperature of 1. */
@inline
export function exponentOf(x: v128, m: v128, block: usize): v128 {
  if (!block) return shifted(x, m);
  const q = quotient(clampedDifference(difference(x, m, block)), block);
  return v128.andnot(f64x2.pmax(q, splatAt(CONSTANTS)), isInfinity(x));
}

/** (x - m)/temperature - z. */
@inline
export function exponentTail(x: v128, m: v128, z: v128, block: usize): v128 {
  if (!block) return shiftedTail(x, m, z);
  const d = difference(x, m, block);
  const dTail = v128.and(scaledAfter(differenceTailOf(x, m, block), block), f64x2.gt(d, splatAt(CONSTANTS + 32)));
  const inside = clampedDifference(d);
  const q = quotient(inside, block);
  const tail = quotientTail(inside, dTail, q, block);
  return v128.andnot(v128.and(tail, f64x2.gt(q, splatAt(CONSTANTS))), isInfinity(x));
}

@inline
function difference(x: v128, m: v128, block: usize): v128 {
  const before = splatAt(block);
  return scaledAfter(f64x2.sub(f64x2.mul(x, before), f64x2.mul(m, before)), block);
}

@inline
function differenceTailOf(x: v128, m: v128, block: usize): v128 {
  const before = splatAt(block);
  const a = f64x2.mul(x, before);
  const b = f64x2.mul(m, before);
  return differenceTail(a, b, f64x2.sub(a, b));
}

/** A difference under -2000 stays under -2000 in the division by t. */
@inline
function clampedDifference(d: v128): v128 {
  return f64x2.pmax(d, splatAt(CONSTANTS + 32));
}

@inline
function scaledAfter(d: v128, block: usize): v128 {
  return f64x2.mul(f64x2.mul(d, splatAt(block + 8)), splatAt(block + 16));
}

@inline
function quotient(d: v128, block: usize): v128 {
  return f64x2.mul(d, splatAt(block + 24));
}

@inline
function quotientTail(d: v128, dTail: v128, q: v128, block: usize): v128 {
  const reciprocal = splatAt(block + 24);
  const lost = f64x2.add(f64x2.mul(d, splatAt(block + 32)), f64x2.mul(dTail, reciprocal));
  return f64x2.add(productTail(d, reciprocal, q), lost);
}

/** (x - m)/temperature rounded, not clamped: -inf where it is or overflows. */
@inline
export function wholeExponent(x: v128, m: v128, block: usize): v128 {
  const z = block ? quotient(difference(x, m, block), block) : f64x2.sub(x, m);
  return v128.andnot(z, isInfinity(x));
}

/** (x - m)/temperature - z; meaningless where z is infinite. */
@inline
export function wholeExponentTail(x: v128, m: v128, z: v128, block: usize): v128 {
  const tail = block
    ? quotientTail(difference(x, m, block), scaledAfter(differenceTailOf(x, m, block), block), z, block)
    : differenceTail(x, m, z);
  return v128.andnot(tail, isInfinity(x));
}
