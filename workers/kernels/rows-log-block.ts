/*
 * ln of the sum of e^x for up to eight rows at a time, in float64 twice; see rows-logarithm.ts for the algebra.
 *
 * With k = round(x * 512/ln2), and k' and r' the same of the maximum m, the weights e^(x - m) come from the table of exp.ts:
 *
 *   e^(x - m) = 2^((k - k')/512) * e^(r - r'),  |r - r'| <= ln2/512
 *
 * so that no difference is rounded. The maxima are counted and not summed: what is left of 1 + others keeps its digits.
 *
 * Rows are copied to scratch, behind 64 bytes for each two of them that hold m + L in two parts and L:
 *
 *     | state of rows 0, 1 | .. |  column 0: rows 0, 1, .. | column 1 ..
 *
 * A row counts as fit if its maximum is at most 2000 in magnitude, its minimum no more than 600 below, and L not less than 2^-40 of
 * the maximum: what rounding m + L leaves of a smaller L has too few of its digits.
 */
import { expHead, expHeadLow, expRounder } from './exp';
import { D2, D3, D4, STEP_HIGH, STEP_LOW, STEPS_PER_UNIT } from './exp-table';
import { anySumTail, magnitude, one, splatAt, zero } from './lanes';
import { logTo } from './log';
import { differenceTail } from './rows-double';
import { addressAt } from './rows-tile';

// prettier-ignore
const LOG_BLOCK: usize = memory.data<f64>([STEPS_PER_UNIT, STEP_HIGH, STEP_LOW, D2, D3, D4, 2000, 600, 9.094947017729282e-13], 16);

/** Log2 of the bytes of a state. */
const STATE_SHIFT: usize = 6;
/** The widest row of which eight fit into scratch. */
const EIGHT_ROWS_WIDTH: i32 = 1000;

/** How many times two rows of `width` a block holds. */
@inline
export function pairsOf(width: i32): usize {
  return width <= EIGHT_ROWS_WIDTH ? 4 : 1;
}

/** Where the columns stand. */
@inline
function blockOf(scratch: usize, pairs: usize): usize {
  return scratch + (pairs << STATE_SHIFT);
}

/**
 * log_softmax of the `rows` rows from byte `row` on, at most 2 * `pairs`. Returns a bit for each that is done: the others, which aren't
 * fit, are as they were.
 */
export function logSoftmaxBlock(
  sources: usize,
  targets: usize,
  width: usize,
  row: usize,
  rows: usize,
  pairs: usize,
  scratch: usize,
): i32 {
  const fit = sumRows(sources, width, row, rows, pairs, scratch);
  const block = blockOf(scratch, pairs);
  if (fit == (1 << <i32>(pairs << 1)) - 1) {
    subtractSums(block, targets, width, row, pairs, scratch);
  } else {
    subtractSums(block, 0, width, 0, pairs, scratch);
    scatterRows(block, targets, width, row, rows, pairs, fit);
  }
  return fit;
}

/** The same for logsumexp; rows whose m and L cancel aren't done either. */
export function logsumexpBlock(
  sources: usize,
  targets: usize,
  width: usize,
  row: usize,
  rows: usize,
  pairs: usize,
  scratch: usize,
): i32 {
  const fit = sumRows(sources, width, row, rows, pairs, scratch);
  const target = addressAt(targets, 0) + row;
  let done = 0;
  for (let each: usize = 0; each < rows; each++) {
    const state = scratch + ((each >> 1) << STATE_SHIFT) + ((each & 1) << 3);
    const y = load<f64>(state);
    if (!((fit >> <i32>each) & 1) || abs(y) < load<f64>(state, 32) * 0.25) continue;
    store<f64>(target + (each << 3), y + load<f64>(state, 16));
    done |= 1 << <i32>each;
  }
  return done;
}

/**
 * Copies rows to a block, the last in the place of those that are missing, and takes their sums. Returns a bit for each of `rows` that
 * is fit.
 */
function sumRows(sources: usize, width: usize, row: usize, rows: usize, pairs: usize, scratch: usize): i32 {
  const block = blockOf(scratch, pairs);
  if (rows == pairs << 1) gatherAll(sources, width, row, pairs, block);
  else gatherSome(sources, width, row, rows, pairs, block);
  let fit = 0;
  for (let pair: usize = 0; pair < pairs; pair++) {
    const found = sumTwoRows(block + (pair << 4), width, pairs << 4, scratch + (pair << STATE_SHIFT));
    fit |= found << (<i32>pair << 1);
  }
  return fit & ((1 << <i32>rows) - 1);
}

@inline
function gatherAll(sources: usize, width: usize, row: usize, pairs: usize, block: usize): void {
  let list = sources;
  const listEnd = sources + (width << 2);
  let to = block;
  do {
    const from = addressAt(list, 0) + row;
    v128.store(to, v128.load(from));
    if (pairs == 4) {
      v128.store(to, v128.load(from, 16), 16);
      v128.store(to, v128.load(from, 32), 32);
      v128.store(to, v128.load(from, 48), 48);
    }
    to += pairs << 4;
    list += 4;
  } while (list < listEnd);
}

@inline
function gatherSome(sources: usize, width: usize, row: usize, rows: usize, pairs: usize, block: usize): void {
  let to = block;
  for (let i: usize = 0; i < width; i++) {
    const from = addressAt(sources, i) + row;
    for (let each: usize = 0; each < pairs << 1; each++) {
      store<u64>(to, load<u64>(from + (min(each, rows - 1) << 3)));
      to += 8;
    }
  }
}

/** Writes the state of the two rows whose columns are `stride` bytes apart; a bit for each that is fit. */
function sumTwoRows(block: usize, width: usize, stride: usize, state: usize): i32 {
  const end = block + width * stride;
  let m = f64x2.splat(-Infinity);
  let least = f64x2.splat(Infinity);
  let at = block;
  do {
    const x = v128.load(at);
    m = f64x2.pmax(m, x);
    least = f64x2.pmin(least, x);
    at += stride;
  } while (at < end);
  const isNear = f64x2.le(magnitude(m), splatAt(LOG_BLOCK + 48));
  const fit = v128.and(isNear, f64x2.le(f64x2.sub(m, least), splatAt(LOG_BLOCK + 56)));

  const steps = splatAt(LOG_BLOCK);
  const high = splatAt(LOG_BLOCK + 8);
  const below = splatAt(LOG_BLOCK + 16);
  const d2 = splatAt(LOG_BLOCK + 24);
  const d3 = splatAt(LOG_BLOCK + 32);
  const d4 = splatAt(LOG_BLOCK + 40);
  const mSteps = f64x2.sub(f64x2.add(f64x2.mul(m, steps), expRounder()), expRounder());
  const mRest = f64x2.sub(f64x2.sub(m, f64x2.mul(mSteps, high)), f64x2.mul(mSteps, below));
  const rounder = f64x2.sub(expRounder(), mSteps);
  let count = zero();
  let sum = zero();
  let low = zero();
  at = block;
  do {
    const x = v128.load(at);
    const k = f64x2.add(f64x2.mul(x, steps), rounder);
    const n = f64x2.sub(k, rounder);
    const r = f64x2.sub(f64x2.sub(f64x2.sub(x, f64x2.mul(n, high)), mRest), f64x2.mul(n, below));
    const square = f64x2.mul(r, r);
    const curve = f64x2.mul(square, f64x2.add(f64x2.add(d2, f64x2.mul(r, d3)), f64x2.mul(square, d4)));
    const isMaximum = f64x2.eq(x, m);
    const power = expHead(k);
    const h = v128.andnot(power, isMaximum);
    const t = v128.andnot(f64x2.mul(power, f64x2.add(r, f64x2.add(expHeadLow(k), curve))), isMaximum);
    count = i64x2.sub(count, isMaximum);
    const next = f64x2.add(sum, h);
    low = f64x2.add(low, f64x2.add(t, anySumTail(sum, h, next)));
    sum = next;
    at += stride;
  } while (at < end);

  const more = f64x2.sub(f64x2.convert_low_i32x4_u(v128.shuffle<i32>(count, count, 0, 2, 0, 2)), one());
  const high2 = f64x2.add(more, sum);
  const rest = f64x2.add(anySumTail(more, sum, high2), low);
  const others = f64x2.add(high2, rest);
  const othersTail = anySumTail(high2, rest, others);
  const total = f64x2.add(one(), others);
  logTo(state, total, f64x2.add(anySumTail(one(), others, total), othersTail), others, othersTail);
  // NaN where one of the values is.
  const l = v128.or(v128.load(state), f64x2.ne(others, others));
  const y = f64x2.add(m, l);
  const yRest = f64x2.add(anySumTail(m, l, y), v128.load(state, 16));
  v128.store(state, y);
  v128.store(state, yRest, 16);
  v128.store(state, l, 32);
  return i64x2.bitmask(v128.andnot(fit, f64x2.lt(l, f64x2.mul(magnitude(m), splatAt(LOG_BLOCK + 64)))));
}

/** x - (m + L) of a block's values, to the targets, or to their own places where there are none. */
function subtractSums(block: usize, targets: usize, width: usize, row: usize, pairs: usize, scratch: usize): void {
  const a = v128.load(scratch);
  const aRest = v128.load(scratch, 16);
  let at = block;
  let list = targets;
  const end = block + width * (pairs << 4);
  if (pairs == 1) {
    do {
      const target = targets ? addressAt(list, 0) + row : at;
      v128.store(target, rounded(v128.load(at), a, aRest));
      at += 16;
      list += 4;
    } while (at < end);
    return;
  }
  const b = v128.load(scratch, 64);
  const bRest = v128.load(scratch, 80);
  const c = v128.load(scratch, 128);
  const cRest = v128.load(scratch, 144);
  const d = v128.load(scratch, 192);
  const dRest = v128.load(scratch, 208);
  do {
    const target = targets ? addressAt(list, 0) + row : at;
    v128.store(target, rounded(v128.load(at), a, aRest));
    v128.store(target, rounded(v128.load(at, 16), b, bRest), 16);
    v128.store(target, rounded(v128.load(at, 32), c, cRest), 32);
    v128.store(target, rounded(v128.load(at, 48), d, dRest), 48);
    at += 64;
    list += 4;
  } while (at < end);
}

/** x - (head + rest). */
@inline
function rounded(x: v128, head: v128, rest: v128): v128 {
  const y = f64x2.sub(x, head);
  return f64x2.add(y, f64x2.sub(differenceTail(x, head, y), rest));
}

/** Copies the rows of a block whose bit is set. */
function scatterRows(
  block: usize,
  targets: usize,
  width: usize,
  row: usize,
  rows: usize,
  pairs: usize,
  which: i32,
): void {
  for (let each: usize = 0; each < rows; each++) {
    if (!((which >> <i32>each) & 1)) continue;
    let from = block + (each << 3);
    for (let i: usize = 0; i < width; i++) {
      store<u64>(addressAt(targets, i) + row + (each << 3), load<u64>(from));
      from += pairs << 4;
    }
  }
}
