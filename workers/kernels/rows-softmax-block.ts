/*
 * softmax of eight rows whose maxima are within reach; see rows-softmax.ts for the algebra.
 *
 * Eight rows are a cache line of each column. They are copied to a block, as columns whose distance is a power of two would push
 * each other out of the cache:
 *
 *     column 0  | x, then the weights' heads: 4 x 16 bytes | their tails: 4 x 16 bytes |  column 1 ..
 *
 * and between scratch's state and the block is, of each two rows, what their weights are multiplied by.
 */
import { leading, sumTail } from './lanes';
import { sumStart, unscale } from './rows-exp';
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
import { addressAt } from './rows-tile';

/** Of each two rows: 1 / sum rounded, its leading bits, and what they leave. */
const FACTORS_BYTES: usize = 48;
const BLOCK: usize = STATE_BYTES + 4 * FACTORS_BYTES;
/** The widest row of which eight fit into scratch. */
export const BLOCK_WIDTH: usize = 508;

/**
 * softmax of the eight rows from byte `row` on, of -x where `sign` is -0 and not 0. False, with nothing done, if a maximum is
 * beyond `reach`.
 */
@inline
export function eightRows(
  sources: usize,
  targets: usize,
  width: usize,
  row: usize,
  reach: f64,
  scratch: usize,
  sign: v128,
  tempered: bool,
): bool {
  const block = scratch + BLOCK;
  let a = f64x2.splat(-Infinity);
  let b = a;
  let c = a;
  let d = a;
  let list = sources;
  let at = block;
  const listEnd = sources + (width << 2);
  do {
    const source = addressAt(list, 0) + row;
    const xa = v128.xor(v128.load(source), sign);
    const xb = v128.xor(v128.load(source, 16), sign);
    const xc = v128.xor(v128.load(source, 32), sign);
    const xd = v128.xor(v128.load(source, 48), sign);
    a = f64x2.pmax(a, xa);
    b = f64x2.pmax(b, xb);
    c = f64x2.pmax(c, xc);
    d = f64x2.pmax(d, xd);
    v128.store(at, xa);
    v128.store(at, xb, 16);
    v128.store(at, xc, 32);
    v128.store(at, xd, 48);
    at += 128;
    list += 4;
  } while (list < listEnd);
  const bound = f64x2.splat(reach);
  const ab = v128.and(f64x2.le(f64x2.abs(a), bound), f64x2.le(f64x2.abs(b), bound));
  const cd = v128.and(f64x2.le(f64x2.abs(c), bound), f64x2.le(f64x2.abs(d), bound));
  if (!i64x2.all_true(v128.and(ab, cd))) return false;
  const factors = scratch + STATE_BYTES;
  weigh(block, at, a, scratch, factors, tempered);
  weigh(block + 16, at, b, scratch, factors + FACTORS_BYTES, tempered);
  weigh(block + 32, at, c, scratch, factors + 2 * FACTORS_BYTES, tempered);
  weigh(block + 48, at, d, scratch, factors + 3 * FACTORS_BYTES, tempered);
  multiply(block, targets, width, row, factors);
  return true;
}

/** A call for each two rows, so that the code stands there once. */
@inline
function weigh(at: usize, end: usize, m: v128, scratch: usize, factors: usize, tempered: bool): void {
  if (tempered) weighTempered(at, end, m, scratch, factors);
  else weighPlain(at, end, m, scratch, factors);
}

function weighPlain(at: usize, end: usize, m: v128, scratch: usize, factors: usize): void {
  weighTwoRows(at, end, m, scratch, factors, false);
}

function weighTempered(at: usize, end: usize, m: v128, scratch: usize, factors: usize): void {
  weighTwoRows(at, end, m, scratch, factors, true);
}

/** Puts weights in the place of two rows' values, and their factors to `factors`. */
@inline
function weighTwoRows(first: usize, end: usize, m: v128, scratch: usize, factors: usize, tempered: bool): void {
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
  let at = first;
  do {
    const x = f64x2.pmax(v128.load(at), floor);
    const y = exponentHead(x, scratch, tempered);
    const z = exponentRest(x, scratch, tempered);
    const k = indexOf(y, z, tempered, steps, rounder);
    const r = remainderOf(y, z, tempered, f64x2.sub(k, rounder), high, below);
    const row0 = tableRow(k, 0);
    const row1 = tableRow(k, 1);
    const power = weightPower(k, row0, row1);
    const h = leading(power);
    const t = weightTail(power, h, r, row0, row1, s2, s3, s4);
    v128.store(at, h);
    v128.store(at, t, 64);
    const next = f64x2.add(sum, h);
    low = f64x2.add(low, f64x2.add(t, sumTail(sum, h, next)));
    sum = next;
    at += 128;
  } while (at < end);
  const inverse = inverseOf(sum, low);
  const inverseHead = leading(inverse);
  v128.store(factors, inverse);
  v128.store(factors, inverseHead, 16);
  v128.store(factors, inverseRestOf(sum, low, inverse, inverseHead), 32);
}

/** Writes the block's quotients to the eight rows of the targets. */
function multiply(block: usize, targets: usize, width: usize, row: usize, factors: usize): void {
  const a = v128.load(factors);
  const aHead = v128.load(factors, 16);
  const aRest = v128.load(factors, 32);
  const b = v128.load(factors, 48);
  const bHead = v128.load(factors, 64);
  const bRest = v128.load(factors, 80);
  const c = v128.load(factors, 96);
  const cHead = v128.load(factors, 112);
  const cRest = v128.load(factors, 128);
  const d = v128.load(factors, 144);
  const dHead = v128.load(factors, 160);
  const dRest = v128.load(factors, 176);
  const scale = unscale();
  let at = block;
  let list = targets;
  const listEnd = targets + (width << 2);
  do {
    const target = addressAt(list, 0) + row;
    v128.store(target, quotientOf(v128.load(at), v128.load(at, 64), a, aHead, aRest, scale));
    v128.store(target, quotientOf(v128.load(at, 16), v128.load(at, 80), b, bHead, bRest, scale), 16);
    v128.store(target, quotientOf(v128.load(at, 32), v128.load(at, 96), c, cHead, cRest, scale), 32);
    v128.store(target, quotientOf(v128.load(at, 48), v128.load(at, 112), d, dHead, dRest, scale), 48);
    at += 128;
    list += 4;
  } while (list < listEnd);
}
