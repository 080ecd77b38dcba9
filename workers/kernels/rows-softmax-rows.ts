/*
 * softmax of two rows whose maxima are within reach, or of one row, by two columns; see rows-softmax.ts for the algebra.
 */
import { leading, sumTail } from './lanes';
import { sumStart, unscale } from './rows-exp';
import { softmaxOfAny } from './rows-softmax-any';
import {
  coefficient,
  exponentHead,
  exponentRest,
  floorOf,
  indexOf,
  inverseOf,
  inverseRestOf,
  quotientOf,
  remainderOf,
  rounderOf,
  STATE_BYTES,
  stepHigh,
  stepLow,
  stepsPerUnit,
  tableRow,
  weightPower,
  weightTail,
} from './rows-softmax-weights';
import { addressAt, rowMaximum } from './rows-tile';

/** Two rows of maximum m, which is within reach, of -x where `sign` is -0 and not 0. */
@inline
export function twoRows(
  sources: usize,
  targets: usize,
  width: usize,
  row: usize,
  m: v128,
  scratch: usize,
  sign: v128,
  tempered: bool,
): void {
  const floor = floorOf(m, scratch, tempered);
  const rounder = rounderOf(m, scratch, tempered);
  const steps = stepsPerUnit();
  const high = stepHigh();
  const below = stepLow();
  const s2 = coefficient(0);
  const s3 = coefficient(1);
  const s4 = coefficient(2);
  let sum = sumStart();
  let low = i64x2.splat(0);
  let tails = scratch + STATE_BYTES;
  let i: usize = 0;
  do {
    const x = f64x2.pmax(v128.xor(v128.load(addressAt(sources, i) + row), sign), floor);
    const y = exponentHead(x, scratch, tempered);
    const z = exponentRest(x, scratch, tempered);
    const k = indexOf(y, z, tempered, steps, rounder);
    const r = remainderOf(y, z, tempered, f64x2.sub(k, rounder), high, below);
    const row0 = tableRow(k, 0);
    const row1 = tableRow(k, 1);
    const power = weightPower(k, row0, row1);
    const h = leading(power);
    const t = weightTail(power, h, r, row0, row1, s2, s3, s4);
    v128.store(addressAt(targets, i) + row, h);
    v128.store(tails, t);
    const next = f64x2.add(sum, h);
    low = f64x2.add(low, f64x2.add(t, sumTail(sum, h, next)));
    sum = next;
    tails += 16;
  } while (++i < width);
  const inverse = inverseOf(sum, low);
  const inverseHead = leading(inverse);
  const inverseRest = inverseRestOf(sum, low, inverse, inverseHead);
  const scale = unscale();
  tails = scratch + STATE_BYTES;
  i = 0;
  do {
    const target = addressAt(targets, i) + row;
    v128.store(target, quotientOf(v128.load(target), v128.load(tails), inverse, inverseHead, inverseRest, scale));
    tails += 16;
  } while (++i < width);
}

/** Columns i and i + 1 of one row; the second value stands in for both where there is no other. */
@inline
function loadColumns(list: usize, i: usize, row: usize, isPair: bool): v128 {
  return v128.load64_lane(addressAt(list, isPair ? i + 1 : i) + row, v128.load64_zero(addressAt(list, i) + row), 1);
}

/** The second lane goes to the first one's place where there is no other column. */
@inline
function storeColumns(list: usize, i: usize, row: usize, x: v128, isPair: bool): void {
  if (isPair) v128.store64_lane(addressAt(list, i + 1) + row, x, 1);
  v128.store64_lane(addressAt(list, i) + row, x, 0);
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
  if (!(abs(f64x2.extract_lane(m, 0)) <= reach)) {
    softmaxOfAny(sources, targets, width, row, scratch + STATE_BYTES, block, limit, negate);
    return;
  }
  const sign = signOf(negate);
  const floor = floorOf(m, scratch, tempered);
  const rounder = rounderOf(m, scratch, tempered);
  const steps = stepsPerUnit();
  let sum = f64x2.extract_lane(sumStart(), 0);
  let low: f64 = 0;
  let tails = scratch + STATE_BYTES;
  let i: usize = 0;
  do {
    const isPair = i + 1 < width;
    const x = f64x2.pmax(v128.xor(loadColumns(sources, i, row, isPair), sign), floor);
    const y = exponentHead(x, scratch, tempered);
    const z = exponentRest(x, scratch, tempered);
    const k = indexOf(y, z, tempered, steps, rounder);
    const r = remainderOf(y, z, tempered, f64x2.sub(k, rounder), stepHigh(), stepLow());
    const row0 = tableRow(k, 0);
    const row1 = tableRow(k, 1);
    const power = weightPower(k, row0, row1);
    const h = leading(power);
    const t = weightTail(power, h, r, row0, row1, coefficient(0), coefficient(1), coefficient(2));
    storeColumns(targets, i, row, h, isPair);
    v128.store(tails, t);
    // In the order of the columns, as two rows at a time are summed.
    const first = sum + f64x2.extract_lane(h, 0);
    low += f64x2.extract_lane(t, 0) + (sum - first + f64x2.extract_lane(h, 0));
    sum = first;
    if (isPair) {
      const second = sum + f64x2.extract_lane(h, 1);
      low += f64x2.extract_lane(t, 1) + (sum - second + f64x2.extract_lane(h, 1));
      sum = second;
    }
    tails += 16;
    i += 2;
  } while (i < width);
  const sums = f64x2.splat(sum);
  const lows = f64x2.splat(low);
  const inverse = inverseOf(sums, lows);
  const inverseHead = leading(inverse);
  const inverseRest = inverseRestOf(sums, lows, inverse, inverseHead);
  tails = scratch + STATE_BYTES;
  i = 0;
  do {
    const isPair = i + 1 < width;
    const h = loadColumns(targets, i, row, isPair);
    const y = quotientOf(h, v128.load(tails), inverse, inverseHead, inverseRest, unscale());
    storeColumns(targets, i, row, y, isPair);
    tails += 16;
    i += 2;
  } while (i < width);
}

/** -0 or 0: what turns a value over, or nothing. */
@inline
export function signOf(negate: bool): v128 {
  return i64x2.splat(negate ? i64.MIN_VALUE : 0);
}
