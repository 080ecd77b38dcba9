/*
 * softmax of rows whose maximum is within reach, two at a time or one by two columns; see rows-softmax.ts for the algebra.
 */
import { expHead, expIndexFrom, expRemainderOf, expRemainderOfSum, expRounder, expTail } from './exp';
import { STEPS_PER_UNIT } from './exp-table';
import { leading, quotientTail, splatAt, sumTail } from './lanes';
import { sumStart, unscale } from './rows-exp';
import { softmaxOfAny } from './rows-softmax-any';
import { addressAt, loadRows, rowMaximum, storeRows } from './rows-tile';

// prettier-ignore
const SOFTMAX: usize = memory.data<f64>([
  -800, // beyond it a quotient is 0
  2000, // above it x - maximum is exact, and below it the product that reduces x
  STEPS_PER_UNIT,
  3458764513820540928, // 1.5 * 2^61, beside which numbers are rounded to multiples of 512
  131072, // 512 * 256
  115792089237316195423570985008687907853269984665640564039457584007913129639936.0, // 2^256
], 16);

/** Offsets in scratch: 1/temperature as a number of 26 bits and a rest, and rounded; -800 * temperature. */
export const INVERSE_HEAD: usize = 0;
export const INVERSE_REST: usize = 8;
export const INVERSE: usize = 16;
export const FLOOR: usize = 24;
/** The block of `softmaxOfAny`; the tails of the weights. */
export const ANY: usize = 32;
export const TAILS: usize = 128;

/** What is subtracted from a row's values: 0, or the maximum where that is exact. */
@inline
function centerOf(m: v128, tempered: bool): v128 {
  return tempered ? i64x2.splat(0) : v128.and(m, f64x2.gt(f64x2.abs(m), splatAt(SOFTMAX + 8)));
}

/** What a row's values are raised to: then no weight is subnormal, also where x is -inf. NaN stays NaN. */
@inline
function floorOf(m: v128, scratch: usize, tempered: bool): v128 {
  return f64x2.add(m, tempered ? splatAt(scratch + FLOOR) : splatAt(SOFTMAX));
}

/** The number from which indices are counted, so that the largest weight is about 2^256. */
@inline
function rounderOf(m: v128, center: v128, scratch: usize, tempered: bool): v128 {
  const top = tempered ? f64x2.mul(m, splatAt(scratch + INVERSE)) : f64x2.sub(m, center);
  const power = f64x2.sub(f64x2.add(f64x2.mul(top, splatAt(SOFTMAX + 16)), splatAt(SOFTMAX + 24)), splatAt(SOFTMAX + 24));
  return f64x2.sub(f64x2.add(expRounder(), splatAt(SOFTMAX + 32)), power);
}

/** x - center, or the head of x / temperature, exact in 52 bits. */
@inline
function exponentHead(x: v128, center: v128, scratch: usize, tempered: bool): v128 {
  return tempered ? f64x2.mul(leading(x), splatAt(scratch + INVERSE_HEAD)) : f64x2.sub(x, center);
}

/** What `exponentHead` leaves of x / temperature. */
@inline
function exponentRest(x: v128, scratch: usize): v128 {
  const head = leading(x);
  return f64x2.add(
    f64x2.mul(head, splatAt(scratch + INVERSE_REST)),
    f64x2.mul(f64x2.sub(x, head), splatAt(scratch + INVERSE)),
  );
}

/** What leading(w) leaves of the weight w, whose rounded head is `power`. */
@inline
function weightRest(index: v128, r: v128, power: v128, head: v128): v128 {
  return f64x2.add(f64x2.sub(power, head), expTail(index, r, power));
}

@inline
function quotientOf(head: v128, rest: v128, inverse: v128, inverseHead: v128, inverseRest: v128): v128 {
  const low = f64x2.add(f64x2.mul(head, inverseRest), f64x2.mul(rest, inverse));
  return f64x2.mul(f64x2.add(f64x2.mul(head, inverseHead), low), unscale());
}

/** 2^256. */
@inline
function scale(): v128 {
  return splatAt(SOFTMAX + 40);
}

/** The sum of the even columns' weights and the odd ones', but for what the low parts say. */
@inline
function sumOf(even: v128, odd: v128): v128 {
  return f64x2.add(f64x2.sub(even, sumStart()), f64x2.sub(odd, sumStart()));
}

/** What `head`, of 26 bits, leaves of 2^256 / (sum + low); `s` is sum + low rounded, `inverse` the quotient. */
@inline
function inverseRestOf(sum: v128, low: v128, s: v128, inverse: v128, head: v128): v128 {
  const sHead = leading(s);
  const sRest = f64x2.add(f64x2.sub(s, sHead), sumTail(sum, low, s));
  const reciprocal = f64x2.mul(inverse, unscale());
  return quotientTail(scale(), i64x2.splat(0), sHead, sRest, reciprocal, head);
}

/** Where column i of two rows is: `list` holds addresses, or is itself the first of the columns of a block. */
@inline
function columnAt(list: usize, i: usize, row: usize, isBlock: bool): usize {
  return isBlock ? list + (i << 6) : addressAt(list, i) + row;
}

/**
 * Two rows of maximum m, which is within reach. In a block, `sources` and `targets` are the address of the two rows' first
 * column, and the next stands 64 bytes behind it.
 */
@inline
export function twoRows(
  sources: usize,
  targets: usize,
  width: usize,
  row: usize,
  m: v128,
  scratch: usize,
  tails: usize,
  negate: bool,
  tempered: bool,
  isBlock: bool,
): void {
  const center = centerOf(m, tempered);
  const floor = floorOf(m, scratch, tempered);
  const rounder = rounderOf(m, center, scratch, tempered);
  let even = sumStart();
  let odd = even;
  let evenLow = i64x2.splat(0);
  let oddLow = evenLow;
  let i: usize = 0;
  for (; i + 2 <= width; i += 2) {
    const xa = f64x2.pmax(loadRows(columnAt(sources, i, row, isBlock), 2, negate), floor);
    const xb = f64x2.pmax(loadRows(columnAt(sources, i + 1, row, isBlock), 2, negate), floor);
    const ya = exponentHead(xa, center, scratch, tempered);
    const yb = exponentHead(xb, center, scratch, tempered);
    const za = tempered ? exponentRest(xa, scratch) : ya;
    const zb = tempered ? exponentRest(xb, scratch) : yb;
    const ka = expIndexFrom(tempered ? f64x2.add(ya, za) : ya, rounder);
    const kb = expIndexFrom(tempered ? f64x2.add(yb, zb) : yb, rounder);
    const na = f64x2.sub(ka, rounder);
    const nb = f64x2.sub(kb, rounder);
    const ra = tempered ? expRemainderOfSum(ya, za, na) : expRemainderOf(ya, na);
    const rb = tempered ? expRemainderOfSum(yb, zb, nb) : expRemainderOf(yb, nb);
    const pa = expHead(ka);
    const pb = expHead(kb);
    const ha = leading(pa);
    const hb = leading(pb);
    const ta = weightRest(ka, ra, pa, ha);
    const tb = weightRest(kb, rb, pb, hb);
    v128.store(columnAt(targets, i, row, isBlock), ha);
    v128.store(columnAt(targets, i + 1, row, isBlock), hb);
    v128.store(tails + (i << 4), ta);
    v128.store(tails + (i << 4), tb, 16);
    const nextEven = f64x2.add(even, ha);
    const nextOdd = f64x2.add(odd, hb);
    evenLow = f64x2.add(evenLow, f64x2.add(ta, sumTail(even, ha, nextEven)));
    oddLow = f64x2.add(oddLow, f64x2.add(tb, sumTail(odd, hb, nextOdd)));
    even = nextEven;
    odd = nextOdd;
  }
  if (i < width) {
    const x = f64x2.pmax(loadRows(columnAt(sources, i, row, isBlock), 2, negate), floor);
    const y = exponentHead(x, center, scratch, tempered);
    const z = tempered ? exponentRest(x, scratch) : y;
    const k = expIndexFrom(tempered ? f64x2.add(y, z) : y, rounder);
    const n = f64x2.sub(k, rounder);
    const r = tempered ? expRemainderOfSum(y, z, n) : expRemainderOf(y, n);
    const p = expHead(k);
    const h = leading(p);
    const t = weightRest(k, r, p, h);
    v128.store(columnAt(targets, i, row, isBlock), h);
    v128.store(tails + (i << 4), t);
    const next = f64x2.add(even, h);
    evenLow = f64x2.add(evenLow, f64x2.add(t, sumTail(even, h, next)));
    even = next;
  }
  const sum = sumOf(even, odd);
  const low = f64x2.add(evenLow, oddLow);
  const s = f64x2.add(sum, low);
  const inverse = f64x2.div(scale(), s);
  const inverseHead = leading(inverse);
  const inverseRest = inverseRestOf(sum, low, s, inverse, inverseHead);
  for (i = 0; i < width; i++) {
    const target = columnAt(targets, i, row, isBlock);
    const t = v128.load(tails + (i << 4));
    v128.store(target, quotientOf(v128.load(target), t, inverse, inverseHead, inverseRest));
  }
}

/** Columns i and i + 1 of one row. */
@inline
function loadColumns(list: usize, i: usize, row: usize, negate: bool): v128 {
  const x = v128.load64_lane(addressAt(list, i + 1) + row, v128.load64_zero(addressAt(list, i) + row), 1);
  return negate ? f64x2.neg(x) : x;
}

@inline
function storeColumns(list: usize, i: usize, row: usize, x: v128): void {
  v128.store64_lane(addressAt(list, i) + row, x, 0);
  v128.store64_lane(addressAt(list, i + 1) + row, x, 1);
}

/** One row, by two columns; a row whose maximum is beyond reach by `softmaxOfAny`. */
export function oneRow(
  sources: usize,
  targets: usize,
  width: usize,
  row: usize,
  reach: f64,
  limit: f64,
  scratch: usize,
  block: usize,
  negate: bool,
  tempered: bool,
): void {
  const m = rowMaximum(sources, width, row, 1, negate);
  const tails = scratch + TAILS;
  if (!(abs(f64x2.extract_lane(m, 0)) <= reach)) {
    softmaxOfAny(sources, targets, width, row, tails, block, limit, negate);
    return;
  }
  const center = centerOf(m, tempered);
  const floor = floorOf(m, scratch, tempered);
  const rounder = rounderOf(m, center, scratch, tempered);
  let sum = sumStart();
  let low = i64x2.splat(0);
  for (let i: usize = 0; i < width; i += 2) {
    const isPair = i + 1 < width;
    const values = isPair ? loadColumns(sources, i, row, negate) : loadRows(addressAt(sources, i) + row, 1, negate);
    const x = f64x2.pmax(values, floor);
    const y = exponentHead(x, center, scratch, tempered);
    const z = tempered ? exponentRest(x, scratch) : y;
    const k = expIndexFrom(tempered ? f64x2.add(y, z) : y, rounder);
    const n = f64x2.sub(k, rounder);
    const r = tempered ? expRemainderOfSum(y, z, n) : expRemainderOf(y, n);
    const p = expHead(k);
    let h = leading(p);
    let t = weightRest(k, r, p, h);
    if (isPair) {
      storeColumns(targets, i, row, h);
      v128.store(tails + (i << 3), t);
    } else {
      storeRows(addressAt(targets, i) + row, h, 1);
      storeRows(tails + (i << 3), t, 1);
      h = i64x2.replace_lane(h, 1, 0);
      t = i64x2.replace_lane(t, 1, 0);
    }
    const next = f64x2.add(sum, h);
    low = f64x2.add(low, f64x2.add(t, sumTail(sum, h, next)));
    sum = next;
  }
  sum = sumOf(sum, v128.shuffle<u64>(sum, sum, 1, 0));
  low = f64x2.add(low, v128.shuffle<u64>(low, low, 1, 0));
  const s = f64x2.add(sum, low);
  const inverse = f64x2.div(scale(), s);
  const inverseHead = leading(inverse);
  const inverseRest = inverseRestOf(sum, low, s, inverse, inverseHead);
  let i: usize = 0;
  for (; i + 2 <= width; i += 2) {
    const t = v128.load(tails + (i << 3));
    const h = loadColumns(targets, i, row, false);
    storeColumns(targets, i, row, quotientOf(h, t, inverse, inverseHead, inverseRest));
  }
  if (i < width) {
    const target = addressAt(targets, i) + row;
    const t = loadRows(tails + (i << 3), 1, false);
    storeRows(target, quotientOf(loadRows(target, 1, false), t, inverse, inverseHead, inverseRest), 1);
  }
}
