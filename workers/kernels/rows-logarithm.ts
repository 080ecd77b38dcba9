/*
 * The row functions with a logarithm. With w, S and the others as in rows-weights.ts, z = (x - m) / temperature and
 * L = ln S = log1p(others / 2^256), all as double-doubles:
 *
 *   log_softmax  z_i - L          both have the same sign, so nothing cancels
 *   logsumexp    m + L            one target; where the sum cancels, L is taken again to 2^-80
 *   entropy      L - (sum of w_j z_j) / S     one target; -sum of p ln p with all terms of one sign
 *
 * The ABI is that of rows-softmax.ts; logsumexp and entropy have no parameters. The target of logsumexp and entropy may be
 * a source. Nothing is written before a row's last pass, so no scratch is needed for its weights. Most rows of log_softmax and
 * logsumexp are taken by rows-log-block.ts; a row's values decide, so that its result depends on nothing else.
 *
 * Worst error found in 1 million results: 0.55 ULP; where results are subnormal log_softmax and logsumexp 0.75, entropy 0.97
 * units. logsumexp keeps that until its result is under 2^-26 of the maximum; nearer to 0 its absolute error is 2^-80.
 */
import { expIndex } from './exp';
import { anySumTail, magnitude, productTail, splatAt, sumTail } from './lanes';
import { logTo } from './log';
import { differenceTail, reciprocalTail } from './rows-double';
import { exponentOf, exponentTail, weightHead, weightTail, wholeExponent, wholeExponentTail } from './rows-exp';
import { preciseRest, preciseRestTail } from './rows-exp-precise';
import { aboveLimit, addressAt, largestMaximum, loadRows, rowMaximum, storeRows } from './rows-tile';
import { OTHERS, OTHERS_TAIL, PRODUCTS, PRODUCTS_TAIL, temperatureBlock } from './rows-weights';
import { rowsOfTwo } from './rows-two-columns';
import { logSoftmaxBlock, logsumexpBlock, pairsOf } from './rows-log-block';

// prettier-ignore
const CONSTANTS: usize = memory.data<u64>([
  0x2ff0000000000000, // 2^-256
  0xffefffffffffffff, // the least finite number
  0x7ff0000000000000, // inf
  0x3fb0000000000000, // 2^-4
], 16);
/** The logarithm in scratch, behind the sums of rows-weights.ts: head and tail. */
const LOGARITHM: usize = 128;

export function log_softmax(sources: usize, targets: usize, width: i32, count: i32, params: usize, scratch: usize): void {
  const block = temperatureBlock(params, scratch);
  const limit = largestMaximum(params + 8);
  const end = (<usize>count) << 3;
  let row: usize = 0;
  if (width == 2 && !block) {
    row = rowsOfTwo(sources, targets, 0, end, false, true);
    for (; row < end; row = rowsOfTwo(sources, targets, row + 8, end, false, true)) {
      logSoftmax(sources, targets, width, row, scratch, block, limit, 1);
    }
    return;
  }
  if (block) {
    for (; row + 16 <= end; row += 16) logSoftmax(sources, targets, width, row, scratch, block, limit, 2);
    if (row < end) logSoftmax(sources, targets, width, row, scratch, block, limit, 1);
    return;
  }
  const pairs = pairsOf(width);
  while (row < end) {
    const rows = min((end - row) >> 3, pairs << 1);
    const done = logSoftmaxBlock(sources, targets, width, row, rows, pairs, scratch);
    for (let each: usize = 0; each < rows; each++) {
      if (!((done >> <i32>each) & 1)) logSoftmax(sources, targets, width, row + (each << 3), scratch, 0, limit, 1);
    }
    row += rows << 3;
  }
}

export function logsumexp(sources: usize, targets: usize, width: i32, count: i32, params: usize, scratch: usize): void {
  const end = (<usize>count) << 3;
  const pairs = pairsOf(width);
  let row: usize = 0;
  while (row < end) {
    const rows = min((end - row) >> 3, pairs << 1);
    const done = logsumexpBlock(sources, targets, width, row, rows, pairs, scratch);
    for (let each: usize = 0; each < rows; each++) {
      if (!((done >> <i32>each) & 1)) logOfSum(sources, targets, width, row + (each << 3), scratch);
    }
    row += rows << 3;
  }
}

export function entropy(sources: usize, targets: usize, width: i32, count: i32, params: usize, scratch: usize): void {
  const end = (<usize>count) << 3;
  let row: usize = 0;
  for (; row + 16 <= end; row += 16) entropyOf(sources, targets, width, row, scratch, 2);
  if (row < end) entropyOf(sources, targets, width, row, scratch, 1);
}

/** The sum of the weights other than the first maximum's, and with `products` that of all w * -z, to scratch. */
@inline
function sumWeights(
  sources: usize,
  width: usize,
  row: usize,
  scratch: usize,
  block: usize,
  lanes: i32,
  maximum: v128,
  precise: bool,
  products: bool,
): void {
  let seen = i64x2.splat(0);
  let sum = seen;
  let low = seen;
  let productSum = seen;
  let productLow = seen;
  let i: usize = 0;
  do {
    const x = loadRows(addressAt(sources, i) + row, lanes, false);
    const z = exponentOf(x, maximum, block);
    const zTail = exponentTail(x, maximum, z, block);
    const k = expIndex(z);
    const h = weightHead(k);
    const t = precise ? preciseRest(z, zTail, k, h) : weightTail(z, zTail, k, h);
    let w = f64x2.add(h, t);
    let v = sumTail(h, t, w);
    if (precise) v = f64x2.add(v, preciseRestTail(z, zTail, k, h, t));
    if (products) {
      const p = f64x2.mul(w, z);
      const pTail = f64x2.add(productTail(w, z, p), f64x2.add(f64x2.mul(w, zTail), f64x2.mul(v, z)));
      const next = f64x2.sub(productSum, p);
      productLow = f64x2.add(productLow, f64x2.sub(differenceTail(productSum, p, next), pTail));
      productSum = next;
    }
    const first = v128.andnot(f64x2.eq(x, maximum), seen);
    seen = v128.or(seen, first);
    w = v128.andnot(w, first);
    v = v128.andnot(v, first);
    const next = f64x2.add(sum, w);
    low = f64x2.add(low, f64x2.add(v, anySumTail(sum, w, next)));
    sum = next;
  } while (++i < width);
  const scale = splatAt(CONSTANTS);
  const others = f64x2.add(sum, low);
  v128.store(scratch + OTHERS, f64x2.mul(others, scale));
  v128.store(scratch + OTHERS_TAIL, f64x2.mul(anySumTail(sum, low, others), scale));
  if (products) {
    const total = f64x2.add(productSum, productLow);
    v128.store(scratch + PRODUCTS, f64x2.mul(total, scale));
    v128.store(scratch + PRODUCTS_TAIL, f64x2.mul(anySumTail(productSum, productLow, total), scale));
  }
}

/** L = ln(1 + others), and what rounding took from it, to scratch. */
@inline
function takeLogarithm(scratch: usize): void {
  const one = f64x2.splat(1);
  const others = v128.load(scratch + OTHERS);
  const othersTail = v128.load(scratch + OTHERS_TAIL);
  const sum = f64x2.add(one, others);
  const tail = f64x2.add(anySumTail(one, others, sum), othersTail);
  logTo(scratch + LOGARITHM, sum, tail, others, othersTail);
}

/** L, as `takeLogarithm` left it: NaN where the others are. */
@inline
function logarithm(scratch: usize): v128 {
  const others = v128.load(scratch + OTHERS);
  return v128.or(v128.load(scratch + LOGARITHM), f64x2.ne(others, others));
}

@inline
function logarithmTail(scratch: usize): v128 {
  return v128.load(scratch + LOGARITHM, 16);
}

/** head + tail, or head alone where it is infinite. */
@inline
function finish(head: v128, tail: v128): v128 {
  return f64x2.add(head, v128.and(tail, f64x2.lt(magnitude(head), splatAt(CONSTANTS + 16))));
}

/** The maximum that x is measured from: with -inf only there is none, and the difference is to be -inf still. */
@inline
function finiteMaximum(m: v128): v128 {
  return f64x2.pmax(m, splatAt(CONSTANTS + 8));
}

function logSoftmax(
  sources: usize,
  targets: usize,
  width: usize,
  row: usize,
  scratch: usize,
  block: usize,
  limit: f64,
  lanes: i32,
): void {
  const m = rowMaximum(sources, width, row, lanes, false);
  sumWeights(sources, width, row, scratch, block, lanes, m, false, false);
  takeLogarithm(scratch);
  const l = v128.or(logarithm(scratch), aboveLimit(m, limit));
  const lTail = logarithmTail(scratch);
  let i: usize = 0;
  do {
    const x = loadRows(addressAt(sources, i) + row, lanes, false);
    const z = wholeExponent(x, m, block);
    const y = f64x2.sub(z, l);
    const tail = f64x2.add(differenceTail(z, l, y), f64x2.sub(wholeExponentTail(x, m, z, block), lTail));
    storeRows(addressAt(targets, i) + row, finish(y, tail), lanes);
  } while (++i < width);
}

/** One row. */
function logOfSum(sources: usize, targets: usize, width: usize, row: usize, scratch: usize): void {
  const m = rowMaximum(sources, width, row, 1, false);
  const maximum = finiteMaximum(m);
  sumWeights(sources, width, row, scratch, 0, 1, maximum, false, false);
  takeLogarithm(scratch);
  const l = logarithm(scratch);
  const y = f64x2.add(m, l);
  const cancels = f64x2.lt(magnitude(y), f64x2.mul(l, splatAt(CONSTANTS + 24)));
  let tail = logarithmTail(scratch);
  if (v128.any_true(cancels)) {
    sumWeights(sources, width, row, scratch, 0, 1, maximum, true, false);
    tail = v128.bitselect(preciseLogarithmTail(l, scratch), tail, cancels);
  }
  storeRows(addressAt(targets, 0) + row, finish(y, f64x2.add(anySumTail(m, l, y), tail)), 1);
}

/** ln S - l = ln(S e^-l), where l = ln S rounded: S e^-l - 1 is so small that it is its own logarithm. */
function preciseLogarithmTail(l: v128, scratch: usize): v128 {
  const scale = splatAt(CONSTANTS);
  const one = f64x2.splat(1);
  const zero = i64x2.splat(0);
  const z = f64x2.neg(l);
  const k = expIndex(z);
  const h = weightHead(k);
  const t = preciseRest(z, zero, k, h);
  const w = f64x2.add(h, t);
  const v = f64x2.add(sumTail(h, t, w), preciseRestTail(z, zero, k, h, t));
  const e = f64x2.mul(w, scale);
  const eTail = f64x2.mul(v, scale);
  const others = v128.load(scratch + OTHERS);
  const sum = f64x2.add(one, others);
  const sumRest = f64x2.add(anySumTail(one, others, sum), v128.load(scratch + OTHERS_TAIL));
  const product = f64x2.mul(sum, e);
  const tail = f64x2.add(productTail(sum, e, product), f64x2.add(f64x2.mul(sum, eTail), f64x2.mul(sumRest, e)));
  return f64x2.add(f64x2.sub(product, one), tail);
}

function entropyOf(sources: usize, targets: usize, width: usize, row: usize, scratch: usize, lanes: i32): void {
  const m = rowMaximum(sources, width, row, lanes, false);
  sumWeights(sources, width, row, scratch, 0, lanes, m, false, true);
  takeLogarithm(scratch);
  const l = logarithm(scratch);
  const lTail = logarithmTail(scratch);
  const one = f64x2.splat(1);
  const others = v128.load(scratch + OTHERS);
  const sum = f64x2.add(one, others);
  const sumRest = f64x2.add(anySumTail(one, others, sum), v128.load(scratch + OTHERS_TAIL));
  const r = f64x2.div(one, sum);
  const rTail = reciprocalTail(sum, sumRest, r);
  const products = v128.load(scratch + PRODUCTS);
  const q = f64x2.mul(products, r);
  const qTail = f64x2.add(
    productTail(products, r, q),
    f64x2.add(f64x2.mul(products, rTail), f64x2.mul(v128.load(scratch + PRODUCTS_TAIL), r)),
  );
  const y = f64x2.add(l, q);
  const tail = f64x2.add(anySumTail(l, q, y), f64x2.add(lTail, qTail));
  // A row of -inf only has no entropy.
  storeRows(addressAt(targets, 0) + row, v128.or(f64x2.add(y, tail), noMaximum(m)), lanes);
}

/** All ones, which is a NaN, where a row has -inf only, and 0 elsewhere. */
@inline
function noMaximum(m: v128): v128 {
  return f64x2.eq(m, f64x2.splat(-Infinity));
}
