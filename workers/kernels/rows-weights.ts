/*
 * The weights of a row for the functions that must not lose the small ones beside the largest: all but the first maximum
 * are summed apart, as a double-double ("others"), since the maximum's own weight is exactly 2^256. So S - w of the
 * maximum, and ln S near 0, keep their relative accuracy where 1 - p and ln(1 + tiny) would cancel.
 *
 * The state of a step over one or two rows stands in front of `scratch`, the tails of the weights behind it.
 */
import { expIndex } from './exp';
import { anySumTail, splatAt, sumTail } from './lanes';
import { preciseRest, preciseRestTail } from './rows-exp-precise';
import { exponentOf, exponentTail, prepareTemperature, weightHead, weightTail } from './rows-exp';
import { aboveLimit, addressAt, loadRows, rowMaximum, storeRows } from './rows-tile';

/** Offsets in scratch: the temperature's block, the sum of the others and of products with weights (heads and
 * tails), the tails of the weights. */
const TEMPERATURE: usize = 0;
export const OTHERS: usize = 48;
export const OTHERS_TAIL: usize = 64;
export const PRODUCTS: usize = 80;
export const PRODUCTS_TAIL: usize = 96;
const TAILS: usize = 128;
/** The first byte behind the tails of a row of `width`. */
@inline
export function tailsEnd(scratch: usize, width: usize): usize {
  return scratch + TAILS + (width << 4);
}

// prettier-ignore
const CONSTANTS: usize = memory.data<f64>([
  115792089237316195423570985008687907853269984665640564039457584007913129639936.0, // 2^256
], 16);

@inline
export function maximumWeight(): v128 {
  return splatAt(CONSTANTS);
}

@inline
function tailAddress(scratch: usize, i: usize, lanes: i32): usize {
  return scratch + TAILS + (lanes == 2 ? i << 4 : i << 3);
}

/** The tail of weight i. */
@inline
export function tailAt(scratch: usize, i: usize, lanes: i32): v128 {
  return loadRows(tailAddress(scratch, i, lanes), lanes, false);
}

/** The temperature's block for `exponentOf`, or 0. */
@inline
export function temperatureBlock(params: usize, scratch: usize): usize {
  const temperature = load<f64>(params);
  if (temperature == 1) return 0;
  prepareTemperature(temperature, scratch + TEMPERATURE);
  return scratch + TEMPERATURE;
}

/**
 * Writes each weight's head to its target and its tail to scratch, and the sum of the others to scratch. `precise` gives
 * weights to 2^-80 in place of 2^-60.
 */
@inline
export function weigh(
  sources: usize,
  targets: usize,
  width: usize,
  row: usize,
  scratch: usize,
  block: usize,
  limit: f64,
  lanes: i32,
  precise: bool,
): void {
  const m = rowMaximum(sources, width, row, lanes, false);
  let seen = i64x2.splat(0);
  let sum = seen;
  let low = seen;
  let i: usize = 0;
  do {
    const x = loadRows(addressAt(sources, i) + row, lanes, false);
    const z = exponentOf(x, m, block);
    const zTail = exponentTail(x, m, z, block);
    const k = expIndex(z);
    const h = weightHead(k);
    const t = precise ? preciseRest(z, zTail, k, h) : weightTail(z, zTail, k, h);
    const w = f64x2.add(h, t);
    let v = sumTail(h, t, w);
    if (precise) v = f64x2.add(v, preciseRestTail(z, zTail, k, h, t));
    storeRows(addressAt(targets, i) + row, w, lanes);
    storeRows(tailAddress(scratch, i, lanes), v, lanes);
    const first = v128.andnot(f64x2.eq(x, m), seen);
    seen = v128.or(seen, first);
    const other = v128.andnot(w, first);
    const next = f64x2.add(sum, other);
    low = f64x2.add(low, f64x2.add(v128.andnot(v, first), anySumTail(sum, other, next)));
    sum = next;
  } while (++i < width);
  const others = v128.or(f64x2.add(sum, low), aboveLimit(m, limit));
  v128.store(scratch + OTHERS, others);
  v128.store(scratch + OTHERS_TAIL, anySumTail(sum, low, others));
}
