/*
 * The weights of rows-exp.ts to about 2^-80, for sums whose terms cancel.
 *
 *   r = z + zTail - k * ln2/512 as high + low; ln2/512 in three parts, the products of the first two exact
 *   e^r - 1 = high + (high^2/2 + high^3/6 + ... + high^7/5040) + low * (1 + high) as p + pTail
 *   w = head * (1 + tableTail) * (1 + p + pTail)
 *
 * What is left is the rounding of high^3/6, below 2^-81.
 */
import { expHeadLow } from './exp';
import { E3, E4, E5, E6, E7, STEP_HIGH, STEP_MIDDLE, STEP_REST } from './exp-table';
import { anySumTail, productTail, splatAt, sumTail } from './lanes';
import { differenceTail } from './rows-double';

// prettier-ignore
const CONSTANTS: usize = memory.data<f64>([
  6755399441055744.0, // 1.5 * 2^52, what expIndex added
  STEP_HIGH, STEP_MIDDLE, STEP_REST, E3, E4, E5, E6, E7,
], 16);

/** r before `zTail`: exact but for the tail below. */
@inline
function remainder(z: v128, index: v128): v128 {
  const k = f64x2.sub(index, splatAt(CONSTANTS));
  return f64x2.sub(f64x2.sub(z, f64x2.mul(k, splatAt(CONSTANTS + 8))), f64x2.mul(k, splatAt(CONSTANTS + 16)));
}

@inline
function remainderTail(z: v128, zTail: v128, index: v128, high: v128): v128 {
  const k = f64x2.sub(index, splatAt(CONSTANTS));
  const first = f64x2.sub(z, f64x2.mul(k, splatAt(CONSTANTS + 8)));
  const tail = differenceTail(first, f64x2.mul(k, splatAt(CONSTANTS + 16)), high);
  return f64x2.add(tail, f64x2.sub(zTail, f64x2.mul(k, splatAt(CONSTANTS + 24))));
}

/** high^3/6 + ... + high^7/5040. */
@inline
function cubicCurve(r: v128, square: v128): v128 {
  const low = f64x2.add(splatAt(CONSTANTS + 32), f64x2.mul(r, splatAt(CONSTANTS + 40)));
  const middle = f64x2.add(splatAt(CONSTANTS + 48), f64x2.mul(r, splatAt(CONSTANTS + 56)));
  const high = f64x2.add(middle, f64x2.mul(square, splatAt(CONSTANTS + 64)));
  return f64x2.mul(f64x2.mul(r, square), f64x2.add(low, f64x2.mul(square, high)));
}

/** w - head, rounded, where `index` = expIndex(z) and `head` = weightHead(index): w rounded is head + this. */
@inline
export function preciseRest(z: v128, zTail: v128, index: v128, head: v128): v128 {
  return f64x2.mul(head, growth(z, zTail, index));
}

/** w - head - rest. */
@inline
export function preciseRestTail(z: v128, zTail: v128, index: v128, head: v128, rest: v128): v128 {
  const p = growth(z, zTail, index);
  return f64x2.add(productTail(head, p, rest), f64x2.mul(head, growthTail(z, zTail, index, p)));
}

/** p. */
@inline
function growth(z: v128, zTail: v128, index: v128): v128 {
  const rounded = remainder(z, index);
  const tail = remainderTail(z, zTail, index, rounded);
  const r = f64x2.add(rounded, tail);
  const square = f64x2.mul(r, r);
  const half = f64x2.mul(square, f64x2.splat(0.5));
  return f64x2.add(r, f64x2.add(half, cubicCurve(r, square)));
}

/** pTail with the table's tail in it. */
@inline
function growthTail(z: v128, zTail: v128, index: v128, p: v128): v128 {
  const rounded = remainder(z, index);
  const tail = remainderTail(z, zTail, index, rounded);
  const r = f64x2.add(rounded, tail);
  const rTail = anySumTail(rounded, tail, r);
  const square = f64x2.mul(r, r);
  const squareTail = productTail(r, r, square);
  const half = f64x2.mul(square, f64x2.splat(0.5));
  const cubic = cubicCurve(r, square);
  const curve = f64x2.add(half, cubic);
  const curveTail = f64x2.add(sumTail(half, cubic, curve), f64x2.mul(squareTail, f64x2.splat(0.5)));
  const table = expHeadLow(index);
  const linear = f64x2.add(rTail, table);
  const products = f64x2.add(f64x2.mul(r, rTail), f64x2.mul(p, table));
  return f64x2.add(f64x2.add(sumTail(r, curve, p), curveTail), f64x2.add(linear, products));
}
