/**
 * 1 / (1 + e^-v), which sigmoid, silu and their like are made of, for v + vLow.
 *
 *   |v| <= 16: from the nearest c = i/32 of a table, with s the sigmoid there and r = v + vLow - c:
 *     sigmoid = s + s (1 - s) t / (1 + (s - 1/2) t),  t = 2 tanh(r/2) = r (r^2 + p) / (scale (r^2 + q))
 *     The second term is at most 1/64 of the result, so that its roundings cost little.
 *   beyond: with e = e^-|v| = head + tail < 2^-23, e - e^2 + e^3 or, for v > 0, 1 - e + e^2
 */
import { expHead, expIndex, expRemainder, expTail } from './exp';
import { leading, magnitude, negative, one, splatAt, splitProduct, timesQuotient, two } from './lanes';
import { DENOMINATOR, NUMERATOR, SIGMOID_TABLE } from './sigmoid-table';

/** How far the table reaches. */
export const REACH: f64 = 16;
/** The number of the node 16. */
const LAST_NODE: i32 = 1024;

// prettier-ignore
const SIGMOID_FORMS: usize = memory.data<f64>([
  211106232533008, // 1.5 * 2^47 and 16: adding it rounds to a multiple of 1/32, whose number from -16 on then stands in the low bits
  NUMERATOR, DENOMINATOR, 3,
], 16);

/** The number of the node nearest to v in the low bits of each lane, and itself once `sigmoidPlaceNode` has it. */
@inline
export function sigmoidPlace(v: v128): v128 {
  return f64x2.add(v, splatAt(SIGMOID_FORMS));
}

@inline
export function sigmoidPlaceNode(place: v128): v128 {
  return f64x2.sub(place, splatAt(SIGMOID_FORMS));
}

/** Where a lane's row of 32 bytes stands in a table of nodes; that of the node's opposite if `mirrored` is set. */
@inline
export function sigmoidRow(place: v128, lane: u8, mirrored: bool): usize {
  const node = lane == 0 ? i32x4.extract_lane(place, 0) : i32x4.extract_lane(place, 2);
  return <usize>((mirrored ? LAST_NODE - node : node) & 2047) << 5;
}

/**
 * a t / (1 + b t) for t = 2 tanh(r/2), |r| <= 1/64, given a and b divided by the scale of sigmoid-table.ts: what the functions with tables
 * rise by beside a node.
 */
@inline
export function riseBeside(r: v128, a: v128, b: v128): v128 {
  const r2 = f64x2.mul(r, r);
  const top = f64x2.mul(r, f64x2.add(r2, splatAt(SIGMOID_FORMS + 8)));
  const bottom = f64x2.add(f64x2.add(r2, splatAt(SIGMOID_FORMS + 16)), f64x2.mul(b, top));
  return f64x2.div(f64x2.mul(a, top), bottom);
}

/** Word 0 or 1 of the node's row. */
@inline
export function sigmoidNode(place: v128, word: i32, mirrored: bool): v128 {
  const a = v128.load(SIGMOID_TABLE + sigmoidRow(place, 0, mirrored));
  const b = v128.load(SIGMOID_TABLE + sigmoidRow(place, 1, mirrored));
  return word == 0 ? v128.shuffle<u64>(a, b, 0, 2) : v128.shuffle<u64>(a, b, 1, 3);
}

/** What sigmoid(v + vLow) has more than at the node. */
@inline
export function sigmoidRise(place: v128, v: v128, vLow: v128, hasLow: bool): v128 {
  const words23a = v128.load(SIGMOID_TABLE + sigmoidRow(place, 0, false), 16);
  const words23b = v128.load(SIGMOID_TABLE + sigmoidRow(place, 1, false), 16);
  const distance = f64x2.sub(v, sigmoidPlaceNode(place));
  const r = hasLow ? f64x2.add(distance, vLow) : distance;
  return riseBeside(r, v128.shuffle<u64>(words23a, words23b, 0, 2), v128.shuffle<u64>(words23a, words23b, 1, 3));
}

/** sigmoid(v + vLow), or x times that if `times` is set, for |v| <= 16; NaN gives NaN. vLow may be left out by `hasLow`. */
@inline
export function sigmoidNear(v: v128, vLow: v128, hasLow: bool, x: v128, times: bool): v128 {
  const place = sigmoidPlace(v);
  const s = sigmoidNode(place, 0, false);
  const low = f64x2.add(sigmoidNode(place, 1, false), sigmoidRise(place, v, vLow, hasLow));
  return times ? timesQuotient(x, s, low) : f64x2.add(s, low);
}

/** The same for 16 <= |v| <= 700. */
@inline
export function sigmoidFar(v: v128, vLow: v128, hasLow: bool, x: v128, times: bool): v128 {
  const isNegative = negative(v);
  const a = f64x2.neg(magnitude(v));
  const k = expIndex(a);
  const head = expHead(k);
  const remainder = expRemainder(a, k);
  const r = hasLow ? f64x2.add(remainder, v128.bitselect(vLow, f64x2.neg(vLow), isNegative)) : remainder;
  const tail = expTail(k, r, head);
  const e = f64x2.add(head, tail);
  const e2 = f64x2.mul(e, e);
  const leftRest = f64x2.sub(tail, f64x2.mul(e2, f64x2.sub(one(), e)));
  const right = f64x2.sub(e, e2);
  if (!times) return v128.bitselect(f64x2.add(head, leftRest), f64x2.sub(one(), right), isNegative);
  const lead = leading(head);
  const left = splitProduct(lead, f64x2.add(f64x2.sub(head, lead), leftRest), x, i64x2.splat(0));
  return v128.bitselect(left, f64x2.sub(x, f64x2.mul(x, right)), isNegative);
}

/** sigmoid(a) * sigmoid(-a), the slope, for 0 <= a <= 16; NaN gives NaN. With s of 26 bits, 1 - s is exact. */
@inline
export function sigmoidSlopeNear(a: v128): v128 {
  const v = f64x2.neg(a);
  const place = sigmoidPlace(v);
  const s = sigmoidNode(place, 0, false);
  const low = f64x2.add(sigmoidNode(place, 1, false), sigmoidRise(place, v, v, false));
  const other = f64x2.sub(one(), s);
  const otherHead = leading(other);
  const rest = f64x2.mul(low, f64x2.sub(f64x2.sub(other, s), low));
  return f64x2.add(f64x2.mul(s, otherHead), f64x2.add(f64x2.mul(s, f64x2.sub(other, otherHead)), rest));
}

/** The same for 16 <= a <= 700: e - 2 e^2 + 3 e^3. */
@inline
export function sigmoidSlopeFar(a: v128): v128 {
  const x = f64x2.neg(a);
  const k = expIndex(x);
  const head = expHead(k);
  const tail = expTail(k, expRemainder(x, k), head);
  const e = f64x2.add(head, tail);
  const curve = f64x2.mul(f64x2.mul(e, e), f64x2.sub(two(), f64x2.mul(e, splatAt(SIGMOID_FORMS + 24))));
  return f64x2.add(head, f64x2.sub(tail, curve));
}
