/*
 * softmax and softmin: p_i = w_i / S with w of rows-exp.ts and S the row's sum, a double-double.
 *
 *   softmax(sources, targets, width, count, params, scratch)
 *
 * `sources` and `targets` point at `width` u32 addresses, each of a column of `count` float64 values; column i's target
 * is its source or overlaps no source. `params` points at the temperature and `infinities`, `scratch` at 64 KiB that this call may use.
 *
 * Four rows at a time, column by column: the maximum; the weights, whose heads go to the targets and whose tails go to
 * `scratch`; the quotients. So each row is in the first-level cache from the first pass to the last. A quotient is
 * (head + tail)(R + Q) with R + Q = 1/S, rounded once from a double-double; the factor 2^256 is taken off last, so that
 * a subnormal result isn't rounded before.
 *
 * Every row goes through the same operations wherever it stands, so its result depends on nothing else.
 *
 * Worst error found in 1 million results of 9 widths up to 300: 0.74 units, at a subnormal result (1.3e-308).
 */
import { leading, sumTail } from './lanes';
import { expIndex } from './exp';
import {
  TEMPERATURE_BYTES,
  exponentOf,
  exponentTail,
  floorOf,
  isExtreme,
  prepareTemperature,
  sumStart,
  unscale,
  weightHead,
  weightTail,
} from './rows-exp';
import { aboveLimit, addressAt, largestMaximum, loadRows, rowMaximum, storeRows } from './rows-tile';
import { differenceTail, reciprocalTail, roundedProduct } from './rows-double';

export function softmax(sources: usize, targets: usize, width: i32, count: i32, params: usize, scratch: usize): void {
  softmaxRows(sources, targets, <usize>width, count, load<f64>(params), largestMaximum(params + 8), scratch, false);
}

export function softmin(sources: usize, targets: usize, width: i32, count: i32, params: usize, scratch: usize): void {
  softmaxRows(sources, targets, <usize>width, count, load<f64>(params), largestMaximum(params + 8), scratch, true);
}

@inline
function softmaxRows(
  sources: usize,
  targets: usize,
  width: usize,
  count: i32,
  temperature: f64,
  limit: f64,
  scratch: usize,
  negate: bool,
): void {
  const end = (<usize>count) << 3;
  let row: usize = 0;
  if (temperature == 1) {
    if (width <= 2048) {
      for (; row + 32 <= end; row += 32) fourRows(sources, targets, width, row, scratch, 0, limit, negate, false);
    }
    for (; row + 16 <= end; row += 16) pair(sources, targets, width, row, scratch, 0, limit, 2, negate);
    if (row < end) pair(sources, targets, width, row, scratch, 0, limit, 1, negate);
  } else {
    prepareTemperature(temperature, scratch);
    const tails = scratch + TEMPERATURE_BYTES;
    if (width <= 2040) {
      for (; row + 32 <= end; row += 32) fourRows(sources, targets, width, row, tails, scratch, limit, negate, true);
    }
    if (width <= 4080) {
      for (; row + 16 <= end; row += 16) pair(sources, targets, width, row, tails, scratch, limit, 2, negate);
    }
    for (; row < end; row += 8) pair(sources, targets, width, row, tails, scratch, limit, 1, negate);
  }
}

/** Four rows; a temperature other than 1 stands in `block` and makes them `tempered`. */
@inline
function fourRows(
  sources: usize,
  targets: usize,
  width: usize,
  row: usize,
  scratch: usize,
  block: usize,
  limit: f64,
  negate: bool,
  tempered: bool,
): void {
  let ma = f64x2.splat(-Infinity);
  let mb = ma;
  for (let i: usize = 0; i < width; i++) {
    const source = addressAt(sources, i) + row;
    ma = f64x2.pmax(ma, loadRows(source, 2, negate));
    mb = f64x2.pmax(mb, loadRows(source + 16, 2, negate));
  }
  if (!tempered && v128.any_true(v128.or(isExtreme(ma), isExtreme(mb)))) {
    pair(sources, targets, width, row, scratch, 0, limit, 2, negate);
    pair(sources, targets, width, row + 16, scratch, 0, limit, 2, negate);
    return;
  }
  const fa = floorOf(ma);
  const fb = floorOf(mb);
  let sa = sumStart();
  let sb = sa;
  let la = i64x2.splat(0);
  let lb = la;
  for (let i: usize = 0; i < width; i++) {
    const source = addressAt(sources, i) + row;
    const target = addressAt(targets, i) + row;
    const a = loadedAbove(source, fa, negate, tempered);
    const b = loadedAbove(source + 16, fb, negate, tempered);
    const za = tempered ? exponentOf(a, ma, block) : f64x2.sub(a, ma);
    const zb = tempered ? exponentOf(b, mb, block) : f64x2.sub(b, mb);
    const ka = expIndex(za);
    const kb = expIndex(zb);
    const ha = weightHead(ka);
    const hb = weightHead(kb);
    const ta = weightTail(za, tempered ? exponentTail(a, ma, za, block) : differenceTail(a, ma, za), ka, ha);
    const tb = weightTail(zb, tempered ? exponentTail(b, mb, zb, block) : differenceTail(b, mb, zb), kb, hb);
    const wa = f64x2.add(ha, ta);
    const wb = f64x2.add(hb, tb);
    const va = sumTail(ha, ta, wa);
    const vb = sumTail(hb, tb, wb);
    v128.store(target, wa);
    v128.store(target, wb, 16);
    v128.store(scratch + (i << 5), va);
    v128.store(scratch + (i << 5), vb, 16);
    const na = f64x2.add(sa, wa);
    const nb = f64x2.add(sb, wb);
    la = f64x2.add(la, f64x2.add(va, sumTail(sa, wa, na)));
    lb = f64x2.add(lb, f64x2.add(vb, sumTail(sb, wb, nb)));
    sa = na;
    sb = nb;
  }
  sa = f64x2.mul(f64x2.sub(sa, sumStart()), unscale());
  la = f64x2.mul(la, unscale());
  sb = f64x2.mul(f64x2.sub(sb, sumStart()), unscale());
  lb = f64x2.mul(lb, unscale());
  const ua = f64x2.add(sa, la);
  const ub = f64x2.add(sb, lb);
  let ra = f64x2.div(f64x2.splat(1), ua);
  let rb = f64x2.div(f64x2.splat(1), ub);
  if (tempered) {
    ra = v128.or(ra, aboveLimit(ma, limit));
    rb = v128.or(rb, aboveLimit(mb, limit));
  }
  const qa = reciprocalTail(ua, sumTail(sa, la, ua), ra);
  const qb = reciprocalTail(ub, sumTail(sb, lb, ub), rb);
  const headA = leading(ra);
  const headB = leading(rb);
  for (let i: usize = 0; i < width; i++) {
    const target = addressAt(targets, i) + row;
    const wa = v128.load(target);
    const wb = v128.load(target, 16);
    const va = v128.load(scratch + (i << 5));
    const vb = v128.load(scratch + (i << 5), 16);
    v128.store(target, f64x2.mul(roundedProduct(wa, va, ra, qa, headA), unscale()));
    v128.store(target, f64x2.mul(roundedProduct(wb, vb, rb, qb, headB), unscale()), 16);
  }
}

/** Two rows, raised to the floor of their maximum, which keeps the plain difference in range. */
@inline
function loadedAbove(address: usize, floor: v128, negate: bool, tempered: bool): v128 {
  const x = loadRows(address, 2, negate);
  return tempered ? x : f64x2.pmax(x, floor);
}

/** Two rows, or one, with any input; `block` is the temperature's, or 0 for 1. */
function pair(
  sources: usize,
  targets: usize,
  width: usize,
  row: usize,
  scratch: usize,
  block: usize,
  limit: f64,
  lanes: i32,
  negate: bool,
): void {
  const m = rowMaximum(sources, width, row, lanes, negate);
  let s = sumStart();
  let l = i64x2.splat(0);
  for (let i: usize = 0; i < width; i++) {
    const x = loadRows(addressAt(sources, i) + row, lanes, negate);
    const z = exponentOf(x, m, block);
    const zTail = exponentTail(x, m, z, block);
    const k = expIndex(z);
    const h = weightHead(k);
    const t = weightTail(z, zTail, k, h);
    const w = f64x2.add(h, t);
    const v = sumTail(h, t, w);
    storeRows(addressAt(targets, i) + row, w, lanes);
    storeRows(scratch + i * (<usize>lanes << 3), v, lanes);
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
    const w = loadRows(target, lanes, false);
    const v = loadRows(scratch + i * (<usize>lanes << 3), lanes, false);
    storeRows(target, f64x2.mul(roundedProduct(w, v, r, q, rHead), unscale()), lanes);
  }
}
