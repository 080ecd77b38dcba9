/**
 * e^x to about 62 bits, as the sum of a head and a tail.
 *
 *   k = round(x * 512/ln2),  r = x - k * ln2/512,  |r| <= ln2/1024 < 0.00068
 *   e^x = 2^(k/512) * e^r = head + tail,  |tail| < 0.00068 * head
 *   head = 2^(k/512) rounded to float64,  tail = head * (r + (table's low part + r^2 * P(r)))
 *
 * P has degree 2; its error is below 2^-62 of e^x. What is left are the roundings of r (2^-64) and of the tail (2^-63).
 *
 * The pieces are separate functions because AssemblyScript returns one value; a kernel strings them together:
 *
 *   const k = expIndex(x);
 *   const r = expRemainder(x, k);         // x + xLow: expRemainder(x, k) + xLow
 *   const head = expHead(k);
 *   const tail = expTail(k, r, head);
 *   const y = f64x2.add(head, tail);      // 0.51 ULP
 *
 * Preconditions: |x| <= 700, so that head and tail are normal numbers; NaN is fine and gives a NaN tail. Other arguments give
 * garbage (never a wild access): clamp them, or send the lane through `expScaled` of scaled.ts.
 */
import { C2, C3, C4, C5, EXP_TABLE, S2, S3, S4, STEP_HIGH, STEP_LOW, STEPS_PER_UNIT } from './exp-table';
import { anySumTail, one, splatAt, sumTail } from './lanes';

/** 1.5 * 2^52: adding it rounds to an integer, which then stands in the low bits. */
const ROUNDER: f64 = 6755399441055744;

// prettier-ignore
const EXP: usize = memory.data<f64>([STEPS_PER_UNIT, ROUNDER, STEP_HIGH, STEP_LOW, S2, S3, S4, C2, C3, C4, C5], 16);

/** k in the low bits of each lane (as the float64 ROUNDER + k). */
@inline
export function expIndex(x: v128): v128 {
  return expIndexFrom(x, expRounder());
}

@inline
export function expRounder(): v128 {
  return splatAt(EXP + 8);
}

/** The same from another number of 53 bits than ROUNDER: 512 more makes it the index of 2 e^x. */
@inline
export function expIndexFrom(x: v128, rounder: v128): v128 {
  return f64x2.add(f64x2.mul(x, splatAt(EXP)), rounder);
}

/** r = x - k * ln2/512, to 2^-64. */
@inline
export function expRemainder(x: v128, index: v128): v128 {
  return expRemainderOf(x, f64x2.sub(index, expRounder()));
}

/** The same, given k. */
@inline
export function expRemainderOf(x: v128, k: v128): v128 {
  return f64x2.sub(f64x2.sub(x, f64x2.mul(k, splatAt(EXP + 16))), f64x2.mul(k, splatAt(EXP + 24)));
}

/** The same for x + xLow, where x has 52 bits and xLow is at most 2^-25 of it. */
@inline
export function expRemainderOfSum(x: v128, xLow: v128, k: v128): v128 {
  return f64x2.add(f64x2.sub(x, f64x2.mul(k, splatAt(EXP + 16))), f64x2.sub(xLow, f64x2.mul(k, splatAt(EXP + 24))));
}

/** What rounding took from `r = expRemainder(x, index)`; only e^x - 1 near 0 needs it. */
@inline
export function expRemainderLow(x: v128, index: v128, r: v128): v128 {
  const k = f64x2.sub(index, splatAt(EXP + 8));
  return f64x2.sub(f64x2.sub(f64x2.sub(x, f64x2.mul(k, splatAt(EXP + 16))), r), f64x2.mul(k, splatAt(EXP + 24)));
}

@inline
function rowAt(index: v128, lane: u8): usize {
  return EXP_TABLE + (((lane == 0 ? i32x4.extract_lane(index, 0) : i32x4.extract_lane(index, 2)) & 511) << 4);
}

/** 2^(k/512) rounded. */
@inline
export function expHead(index: v128): v128 {
  const bits = v128.load64_lane(rowAt(index, 1), v128.load64_zero(rowAt(index, 0)), 1);
  return i64x2.add(bits, i64x2.shl(index, 43));
}

/** What 2^(k/512) lost in rounding, relative to it. */
@inline
export function expHeadLow(index: v128): v128 {
  return v128.load64_lane(rowAt(index, 1), v128.load64_zero(rowAt(index, 0), 8), 1, 8);
}

/** e^r - 1 - r, to 2^-62 of e^r. */
@inline
function expShortCurve(r: v128): v128 {
  const r2 = f64x2.mul(r, r);
  const low = f64x2.add(splatAt(EXP + 32), f64x2.mul(r, splatAt(EXP + 40)));
  return f64x2.mul(r2, f64x2.add(low, f64x2.mul(r2, splatAt(EXP + 48))));
}

/** e^r - 1 - r, to 2^-63 of r. */
@inline
export function expCurve(r: v128): v128 {
  const r2 = f64x2.mul(r, r);
  const low = f64x2.add(splatAt(EXP + 56), f64x2.mul(r, splatAt(EXP + 64)));
  const high = f64x2.add(splatAt(EXP + 72), f64x2.mul(r, splatAt(EXP + 80)));
  return f64x2.mul(r2, f64x2.add(low, f64x2.mul(r2, high)));
}

/** e^x - head. */
@inline
export function expTail(index: v128, r: v128, head: v128): v128 {
  return f64x2.mul(head, f64x2.add(r, f64x2.add(expHeadLow(index), expShortCurve(r))));
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
 *   const small = expSmall(x, k, r);                       // + xLow, if there is one
 *   const y = expm1Head(head, r);
 *   const yTail = expm1Tail(head, r, small, y, false);     // |yTail| < 2^-9 * |y|; true where x may be above 0
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
export function expm1Tail(head: v128, r: v128, small: v128, high: v128, isPositive: bool): v128 {
  const u = f64x2.sub(head, one());
  // What rounding took from u; with head <= 1 the difference of u and -1 is exact.
  const uLow = isPositive ? anySumTail(head, f64x2.neg(one()), u) : f64x2.sub(head, f64x2.add(one(), u));
  const lost = f64x2.add(uLow, sumTail(u, r, high));
  return f64x2.add(lost, f64x2.add(f64x2.mul(u, r), f64x2.mul(head, small)));
}
