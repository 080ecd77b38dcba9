/*
 * softmax of one row with any input: infinities, or values so large that the differences to the maximum aren't exact. See
 * rows-exp.ts for the algebra: weights relative to the maximum, and the quotients (head + tail)(R + Q) with R + Q = 1/S,
 * rounded once from a double-double.
 */
import { leading, sumTail } from './lanes';
import { expIndex } from './exp';
import { exponentOf, exponentTail, sumStart, unscale, weightHead, weightTail } from './rows-exp';
import { aboveLimit, addressAt, loadRows, rowMaximum, storeRows } from './rows-tile';
import { reciprocalTail, roundedProduct } from './rows-double';

/** The row at `row`; `block` is the temperature's, or 0 for 1; `tails` has room for the row. */
export function softmaxOfAny(
  sources: usize,
  targets: usize,
  width: usize,
  row: usize,
  tails: usize,
  block: usize,
  limit: f64,
  negate: bool,
): void {
  const m = rowMaximum(sources, width, row, 1, negate);
  let s = sumStart();
  let l = i64x2.splat(0);
  for (let i: usize = 0; i < width; i++) {
    const x = loadRows(addressAt(sources, i) + row, 1, negate);
    const z = exponentOf(x, m, block);
    const zTail = exponentTail(x, m, z, block);
    const k = expIndex(z);
    const h = weightHead(k);
    const t = weightTail(z, zTail, k, h);
    const w = f64x2.add(h, t);
    const v = sumTail(h, t, w);
    storeRows(addressAt(targets, i) + row, w, 1);
    storeRows(tails + (i << 3), v, 1);
    const next = f64x2.add(s, w);
    l = f64x2.add(l, f64x2.add(v, sumTail(s, w, next)));
    s = next;
  }
  s = f64x2.mul(f64x2.sub(s, sumStart()), unscale());
  l = f64x2.mul(l, unscale());
  const u = f64x2.add(s, l);
  const r = v128.or(f64x2.div(f64x2.splat(1), u), aboveLimit(m, limit));
  const q = reciprocalTail(u, sumTail(s, l, u), r);
  const rHead = leading(r);
  for (let i: usize = 0; i < width; i++) {
    const target = addressAt(targets, i) + row;
    const w = loadRows(target, 1, false);
    const v = loadRows(tails + (i << 3), 1, false);
    storeRows(target, f64x2.mul(roundedProduct(w, v, r, q, rHead), unscale()), 1);
  }
}
