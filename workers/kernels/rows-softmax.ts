/*
 * softmax and softmin: p_i = w_i / S with w_i = 2^256 e^(x_i / temperature - c), S the row's sum of them.
 *
 *   softmax(sources, targets, width, count, params, scratch)
 *
 * `sources` and `targets` point at `width` u32 addresses, each of a column of `count` float64 values; column i's target
 * is its source or overlaps no source. `params` points at the temperature and `infinities`, `scratch` at what
 * thread-area.ts sets apart for this call.
 *
 * A row's quotients don't depend on c, so c is taken to be a multiple of ln2, which turns it into a whole number in the
 * exponent: x_i is reduced by multiples of ln2/512 as it stands, with no rounded difference from the maximum. Its
 * multiple is such that the largest weight is about 2^256: so w is a normal number for all quotients that are not 0.
 *
 *   w = h + t,  h of 26 bits,  |t| < 0.0007 * h       1/S = R + Q,  R of 26 bits
 *   p = h R + (h Q + t / S), with one rounding but for 2^-9 of it; the factor 2^-256 comes last, so that a subnormal result
 *   isn't rounded before
 *
 * The sum counts from 2^269 on: as h < 2^257 and a row has at most 4096 values, it stays in [2^269, 2^270), so each addition
 * rounds to the same grid, and the three operations of Dekker's sum give back what it loses. Two rows are computed at a time,
 * or two columns of one row, with the same operations in the same order: a row's result depends on nothing but the row.
 *
 * Worst error found in 1.4 million results of 7 widths up to 4096 and 6 temperatures: 0.53 ULP.
 */
import { leading } from './lanes';
import { reciprocalTail } from './rows-double';
import { prepareTemperature } from './rows-exp';
import { BLOCK_WIDTH, eightRows } from './rows-softmax-block';
import { oneRow, signOf, twoRows } from './rows-softmax-rows';
import { ANY, FLOOR, INVERSE, INVERSE_HEAD, INVERSE_REST } from './rows-softmax-weights';
import { largestMaximum, rowMaximum } from './rows-tile';
import { rowsOfTwo } from './rows-two-columns';

/** The largest maximum that can be computed with: up to there the product that reduces a value is exact. */
const REACH: f64 = 2000;
/** Temperatures whose reciprocals, and products with numbers of a fit size, have normal parts. */
const TEMPERATURE_MIN: f64 = 1e-150;
const TEMPERATURE_MAX: f64 = 1e150;

export function softmax(sources: usize, targets: usize, width: i32, count: i32, params: usize, scratch: usize): void {
  softmaxRows(sources, targets, <usize>width, count, params, scratch, false);
}

export function softmin(sources: usize, targets: usize, width: i32, count: i32, params: usize, scratch: usize): void {
  softmaxRows(sources, targets, <usize>width, count, params, scratch, true);
}

@inline
function softmaxRows(
  sources: usize,
  targets: usize,
  width: usize,
  count: i32,
  params: usize,
  scratch: usize,
  negate: bool,
): void {
  const temperature = load<f64>(params);
  const limit = largestMaximum(params + 8);
  if (temperature == 1 && width == 2) {
    const end = (<usize>count) << 3;
    let row = rowsOfTwo(sources, targets, 0, end, negate, false);
    for (; row < end; row = rowsOfTwo(sources, targets, row + 8, end, negate, false)) {
      oneRow(sources, targets, width, row, REACH, limit, scratch, 0, negate, false);
    }
  } else if (temperature == 1) {
    eachRow(sources, targets, width, count, REACH, limit, scratch, 0, negate, false);
  } else {
    prepareTemperature(temperature, scratch + ANY);
    const inverse = 1 / temperature;
    const head = leading(f64x2.splat(inverse));
    const tail = reciprocalTail(f64x2.splat(temperature), i64x2.splat(0), f64x2.splat(inverse));
    v128.store64_lane(scratch, head, 0, INVERSE_HEAD);
    v128.store64_lane(scratch, f64x2.add(f64x2.sub(f64x2.splat(inverse), head), tail), 0, INVERSE_REST);
    store<f64>(scratch, inverse, INVERSE);
    store<f64>(scratch, -800 * temperature, FLOOR);
    const isFit = temperature >= TEMPERATURE_MIN && temperature <= TEMPERATURE_MAX;
    const reach = isFit ? 2000 * temperature : -1;
    eachRow(sources, targets, width, count, reach, limit, scratch, scratch + ANY, negate, true);
  }
}

@inline
function eachRow(
  sources: usize,
  targets: usize,
  width: usize,
  count: i32,
  reach: f64,
  limit: f64,
  scratch: usize,
  block: usize,
  negate: bool,
  tempered: bool,
): void {
  const end = (<usize>count) << 3;
  const sign = signOf(negate);
  let row: usize = 0;
  if (width <= BLOCK_WIDTH) {
    for (; row + 64 <= end; row += 64) {
      if (eightRows(sources, targets, width, row, reach, scratch, sign, tempered)) continue;
      for (let each: usize = 0; each < 64; each += 8) {
        oneRow(sources, targets, width, row + each, reach, limit, scratch, block, negate, tempered);
      }
    }
  }
  for (; row + 16 <= end; row += 16) {
    const m = rowMaximum(sources, width, row, 2, negate);
    if (i64x2.all_true(f64x2.le(f64x2.abs(m), f64x2.splat(reach)))) {
      twoRows(sources, targets, width, row, m, scratch, sign, tempered);
    } else {
      oneRow(sources, targets, width, row, reach, limit, scratch, block, negate, tempered);
      oneRow(sources, targets, width, row + 8, reach, limit, scratch, block, negate, tempered);
    }
  }
  if (row < end) oneRow(sources, targets, width, row, reach, limit, scratch, block, negate, tempered);
}
