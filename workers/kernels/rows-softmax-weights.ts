/*
 * The weights of softmax and their quotients by the row's sum, step by step; see rows-softmax.ts for the algebra.
 *
 * Loops over columns end in their condition, do .. while: V8 takes what doesn't change out of such a loop only.
 */
import { expRemainderOfSum, expRounder } from './exp';
import { EXP_TABLE, S2, S3, S4, STEP_HIGH, STEP_LOW, STEPS_PER_UNIT } from './exp-table';
import { leading, quotientTail, splatAt, sumTail } from './lanes';
import { sumStart, unscale } from './rows-exp';

// prettier-ignore
const SOFTMAX: usize = memory.data<f64>([
  -800, // beyond it a quotient is 0
  STEPS_PER_UNIT,
  3458764513820540928, // 1.5 * 2^61, beside which numbers are rounded to multiples of 512
  131072, // 512 * 256
  115792089237316195423570985008687907853269984665640564039457584007913129639936.0, // 2^256
  STEP_HIGH, STEP_LOW, S2, S3, S4,
], 16);

/** Offsets in scratch: 1/temperature as a number of 26 bits and a rest, and rounded; -800 * temperature. */
export const INVERSE_HEAD: usize = 0;
export const INVERSE_REST: usize = 8;
export const INVERSE: usize = 16;
export const FLOOR: usize = 24;
/** The block of `softmaxOfAny`; what follows. */
export const ANY: usize = 32;
export const STATE_BYTES: usize = 128;

/** What a row's values are raised to: then no weight is subnormal, also where x is -inf. NaN stays NaN. */
@inline
export function floorOf(m: v128, scratch: usize, tempered: bool): v128 {
  return f64x2.add(m, tempered ? splatAt(scratch + FLOOR) : splatAt(SOFTMAX));
}

/** The number from which indices are counted, so that the largest weight is about 2^256. */
@inline
export function rounderOf(m: v128, scratch: usize, tempered: bool): v128 {
  const top = tempered ? f64x2.mul(m, splatAt(scratch + INVERSE)) : m;
  const power = f64x2.sub(f64x2.add(f64x2.mul(top, stepsPerUnit()), splatAt(SOFTMAX + 16)), splatAt(SOFTMAX + 16));
  return f64x2.sub(f64x2.add(expRounder(), splatAt(SOFTMAX + 24)), power);
}

@inline
export function stepsPerUnit(): v128 {
  return splatAt(SOFTMAX + 8);
}

@inline
export function stepHigh(): v128 {
  return splatAt(SOFTMAX + 40);
}

@inline
export function stepLow(): v128 {
  return splatAt(SOFTMAX + 48);
}

/** The n-th coefficient of (e^r - 1 - r) / r^2. */
@inline
export function coefficient(n: usize): v128 {
  return splatAt(SOFTMAX + 56 + 8 * n);
}

/** x, or the head of x / temperature, exact in 52 bits. */
@inline
export function exponentHead(x: v128, scratch: usize, tempered: bool): v128 {
  return tempered ? f64x2.mul(leading(x), splatAt(scratch + INVERSE_HEAD)) : x;
}

/** What `exponentHead` leaves of x / temperature. */
@inline
export function exponentRest(x: v128, scratch: usize, tempered: bool): v128 {
  if (!tempered) return i64x2.splat(0);
  const head = leading(x);
  return f64x2.add(
    f64x2.mul(head, splatAt(scratch + INVERSE_REST)),
    f64x2.mul(f64x2.sub(x, head), splatAt(scratch + INVERSE)),
  );
}

/** The index of the weight e^(y + z). */
@inline
export function indexOf(y: v128, z: v128, tempered: bool, steps: v128, rounder: v128): v128 {
  return f64x2.add(f64x2.mul(tempered ? f64x2.add(y, z) : y, steps), rounder);
}

/** What the steps up to the index leave of y + z. */
@inline
export function remainderOf(y: v128, z: v128, tempered: bool, n: v128, high: v128, low: v128): v128 {
  if (tempered) return expRemainderOfSum(y, z, n);
  return f64x2.sub(f64x2.sub(y, f64x2.mul(n, high)), f64x2.mul(n, low));
}

/** The row of the table for a lane of an index. */
@inline
export function tableRow(index: v128, lane: u8): v128 {
  return v128.load(
    <usize>(((lane == 0 ? i32x4.extract_lane(index, 0) : i32x4.extract_lane(index, 2)) & 511) << 4),
    EXP_TABLE,
  );
}

/** A weight, rounded to 2^(k/512); its leading 26 bits are the weight's head. */
@inline
export function weightPower(index: v128, row0: v128, row1: v128): v128 {
  return i64x2.add(v128.shuffle<u64>(row0, row1, 0, 2), i64x2.shl(index, 43));
}

/** What the head leaves of the weight. */
@inline
export function weightTail(power: v128, head: v128, r: v128, row0: v128, row1: v128, s2: v128, s3: v128, s4: v128): v128 {
  const square = f64x2.mul(r, r);
  const curve = f64x2.mul(square, f64x2.add(f64x2.add(s2, f64x2.mul(r, s3)), f64x2.mul(square, s4)));
  const growth = f64x2.add(r, f64x2.add(v128.shuffle<u64>(row0, row1, 1, 3), curve));
  return f64x2.add(f64x2.sub(power, head), f64x2.mul(power, growth));
}

/** 2^256 / (sum + low), rounded; the sum counts from `sumStart`. */
@inline
export function inverseOf(sum: v128, low: v128): v128 {
  return f64x2.div(splatAt(SOFTMAX + 32), f64x2.add(f64x2.sub(sum, sumStart()), low));
}

/** What `head`, of 26 bits, leaves of 2^256 / (sum + low); `inverse` is the quotient rounded. */
@inline
export function inverseRestOf(sum: v128, low: v128, inverse: v128, head: v128): v128 {
  const high = f64x2.sub(sum, sumStart());
  const s = f64x2.add(high, low);
  const sHead = leading(s);
  const sRest = f64x2.add(f64x2.sub(s, sHead), sumTail(high, low, s));
  const reciprocal = f64x2.mul(inverse, unscale());
  return quotientTail(splatAt(SOFTMAX + 32), i64x2.splat(0), sHead, sRest, reciprocal, head);
}

/** The quotient of the weight head + tail; `scale` is `unscale()`. */
@inline
export function quotientOf(
  head: v128,
  tail: v128,
  inverse: v128,
  inverseHead: v128,
  inverseRest: v128,
  scale: v128,
): v128 {
  const low = f64x2.add(f64x2.mul(head, inverseRest), f64x2.mul(tail, inverse));
  return f64x2.mul(f64x2.add(f64x2.mul(head, inverseHead), low), scale);
}
