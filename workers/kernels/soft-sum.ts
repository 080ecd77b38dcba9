/**
 * ln(1 + e^t), which softplus and log_sigmoid are made of, for t + tLow.
 *
 *   |t| <= 16: from the nearest c = i/32 of a table, with s the sigmoid there, r = t + tLow - c and h = tanh(r/2):
 *     ln(1 + e^t) = ln(1 + e^c) + 2 artanh(v/2),  v = 2 s h / (1 - (1 - s) h)
 *     The second term is at most 1/64 of the result, so that its roundings cost little; v is a rise as in sigmoid-forms.ts.
 *   beyond: with e = e^-|t| = head + tail < 2^-23, e - e^2/2 + e^3/3 or, for t > 0, t + e - e^2/2
 */
import { expHead, expIndex, expRemainder, expTail } from './exp';
import { magnitude, negative, quotient, splatAt, zero } from './lanes';
import { REACH, riseBeside, sigmoidPlace, sigmoidPlaceNode, sigmoidRow } from './sigmoid-forms';
import { SOFTPLUS_TABLE, V0, V1, V2 } from './softplus-table';

// prettier-ignore
const SOFT_SUM: usize = memory.data<f64>([V0, V1, V2, 0.5, 0.3333333333333333], 16);

/** ln(1 + e^(t + tLow)) for |t| <= 16, NaN for NaN: its head, and with `isLow` what that leaves. */
@inline
function softNear(t: v128, tLow: v128, hasLow: bool, isLow: bool): v128 {
  const place = sigmoidPlace(t);
  const row0 = SOFTPLUS_TABLE + sigmoidRow(place, 0, false);
  const row1 = SOFTPLUS_TABLE + sigmoidRow(place, 1, false);
  const words01a = v128.load(row0);
  const words01b = v128.load(row1);
  if (!isLow) return v128.shuffle<u64>(words01a, words01b, 0, 2);
  const words23a = v128.load(row0, 16);
  const words23b = v128.load(row1, 16);
  const distance = f64x2.sub(t, sigmoidPlaceNode(place));
  const r = hasLow ? f64x2.add(distance, tLow) : distance;
  const slope = v128.shuffle<u64>(words23a, words23b, 0, 2);
  const v = riseBeside(r, slope, v128.shuffle<u64>(words23a, words23b, 1, 3));
  const v2 = f64x2.mul(v, v);
  const curve = f64x2.add(
    splatAt(SOFT_SUM),
    f64x2.mul(v2, f64x2.add(splatAt(SOFT_SUM + 8), f64x2.mul(v2, splatAt(SOFT_SUM + 16)))),
  );
  const rise = f64x2.add(v, f64x2.mul(f64x2.mul(v, v2), curve));
  return f64x2.add(v128.shuffle<u64>(words01a, words01b, 1, 3), rise);
}

/** The same for 16 <= |t| <= 700. */
@inline
function softFar(t: v128, tLow: v128, hasLow: bool, isLow: bool): v128 {
  const isNegative = negative(t);
  const a = f64x2.neg(magnitude(t));
  const k = expIndex(a);
  const head = expHead(k);
  if (!isLow) return v128.bitselect(head, t, isNegative);
  const remainder = expRemainder(a, k);
  const r = hasLow ? f64x2.add(remainder, v128.bitselect(tLow, f64x2.neg(tLow), isNegative)) : remainder;
  const tail = expTail(k, r, head);
  const e = f64x2.add(head, tail);
  const curve = f64x2.mul(f64x2.mul(e, e), f64x2.sub(splatAt(SOFT_SUM + 24), f64x2.mul(e, splatAt(SOFT_SUM + 32))));
  const right = f64x2.sub(e, curve);
  return v128.bitselect(f64x2.sub(tail, curve), hasLow ? f64x2.add(right, tLow) : right, isNegative);
}

/** ln(1 + e^(t + tLow)) for |t| <= 16; NaN gives NaN. tLow may be left out by `hasLow`. */
@inline
export function softplusNear(t: v128, tLow: v128, hasLow: bool): v128 {
  return f64x2.add(softNear(t, tLow, hasLow, false), softNear(t, tLow, hasLow, true));
}

/** The same for 16 <= |t| <= 700. */
@inline
export function softplusFar(t: v128, tLow: v128, hasLow: bool): v128 {
  return f64x2.add(softFar(t, tLow, hasLow, false), softFar(t, tLow, hasLow, true));
}

/** ln(1 + e^(t + tLow)) / divisor for |t| <= 700. */
@inline
export function softQuotient(t: v128, tLow: v128, divisor: v128): v128 {
  const isFar = f64x2.gt(magnitude(t), f64x2.splat(REACH));
  const head = v128.bitselect(softFar(t, tLow, true, false), softNear(t, tLow, true, false), isFar);
  const low = v128.bitselect(softFar(t, tLow, true, true), softNear(t, tLow, true, true), isFar);
  return quotient(head, low, divisor, zero());
}
