/**
 * The loop of every elementwise kernel.
 *
 * A function is an unmanaged class laid over its parameter block: its fields are the parameters, float64, in the order of
 * the catalogue entry. `at` computes two values at once. Where it doesn't hold everywhere the class also has
 *
 *   reach      `at` may return anything for lanes whose magnitude is above it
 *   far        computes those, two at once
 *   special    marks lanes (all ones) for which both may return anything, beyond `reach` where there is one
 *   atSpecial  computes those, one by one
 *
 * So a value's result depends on the value alone: not on its neighbour, not on whether it stands in the body or in the tail.
 *
 * Preconditions: `count` >= 0; `source` and `target` each point at `count` float64 values and are the same or disjoint.
 * Nothing outside them is read or written.
 */
import { magnitude, splatAt } from './lanes';

/** One vector, whatever it holds. */
@inline
function pair<T>(f: T, x: v128): v128 {
  let y = f.at(x);
  if (isDefined(f.far)) {
    const isFar = f64x2.gt(magnitude(x), f.reach());
    if (v128.any_true(isFar)) y = v128.bitselect(f.far(x), y, isFar);
  }
  if (!isDefined(f.special)) return y;
  const special = f.special(x);
  return v128.any_true(special) ? withSpecial<T>(f, x, y, special) : y;
}

function withSpecial<T>(f: T, x: v128, y: v128, special: v128): v128 {
  if (i64x2.extract_lane(special, 0)) y = f64x2.replace_lane(y, 0, f.atSpecial(f64x2.extract_lane(x, 0)));
  if (i64x2.extract_lane(special, 1)) y = f64x2.replace_lane(y, 1, f.atSpecial(f64x2.extract_lane(x, 1)));
  return y;
}

/** All values that no block of the main loop takes. A call, so that a kernel's code holds `at` once beside its main loop. */
function rest<T>(f: T, source: usize, target: usize, count: i32): void {
  for (; count >= 2; count -= 2) {
    v128.store(target, pair<T>(f, v128.load(source)));
    source += 16;
    target += 16;
  }
  if (count > 0) v128.store64_lane(target, pair<T>(f, splatAt(source)), 0);
}

@inline
function isSpecial<T>(f: T, x: v128): v128 {
  return isDefined(f.special) ? f.special(x) : i64x2.splat(0);
}

/** The larger magnitude; NaN where the first is. So a NaN in a chain of these hides nothing: the whole of it is NaN then. */
@inline
function largerMagnitude(size: v128, x: v128): v128 {
  return f64x2.pmax(size, magnitude(x));
}

/** In blocks of two vectors: for functions of which two take up the registers. */
@inline
export function forEach<T>(source: usize, target: usize, count: i32, params: usize): void {
  const f = changetype<T>(params);
  for (; count >= 4; count -= 4) {
    const a = v128.load(source);
    const b = v128.load(source, 16);
    let isMixed = false;
    if (isDefined(f.reach)) {
      isMixed = i64x2.bitmask(f64x2.le(largerMagnitude(magnitude(a), b), f.reach())) != 3;
    } else if (isDefined(f.special)) {
      isMixed = v128.any_true(v128.or(isSpecial<T>(f, a), isSpecial<T>(f, b)));
    }
    if (isMixed) {
      rest<T>(f, source, target, 4);
    } else {
      const ya = f.at(a);
      const yb = f.at(b);
      v128.store(target, ya);
      v128.store(target, yb, 16);
    }
    source += 32;
    target += 32;
  }
  rest<T>(f, source, target, count);
}

/** In blocks of four vectors: for functions of few operations. */
@inline
export function forEachLight<T>(source: usize, target: usize, count: i32, params: usize): void {
  forEachOfFour<T>(source, target, count, params, false);
}

/**
 * The same, two vectors of the four at a time, for functions whose intermediate values for four don't fit the registers, and whose
 * constants are few: they are loaded for each two.
 */
@inline
export function forEachByTwo<T>(source: usize, target: usize, count: i32, params: usize): void {
  forEachOfFour<T>(source, target, count, params, true);
}

@inline
function forEachOfFour<T>(source: usize, target: usize, count: i32, params: usize, byTwo: bool): void {
  const f = changetype<T>(params);
  for (; count >= 8; count -= 8) {
    const a = v128.load(source);
    const b = v128.load(source, 16);
    const c = v128.load(source, 32);
    const d = v128.load(source, 48);
    let isMixed = false;
    if (isDefined(f.reach)) {
      const size = largerMagnitude(largerMagnitude(largerMagnitude(magnitude(a), b), c), d);
      isMixed = i64x2.bitmask(f64x2.le(size, f.reach())) != 3;
    } else if (isDefined(f.special)) {
      const ab = v128.or(isSpecial<T>(f, a), isSpecial<T>(f, b));
      const cd = v128.or(isSpecial<T>(f, c), isSpecial<T>(f, d));
      isMixed = v128.any_true(v128.or(ab, cd));
    }
    if (isMixed) {
      rest<T>(f, source, target, 8);
    } else if (byTwo) {
      const ya = f.at(v128.load(source));
      const yb = f.at(v128.load(source, 16));
      v128.store(target, ya);
      v128.store(target, yb, 16);
      const yc = f.at(v128.load(source, 32));
      const yd = f.at(v128.load(source, 48));
      v128.store(target, yc, 32);
      v128.store(target, yd, 48);
    } else {
      const ya = f.at(a);
      const yb = f.at(b);
      const yc = f.at(c);
      const yd = f.at(d);
      v128.store(target, ya);
      v128.store(target, yb, 16);
      v128.store(target, yc, 32);
      v128.store(target, yd, 48);
    }
    source += 64;
    target += 64;
  }
  rest<T>(f, source, target, count);
}
