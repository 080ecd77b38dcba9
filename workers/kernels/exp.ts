/**
 * e^x to about 61 bits, as the sum of a head and a tail.
 *
 *   k = round(x * 128/ln2),  r = x - k * ln2/128,  |r| <= ln2/256 = 0.0027
 *   e^x = 2^(k/128) * e^r = head + tail,  |tail| < 0.0028 * head
 *   head = 2^(k/128) rounded to float64,  tail = head * (r + (table's low part + r^2 * P(r)))
 *
 * P has degree 3; its error is below 2^-63 of e^x. What is left are the roundings of r (2^-62) and of the tail (2^-61).
 *
 * The pieces are separate functions because AssemblyScript returns one value; a kernel strings them together:
 *
 *   const k = expIndex(x);
 *   const r = expRemainder(x, k);         // x + xLow: expRemainder(x, k) + xLow
 *   const head = expHead(k);
 *   const tail = expTail(k, r, head);
 *   const y = f64x2.add(head, tail);      // 0.51 ULP
 *
 * Preconditions: |x| <= 708, so that head is a normal number; NaN is fine and gives a NaN tail. Other arguments give
 * garbage (never a wild access): clamp them, or send the lane through `expScaled`.
 */
import { EXP_TABLE } from './exp-table';
import { anySumTail, one, splatAt, sumTail } from './lanes';

/** ln2/128 in two parts; the first has 35 bits, so that its products with |k| < 2^18 are exact. */
const LN2_128_HIGH: f64 = 0.005415212347998022;
const LN2_128_LOW: f64 = 1.2655086083325438e-13;
const INVERSE_LN2_128: f64 = 184.6649652337873;
/** 1.5 * 2^52: adding it rounds to an integer, which then stands in the low bits. */
const ROUNDER: f64 = 6755399441055744;
const C2: f64 = 0.5;
const C3: f64 = 0.16666666666666333;
const C4: f64 = 0.04166666666666625;
const C5: f64 = 0.008333335151934088;
const C6: f64 = 0.0013888891162139785;
/** The same for a polynomial of one degree less. */
const S2: f64 = 0.4999999999999907;
const S3: f64 = 0.16666666666666533;
const S4: f64 = 0.041666676850831016;
const S5: f64 = 0.008333334788213917;

// prettier-ignore
const EXP: usize = memory.data<f64>([INVERSE_LN2_128, ROUNDER, LN2_128_HIGH, LN2_128_LOW, C2, C3, C4, C5, C6, S2, S3, S4, S5], 16);

/** k in the low bits of each lane (as the float64 ROUNDER + k). */
@inline
export function expIndex(x: v128): v128 {
  return f64x2.add(f64x2.mul(x, splatAt(EXP)), splatAt(EXP + 8));
}

/** r = x - k * ln2/128, to 2^-62. */
@inline
export function expRemainder(x: v128, index: v128): v128 {
  const k = f64x2.sub(index, splatAt(EXP + 8));
  return f64x2.sub(f64x2.sub(x, f64x2.mul(k, splatAt(EXP + 16))), f64x2.mul(k, splatAt(EXP + 24)));
}

/** What rounding took from `r = expRemainder(x, index)`; only e^x - 1 near 0 needs it. */
@inline
export function expRemainderLow(x: v128, index: v128, r: v128): v128 {
  const k = f64x2.sub(index, splatAt(EXP + 8));
  return f64x2.sub(f64x2.sub(f64x2.sub(x, f64x2.mul(k, splatAt(EXP + 16))), r), f64x2.mul(k, splatAt(EXP + 24)));
}

@inline
function rowAt(index: v128, lane: u8): usize {
  return EXP_TABLE + (((lane == 0 ? i32x4.extract_lane(index, 0) : i32x4.extract_lane(index, 2)) & 127) << 4);
}

/** 2^(k/128) rounded. */
@inline
export function expHead(index: v128): v128 {
  const bits = v128.load64_lane(rowAt(index, 1), v128.load64_zero(rowAt(index, 0)), 1);
  return i64x2.add(bits, i64x2.shl(index, 45));
}

/** What 2^(k/128) lost in rounding, relative to it. */
@inline
export function expHeadLow(index: v128): v128 {
  return v128.load64_lane(rowAt(index, 1), v128.load64_zero(rowAt(index, 0), 8), 1, 8);
}

/** e^r - 1 - r, to 2^-63 of e^r. */
@inline
function expShortCurve(r: v128): v128 {
  const r2 = f64x2.mul(r, r);
  const low = f64x2.add(splatAt(EXP + 72), f64x2.mul(r, splatAt(EXP + 80)));
  const high = f64x2.add(splatAt(EXP + 88), f64x2.mul(r, splatAt(EXP + 96)));
  return f64x2.mul(r2, f64x2.add(low, f64x2.mul(r2, high)));
}

/** e^r - 1 - r, to 2^-75 of e^r. */
@inline
export function expCurve(r: v128): v128 {
  const r2 = f64x2.mul(r, r);
  const low = f64x2.add(splatAt(EXP + 32), f64x2.mul(r, splatAt(EXP + 40)));
  const high = f64x2.add(
    f64x2.add(splatAt(EXP + 48), f64x2.mul(r, splatAt(EXP + 56))),
    f64x2.mul(r2, splatAt(EXP + 64)),
  );
  return f64x2.mul(r2, f64x2.add(low, f64x2.mul(r2, high)));
}

/** e^x - head. */
@inline
export function expTail(index: v128, r: v128, head: v128): v128 {
  return f64x2.mul(head, f64x2.add(r, f64x2.add(expHeadLow(index), expShortCurve(r))));
}

/**
 * e^(x + xLow) * 2^exponent for one lane and any x, with one rounding more where the result is subnormal. |xLow| is at
 * most half a unit in the last place of x, |exponent| at most 1000.
 */
export function expScaled(x: f64, xLow: f64, exponent: i32): f64 {
  if (x != x) return x;
  if (x > 1500) return Infinity;
  if (x < -1500) return 0;
  const y = expSignificandHead(x) + expSignificandTail(x, xLow);
  return scaleByPowerOfTwo(y, expExponent(x) + exponent);
}

/** y * 2^exponent: exact, or rounded once where the result is subnormal. 2^-200 < |y| < 2^200. */
export function scaleByPowerOfTwo(y: f64, exponent: i32): f64 {
  if (exponent > 1000) {
    y *= powerOfTwo(500);
    exponent -= 500;
    if (exponent > 1000) {
      if (exponent > 2000) return y * Infinity;
      y *= powerOfTwo(1000);
      exponent -= 1000;
    }
  } else if (exponent < -1000) {
    // An intermediate result must not be subnormal: the last step alone rounds.
    if (exponent < -1700) return y * 0;
    y *= powerOfTwo(-400);
    exponent = max(exponent + 400, -1022);
  }
  return y * powerOfTwo(exponent);
}

/** 2^exponent for -1022 <= exponent <= 1023. */
@inline
export function powerOfTwo(exponent: i32): f64 {
  return reinterpret<f64>(<u64>(exponent + 1023) << 52);
}

/** 1 + e^x, rounded, for e^x = head + tail <= 1: what `reciprocal` is to be the reciprocal of. */
@inline
export function onePlusExp(head: v128, tail: v128): v128 {
  return f64x2.add(f64x2.add(one(), head), tail);
}

/** What `denHead = leading(onePlusExp(head, tail))` leaves of 1 + e^x. The differences up to the tail are exact. */
@inline
export function onePlusExpRest(denHead: v128, head: v128, tail: v128): v128 {
  return f64x2.add(f64x2.add(f64x2.sub(one(), denHead), head), tail);
}

/**
 * e^x - 1 as head + tail to 2^-60 of itself, from the same pieces:
 *
 *   const small = expSmall(x, k, r);                // + xLow, if there is one
 *   const y = expm1Head(head, r);
 *   const yTail = expm1Tail(head, r, small, y);     // |yTail| < 2^-7 * |y|
 */
@inline
export function expSmall(x: v128, index: v128, r: v128): v128 {
  const headLow = expHeadLow(index);
  const lost = f64x2.add(f64x2.add(headLow, f64x2.mul(headLow, r)), expRemainderLow(x, index, r));
  return f64x2.add(lost, expCurve(r));
}

@inline
export function expm1Head(head: v128, r: v128): v128 {
  return f64x2.add(f64x2.sub(head, one()), r);
}

@inline
export function expm1Tail(head: v128, r: v128, small: v128, high: v128): v128 {
  const u = f64x2.sub(head, one());
  const lost = f64x2.add(anySumTail(head, f64x2.neg(one()), u), sumTail(u, r, high));
  return f64x2.add(lost, f64x2.add(f64x2.mul(u, r), f64x2.mul(head, small)));
}

/** e^x = significand * 2^exponent: the exponent, for |x| <= 1500. */
export function expExponent(x: f64): i32 {
  return <i32>(x * INVERSE_LN2_128 + ROUNDER - ROUNDER) >> 7;
}

/** The head of the significand. */
export function expSignificandHead(x: f64): f64 {
  const i = <u64>reinterpret<i64>(x * INVERSE_LN2_128 + ROUNDER) & 127;
  return reinterpret<f64>(load<u64>(EXP_TABLE + ((<usize>i) << 4)) + (i << 45));
}

/** The tail of the significand. |xLow| is at most half a unit in the last place of x. */
export function expSignificandTail(x: f64, xLow: f64): f64 {
  const shifted = x * INVERSE_LN2_128 + ROUNDER;
  const k = shifted - ROUNDER;
  const r = x - k * LN2_128_HIGH - k * LN2_128_LOW + xLow;
  const headLow = load<f64>(EXP_TABLE + ((<usize>reinterpret<i64>(shifted) & 127) << 4), 8);
  const r2 = r * r;
  return expSignificandHead(x) * (r + (headLow + r2 * (S2 + r * S3 + r2 * (S4 + r * S5))));
}

/** a = significandOf(a) * 2^exponentOf(a) with 1 <= |significandOf(a)| < 2, for finite a other than 0. */
export function exponentOf(a: f64): i32 {
  if (abs(a) < 1e-290) return exponentOf(a * powerOfTwo(200)) - 200;
  return (<i32>(reinterpret<u64>(a) >> 52) & 0x7ff) - 1023;
}

export function significandOf(a: f64): f64 {
  if (abs(a) < 1e-290) a *= powerOfTwo(200);
  return reinterpret<f64>((reinterpret<u64>(a) & 0x800fffffffffffff) | 0x3ff0000000000000);
}
