/*
 * The derivatives of softmax, p = softmax(x / temperature) with respect to x / temperature.
 *
 *   softmax_deriv       p_i (1 - p_i)                       the diagonal of the Jacobian
 *   softmax_deriv_grad  p_i (g_i - sum of g_j p_j)          the vector-Jacobian product with an upstream gradient g
 *   softmax_jacobian    p_i (delta_ij - p_j)                target i * width + j
 *
 * The ABI is that of rows-softmax.ts. In softmax_deriv_grad the sources are the row's `width` columns and then as many
 * gradient columns, and a target may be the value column of its index but no gradient column. The targets of
 * softmax_jacobian overlap no source.
 *
 * With w and S as in rows-weights.ts: 1 - p_i is (S - w_i)/S, and for the maximum the sum of the others over S, so that
 * nothing cancels. In the vector-Jacobian product all gradients are taken relative to that of the maximum, g_a:
 *
 *   g_i - sum of g_j p_j = (g_i - g_a) - D,  D = (sum over j != a of w_j (g_j - g_a)) / S
 *
 * as double-doubles, with weights to 2^-80: of the digits that still cancel, the first 26 bits cost nothing.
 *
 * Worst error found: 0.65 ULP for the diagonal and the Jacobian; for the vector-Jacobian product with gradients from a normal
 * distribution 0.75 units, where weights and result are subnormal.
 * With gradients of which more than 26 bits cancel, the error of the product grows accordingly.
 */
import { anySumTail, leading, productTail, sumTail } from './lanes';
import { differenceTail, reciprocalTail, roundedProduct } from './rows-double';
import { unscale } from './rows-exp';
import { addressAt, largestMaximum, loadRows, storeRows } from './rows-tile';
import { OTHERS, OTHERS_TAIL, maximumWeight, tailAt, tailsEnd, temperatureBlock, weigh } from './rows-weights';

// prettier-ignore
const POWERS: usize = memory.data<u64>([
  0x2ff0000000000000, // 2^-256
  0x4ff0000000000000, // 2^256
  0x1ff0000000000000, // 2^-512
  0x6ba0000000000000, // 2^699
], 16);

export function softmax_deriv(sources: usize, targets: usize, width: i32, count: i32, params: usize, scratch: usize): void {
  const block = temperatureBlock(params, scratch);
  const limit = largestMaximum(params + 8);
  const end = (<usize>count) << 3;
  let row: usize = 0;
  for (; row + 16 <= end; row += 16) diagonal(sources, targets, width, row, scratch, block, limit, 2);
  if (row < end) diagonal(sources, targets, width, row, scratch, block, limit, 1);
}

export function softmax_deriv_grad(
  sources: usize,
  targets: usize,
  width: i32,
  count: i32,
  params: usize,
  scratch: usize,
): void {
  const block = temperatureBlock(params, scratch);
  const limit = largestMaximum(params + 8);
  const end = (<usize>count) << 3;
  let row: usize = 0;
  for (; row + 16 <= end; row += 16) vectorJacobian(sources, targets, width, row, scratch, block, limit, 2);
  if (row < end) vectorJacobian(sources, targets, width, row, scratch, block, limit, 1);
}

export function softmax_jacobian(
  sources: usize,
  targets: usize,
  width: i32,
  count: i32,
  params: usize,
  scratch: usize,
): void {
  const block = temperatureBlock(params, scratch);
  const limit = largestMaximum(params + 8);
  const end = (<usize>count) << 3;
  let row: usize = 0;
  for (; row + 16 <= end; row += 16) jacobian(sources, targets, width, row, scratch, block, limit, 2);
  if (row < end) jacobian(sources, targets, width, row, scratch, block, limit, 1);
}

/** S = 2^256 + others. */
@inline
function total(scratch: usize): v128 {
  return f64x2.add(maximumWeight(), v128.load(scratch + OTHERS));
}

@inline
function totalTail(scratch: usize, s: v128): v128 {
  return f64x2.add(anySumTail(maximumWeight(), v128.load(scratch + OTHERS), s), v128.load(scratch + OTHERS_TAIL));
}

/** Marks the first maximum: the first weight that is 2^256 exactly. */
@inline
function isMaximum(w: v128, v: v128, seen: v128): v128 {
  return v128.andnot(v128.and(f64x2.eq(w, maximumWeight()), f64x2.eq(v, i64x2.splat(0))), seen);
}

/** (a + aTail) (b + bTail) (c + cTail), rounded once from a double-double. */
@inline
function product3(a: v128, aTail: v128, b: v128, bTail: v128, c: v128, cTail: v128): v128 {
  const p = f64x2.mul(a, b);
  const pTail = f64x2.add(productTail(a, b, p), f64x2.add(f64x2.mul(a, bTail), f64x2.mul(aTail, b)));
  return roundedProduct(p, pTail, c, cTail, leading(c));
}

/** w * others / S^2, others being what is left of S without w; `r2` is 2^512 / S^2. */
@inline
function spread(w: v128, v: v128, first: v128, scratch: usize, s: v128, sTail: v128, r2: v128, r2Tail: v128): v128 {
  const rest = f64x2.sub(s, w);
  const restTail = f64x2.add(differenceTail(s, w, rest), f64x2.sub(sTail, v));
  const others = v128.bitselect(v128.load(scratch + OTHERS), rest, first);
  const othersTail = v128.bitselect(v128.load(scratch + OTHERS_TAIL), restTail, first);
  return unscaledTwice(product3(w, v, others, othersTail, r2, r2Tail));
}

/** Takes the factors of two weights off, with one rounding at most. */
@inline
function unscaledTwice(product: v128): v128 {
  return f64x2.mul(product, v128.load64_splat(POWERS, 16));
}

@inline
function squareTail(r: v128, rTail: v128, square: v128): v128 {
  return f64x2.add(productTail(r, r, square), f64x2.mul(f64x2.add(r, r), rTail));
}

function diagonal(
  sources: usize,
  targets: usize,
  width: usize,
  row: usize,
  scratch: usize,
  block: usize,
  limit: f64,
  lanes: i32,
): void {
  weigh(sources, targets, width, row, scratch, block, limit, lanes, false);
  const s = total(scratch);
  const sTail = totalTail(scratch, s);
  const r = f64x2.div(f64x2.splat(1), f64x2.mul(s, unscale()));
  const rTail = reciprocalTail(f64x2.mul(s, unscale()), f64x2.mul(sTail, unscale()), r);
  const r2 = f64x2.mul(r, r);
  const r2Tail = squareTail(r, rTail, r2);
  let seen = i64x2.splat(0);
  let i: usize = 0;
  do {
    const target = addressAt(targets, i) + row;
    const w = loadRows(target, lanes, false);
    const v = tailAt(scratch, i, lanes);
    const first = isMaximum(w, v, seen);
    seen = v128.or(seen, first);
    storeRows(target, spread(w, v, first, scratch, s, sTail, r2, r2Tail), lanes);
  } while (++i < width);
}

function jacobian(
  sources: usize,
  targets: usize,
  width: usize,
  row: usize,
  scratch: usize,
  block: usize,
  limit: f64,
  lanes: i32,
): void {
  // The heads of the weights, and a list of their addresses: weigh writes `row` bytes behind the address it is given.
  const heads = tailsEnd(scratch, width);
  const list = heads + (width << 4);
  for (let j: usize = 0; j < width; j++) store<u32>(list + (j << 2), <u32>(heads + (j << 4) - row));
  weigh(sources, list, width, row, scratch, block, limit, lanes, false);
  const s = total(scratch);
  const sTail = totalTail(scratch, s);
  const r = f64x2.div(f64x2.splat(1), f64x2.mul(s, unscale()));
  const rTail = reciprocalTail(f64x2.mul(s, unscale()), f64x2.mul(sTail, unscale()), r);
  const r2 = f64x2.mul(r, r);
  const r2Tail = squareTail(r, rTail, r2);
  let seen = i64x2.splat(0);
  let i: usize = 0;
  do {
    const w = loadRows(heads + (i << 4), lanes, false);
    const v = tailAt(scratch, i, lanes);
    const first = isMaximum(w, v, seen);
    seen = v128.or(seen, first);
    const negative = f64x2.neg(w);
    const negativeTail = f64x2.neg(v);
    for (let j: usize = 0; j < width; j++) {
      const y =
        i == j
          ? spread(w, v, first, scratch, s, sTail, r2, r2Tail)
          : unscaledTwice(
              product3(
                negative,
                negativeTail,
                loadRows(heads + (j << 4), lanes, false),
                tailAt(scratch, j, lanes),
                r2,
                r2Tail,
              ),
            );
      storeRows(addressAt(targets, i * width + j) + row, y, lanes);
    }
  } while (++i < width);
}

function vectorJacobian(
  sources: usize,
  targets: usize,
  width: usize,
  row: usize,
  scratch: usize,
  block: usize,
  limit: f64,
  lanes: i32,
): void {
  weigh(sources, targets, width, row, scratch, block, limit, lanes, true);
  const gradients = sources + (width << 2);
  const small = v128.load64_splat(POWERS);
  let seen = i64x2.splat(0);
  let reference = seen;
  let isLarge = seen;
  let i: usize = 0;
  do {
    const first = isMaximum(loadRows(addressAt(targets, i) + row, lanes, false), tailAt(scratch, i, lanes), seen);
    const g = loadRows(addressAt(gradients, i) + row, lanes, false);
    seen = v128.or(seen, first);
    reference = v128.bitselect(g, reference, first);
    isLarge = v128.or(isLarge, f64x2.gt(f64x2.abs(g), v128.load64_splat(POWERS, 24)));
  } while (++i < width);
  // The weights' factor 2^256 keeps small ones normal; it goes only where a product with a gradient would overflow.
  const scale = v128.bitselect(small, f64x2.splat(1), isLarge);
  let sum = i64x2.splat(0);
  let low = sum;
  i = 0;
  do {
    const w = f64x2.mul(loadRows(addressAt(targets, i) + row, lanes, false), scale);
    const v = f64x2.mul(tailAt(scratch, i, lanes), scale);
    const g = loadRows(addressAt(gradients, i) + row, lanes, false);
    const d = f64x2.sub(g, reference);
    const dTail = differenceTail(g, reference, d);
    const p = f64x2.mul(w, d);
    const pTail = f64x2.add(productTail(w, d, p), f64x2.add(f64x2.mul(w, dTail), f64x2.mul(v, d)));
    const next = f64x2.add(sum, p);
    low = f64x2.add(low, f64x2.add(pTail, anySumTail(sum, p, next)));
    sum = next;
  } while (++i < width);
  const s = total(scratch);
  const sTail = totalTail(scratch, s);
  const r = f64x2.div(f64x2.splat(1), s);
  const rTail = reciprocalTail(s, sTail, r);
  // 1/S of the weights without the factor.
  const big = v128.load64_splat(POWERS, 8);
  const unscaled = f64x2.mul(r, big);
  const unscaledTail = f64x2.mul(rTail, big);
  const inverse = v128.bitselect(unscaled, r, isLarge);
  const inverseTail = v128.bitselect(unscaledTail, rTail, isLarge);
  const mean = f64x2.add(sum, low);
  const meanTail = sumTail(sum, low, mean);
  const q = f64x2.mul(mean, inverse);
  const qTail = f64x2.add(
    productTail(mean, inverse, q),
    f64x2.add(f64x2.mul(mean, inverseTail), f64x2.mul(meanTail, inverse)),
  );
  i = 0;
  do {
    const target = addressAt(targets, i) + row;
    const g = loadRows(addressAt(gradients, i) + row, lanes, false);
    const d = f64x2.sub(g, reference);
    const dTail = differenceTail(g, reference, d);
    const rounded = f64x2.sub(d, q);
    const rest = f64x2.add(differenceTail(d, q, rounded), f64x2.sub(dTail, qTail));
    const t = f64x2.add(rounded, rest);
    const tTail = anySumTail(rounded, rest, t);
    // p * 2^256 is normal: the factor comes off last, so that nothing is rounded as a subnormal before; but first where
    // the product would overflow with it.
    const large = f64x2.gt(f64x2.abs(t), v128.load64_splat(POWERS, 24));
    const before = v128.bitselect(small, f64x2.splat(1), large);
    const after = v128.bitselect(f64x2.splat(1), small, large);
    const w = loadRows(target, lanes, false);
    const v = tailAt(scratch, i, lanes);
    const y = product3(w, v, unscaled, unscaledTail, f64x2.mul(t, before), f64x2.mul(tTail, before));
    storeRows(target, f64x2.mul(y, after), lanes);
  } while (++i < width);
}
