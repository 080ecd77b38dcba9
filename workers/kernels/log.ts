/**
 * ln(u + uLow), to about 2^-60 of itself.
 *
 *   u = 2^k * m,  m in [0.705, 1.41), cut into 128 intervals with c about 1 / the middle
 *   z = m * c - 1, exactly, as z + zLow;  |z| <= 1/256
 *   ln u = (k * ln2 - ln c) + z + z^2 * P(z)
 *
 * P has degree 6, its error is below 2^-72 of z. Around u = 1 both k and ln c are 0, so the relative accuracy holds there
 * too, given `near + nearLow` = u + uLow - 1 with its own relative accuracy (used below 2^-9).
 *
 * Preconditions: u is a positive normal number, |uLow| <= 2^-53 * u. Other arguments give garbage, never a wild access.
 */
import { anySumTail, leading, magnitude, one, splatAt, sumTail, zero } from './lanes';
import { L0, L1, L2, L3, L4, L5, L6, LN2_HIGH, LN2_LOW, LOG_TABLE } from './log-table';

// prettier-ignore
const LOG: usize = memory.data<f64>([
  LN2_HIGH, LN2_LOW, L0, L1, L2, L3, L4, L5, L6,
  0.001953125, // 2^-9
], 16);

// prettier-ignore
const LOG_BITS: usize = memory.data<u64>([
  0x3fe6900000000000, // 0.705, where the first interval starts
  0xfff0000000000000, // the part of a distance from it that counts powers of two
], 16);

/** ln(u + uLow), or with `hasRamp` ramp + rampLow + ln(u + uLow). */
@inline
export function logSum(
  ramp: v128,
  rampLow: v128,
  u: v128,
  uLow: v128,
  near: v128,
  nearLow: v128,
  hasRamp: bool,
): v128 {
  return logParts(ramp, rampLow, u, uLow, near, nearLow, hasRamp, 0);
}

/** Writes ln(u + uLow), rounded, to `target`, and what that leaves of it 16 bytes behind. */
export function logTo(target: usize, u: v128, uLow: v128, near: v128, nearLow: v128): void {
  logParts(zero(), zero(), u, uLow, near, nearLow, false, target);
}

@inline
function logParts(
  ramp: v128,
  rampLow: v128,
  u: v128,
  uLow: v128,
  near: v128,
  nearLow: v128,
  hasRamp: bool,
  target: usize,
): v128 {
  const distance = i64x2.sub(u, splatAt(LOG_BITS));
  const row0 = LOG_TABLE + (<usize>(i64x2.extract_lane(distance, 0) >> 40) & 0xfe0);
  const row1 = LOG_TABLE + (<usize>(i64x2.extract_lane(distance, 1) >> 40) & 0xfe0);
  const c = v128.load64_lane(row1, v128.load64_zero(row0), 1);
  const logInverse = v128.load64_lane(row1, v128.load64_zero(row0, 8), 1, 8);
  const logInverseLow = v128.load64_lane(row1, v128.load64_zero(row0, 16), 1, 16);
  const powers = v128.and(distance, splatAt(LOG_BITS + 8));
  const k = f64x2.convert_low_i32x4_s(i32x4.shr_s(v128.shuffle<i32>(distance, distance, 1, 3, 1, 3), 20));

  const m = i64x2.sub(u, powers);
  const mHead = leading(m);
  const zHead = f64x2.sub(f64x2.mul(mHead, c), one());
  const zRest = f64x2.mul(f64x2.sub(m, mHead), c);
  const zSum = f64x2.add(zHead, zRest);
  const zSumLow = f64x2.add(sumTail(zHead, zRest, zSum), f64x2.mul(f64x2.mul(uLow, i64x2.sub(one(), powers)), c));
  const isNear = f64x2.lt(magnitude(near), splatAt(LOG + 72));
  const z = v128.bitselect(near, zSum, isNear);
  const zLow = v128.bitselect(nearLow, zSumLow, isNear);

  const kLn2 = f64x2.mul(k, splatAt(LOG));
  const base = f64x2.add(kLn2, logInverse);
  const head = f64x2.add(base, z);

  const z2 = f64x2.mul(z, z);
  const p01 = f64x2.add(splatAt(LOG + 16), f64x2.mul(z, splatAt(LOG + 24)));
  const p23 = f64x2.add(splatAt(LOG + 32), f64x2.mul(z, splatAt(LOG + 40)));
  const p45 = f64x2.add(splatAt(LOG + 48), f64x2.mul(z, splatAt(LOG + 56)));
  const p46 = f64x2.add(p45, f64x2.mul(z2, splatAt(LOG + 64)));
  const curve = f64x2.mul(z2, f64x2.add(p01, f64x2.mul(z2, f64x2.add(p23, f64x2.mul(z2, p46)))));

  const baseLow = f64x2.add(sumTail(kLn2, logInverse, base), f64x2.add(f64x2.mul(k, splatAt(LOG + 8)), logInverseLow));
  const low = f64x2.add(baseLow, f64x2.sub(zLow, f64x2.mul(zLow, z)));
  const tail = f64x2.add(f64x2.add(sumTail(base, z, head), low), curve);

  const sum = hasRamp ? f64x2.add(ramp, head) : head;
  const sumLow = hasRamp ? f64x2.add(f64x2.add(anySumTail(ramp, head, sum), rampLow), tail) : tail;
  const y = f64x2.add(sum, sumLow);
  if (target) {
    v128.store(target, y);
    v128.store(target, f64x2.add(f64x2.sub(sum, y), sumLow), 16);
  }
  return y;
}
