/**
 * What single values need whose result may be subnormal or whose parts would leave float64: sums, products and exponentials
 * as a significand and a power of two, rounded once at the end.
 */
import { EXP_TABLE, S2, S3, S4, STEP_HIGH, STEP_LOW, STEPS_PER_UNIT } from './exp-table';

const ROUNDER: f64 = 6755399441055744;

/** 2^exponent for -1022 <= exponent <= 1023. */
@inline
export function powerOfTwo(exponent: i32): f64 {
  return reinterpret<f64>(<u64>(exponent + 1023) << 52);
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

/** (head + tail) * 2^exponent, rounded once. 2^-200 < |head| < 2^200, |tail| <= 2^-8 * |head|. */
export function scaledSum(head: f64, tail: f64, exponent: i32): f64 {
  const y = head + tail;
  const scale = exponentOf(y) + exponent;
  if (scale >= -1022) return scaleByPowerOfTwo(y, exponent);
  if (scale < -1076) return y * 0;
  // Beside this number the spacing is that of the subnormal result.
  const big = copysign<f64>(powerOfTwo(-1022 - exponent), y);
  const sum = big + head;
  const low = head - (sum - big) + tail;
  return scaleByPowerOfTwo(sum + low - big, exponent);
}

@inline
function leadingBits(x: f64): f64 {
  return reinterpret<f64>(reinterpret<u64>(x) & 0xfffffffff8000000);
}

/** (a + aLow) * (b + bLow) * 2^exponent, rounded once. 2^-100 < |a|, |b| < 2^100, |aLow| and |bLow| <= 2^-8 of it. */
export function scaledProduct(a: f64, aLow: f64, b: f64, bLow: f64, exponent: i32): f64 {
  const aHead = leadingBits(a);
  const bHead = leadingBits(b);
  const aRest = a - aHead + aLow;
  const bRest = b - bHead + bLow;
  return scaledSum(aHead * bHead, (aHead + aRest) * bRest + aRest * bHead, exponent);
}

/** factor * (b + bLow), rounded once, for any factor. */
export function timesAny(factor: f64, b: f64, bLow: f64, exponent: i32): f64 {
  if (factor == 0) return factor * b;
  return scaledProduct(significandOf(factor), 0, b, bLow, exponent + exponentOf(factor));
}

/** e^x = significand * 2^exponent: the exponent, for |x| <= 1500. */
export function expExponent(x: f64): i32 {
  return <i32>(x * STEPS_PER_UNIT + ROUNDER - ROUNDER) >> 9;
}

/** The head of the significand. */
export function expSignificandHead(x: f64): f64 {
  const i = <u64>reinterpret<i64>(x * STEPS_PER_UNIT + ROUNDER) & 511;
  return reinterpret<f64>(load<u64>(EXP_TABLE + ((<usize>i) << 4)) + (i << 43));
}

/** The tail of the significand. |xLow| is at most half a unit in the last place of x. */
export function expSignificandTail(x: f64, xLow: f64): f64 {
  const shifted = x * STEPS_PER_UNIT + ROUNDER;
  const k = shifted - ROUNDER;
  const r = x - k * STEP_HIGH - k * STEP_LOW + xLow;
  const headLow = load<f64>(EXP_TABLE + ((<usize>reinterpret<i64>(shifted) & 511) << 4), 8);
  return expSignificandHead(x) * (r + (headLow + r * r * (S2 + r * S3 + r * r * S4)));
}

/** e^(x + xLow) * 2^exponent for any x, rounded once. |xLow| is at most half a unit in the last place of x, |exponent| at most 100. */
export function expScaled(x: f64, xLow: f64, exponent: i32): f64 {
  if (x != x) return x;
  if (x > 1500) return Infinity;
  if (x < -1500) return 0;
  return scaledSum(expSignificandHead(x), expSignificandTail(x, xLow), expExponent(x) + exponent);
}

/** (factor + factorLow) * e^(x + xLow), rounded once, -0 or 0 where it vanishes, for x < 0 and 2^-100 < |factor| < 2^100. */
export function timesExp(factor: f64, factorLow: f64, x: f64, xLow: f64): f64 {
  if (x < -1500) return copysign<f64>(0, factor);
  return scaledProduct(factor, factorLow, expSignificandHead(x), expSignificandTail(x, xLow), expExponent(x));
}
