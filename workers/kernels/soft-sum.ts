/**
 * ramp + ln(1 + e^-a), which softplus and log_sigmoid are made of.
 *
 *   e = e^-a = head + tail, the head of 26 bits
 *   ln(1 + e) = -ln c + ln(1 + z),  z = (c - 1 + head * c) + tail * c,  |z| < 0.0025,  with c of 20 bits, about 1 / (1 + e),
 *   from a table: head * c, c - 1 + head * c and its sum with the table's -ln c are exact, and so is the relative accuracy
 *   of a small e, as c is 1 then
 *   ln(1 + z) = z + z^2 * P(z), P of degree 4
 */
import { expHead, expIndex, expRemainder, expTail } from './exp';
import { leading, one, quotient, splatAt, sumTail, zero } from './lanes';
import { P0, P1, P2, P3, P4, SOFTPLUS_TABLE } from './softplus-table';

// prettier-ignore
const SOFT_SUM: usize = memory.data<f64>([
  26388279066624, // 1.5 * 2^44: adding it rounds to a multiple of 1/256, which then stands in the low bits
  P0, P1, P2, P3, P4,
], 16);

@inline
function rowAt(place: v128, lane: u8): v128 {
  const i = (lane == 0 ? i32x4.extract_lane(place, 0) : i32x4.extract_lane(place, 2)) & 511;
  return v128.load(SOFTPLUS_TABLE + (i << 4));
}

/** ramp + rampLow + ln(1 + e^-(a + aLow)) for 0 <= a <= 700, divided by `divisor` if `divide` is set. */
@inline
export function softSum(ramp: v128, rampLow: v128, a: v128, aLow: v128, divisor: v128, divide: bool): v128 {
  const exponent = f64x2.neg(a);
  const k = expIndex(exponent);
  const power = expHead(k);
  const head = leading(power);
  const tail = f64x2.add(f64x2.sub(power, head), expTail(k, f64x2.sub(expRemainder(exponent, k), aLow), power));

  const place = f64x2.add(head, splatAt(SOFT_SUM));
  const row0 = rowAt(place, 0);
  const row1 = rowAt(place, 1);
  const c = v128.shuffle<u64>(row0, row1, 0, 2);
  const logarithm = v128.shuffle<u64>(row0, row1, 1, 3);
  const zHead = f64x2.add(f64x2.sub(c, one()), f64x2.mul(head, c));
  const zTail = f64x2.mul(tail, c);
  const z = f64x2.add(zHead, zTail);
  const z2 = f64x2.mul(z, z);
  const p01 = f64x2.add(splatAt(SOFT_SUM + 8), f64x2.mul(z, splatAt(SOFT_SUM + 16)));
  const p23 = f64x2.add(splatAt(SOFT_SUM + 24), f64x2.mul(z, splatAt(SOFT_SUM + 32)));
  const curve = f64x2.mul(z2, f64x2.add(p01, f64x2.mul(z2, f64x2.add(p23, f64x2.mul(z2, splatAt(SOFT_SUM + 40))))));

  const base = f64x2.add(logarithm, zHead);
  const sum = f64x2.add(ramp, base);
  const lost = sumTail(f64x2.pmax(ramp, base), f64x2.pmin(ramp, base), sum);
  const low = f64x2.add(lost, f64x2.add(divide ? f64x2.add(rampLow, zTail) : zTail, curve));
  return divide ? quotient(sum, low, divisor, zero()) : f64x2.add(sum, low);
}
