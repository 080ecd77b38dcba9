/*
 * Rows of two values, which functions of d = x_1 - x_0, a double-double, answer:
 *
 *   softmax      1 / (1 + e^d), 1 / (1 + e^-d)          see sigmoid-forms.ts
 *   log_softmax  -ln(1 + e^d), -ln(1 + e^-d)            see soft-sum.ts
 *
 * Worst errors measured in half a million rows each: softmax 0.54 ULP, log_softmax 0.56, 0.73 units where results are nearly subnormal.
 */
import { magnitude } from './lanes';
import { differenceTail } from './rows-double';
import { addressAt, loadRows, storeRows } from './rows-tile';
import { REACH, sigmoidFar, sigmoidNode, sigmoidPlace, sigmoidRise } from './sigmoid-forms';
import { softplusFar, softplusNear } from './soft-sum';

/** Beyond, the functions of d don't hold. */
const DIFFERENCE_MAX: f64 = 700;

/**
 * softmax, of negated values if `negate` is set, or log_softmax if `logarithm` is, of the rows from byte `row` on, up to the first
 * with |d| > 700 or an infinity. That one's place is the result, or `end`: it is left to the kernels for any width.
 */
@inline
export function rowsOfTwo(
  sources: usize,
  targets: usize,
  row: usize,
  end: usize,
  negate: bool,
  logarithm: bool,
): usize {
  const source0 = addressAt(sources, 0);
  const source1 = addressAt(sources, 1);
  const target0 = addressAt(targets, 0);
  const target1 = addressAt(targets, 1);
  while (row < end) {
    if (row + 32 <= end) {
      const a0 = loadRows(source0 + row, 2, negate);
      const a1 = loadRows(source1 + row, 2, negate);
      const b0 = loadRows(source0 + row + 16, 2, negate);
      const b1 = loadRows(source1 + row + 16, 2, negate);
      const a = f64x2.sub(a1, a0);
      const b = f64x2.sub(b1, b0);
      if (isWithin(a, REACH) && isWithin(b, REACH)) {
        const aLow = differenceTail(a1, a0, a);
        const bLow = differenceTail(b1, b0, b);
        const ya0 = nearOf(a, aLow, true, logarithm);
        const ya1 = nearOf(a, aLow, false, logarithm);
        const yb0 = nearOf(b, bLow, true, logarithm);
        const yb1 = nearOf(b, bLow, false, logarithm);
        v128.store(target0 + row, ya0);
        v128.store(target1 + row, ya1);
        v128.store(target0 + row, yb0, 16);
        v128.store(target1 + row, yb1, 16);
        row += 32;
        continue;
      }
    }
    const lanes = row + 16 <= end ? 2 : 1;
    if (anyRows(source0 + row, source1 + row, target0 + row, target1 + row, lanes, negate, logarithm)) row += lanes << 3;
    else if (anyRows(source0 + row, source1 + row, target0 + row, target1 + row, 1, negate, logarithm)) row += 8;
    else return row;
  }
  return end;
}

/** Whether both magnitudes are at most `bound`. */
@inline
function isWithin(d: v128, bound: f64): bool {
  return i64x2.bitmask(f64x2.le(magnitude(d), f64x2.splat(bound))) == 3;
}

/** The function of d, |d| <= 16, or of -d if `mirrored` is set. */
@inline
function nearOf(d: v128, dLow: v128, mirrored: bool, logarithm: bool): v128 {
  if (logarithm) {
    return f64x2.neg(mirrored ? softplusNear(d, dLow, true) : softplusNear(f64x2.neg(d), f64x2.neg(dLow), true));
  }
  const place = sigmoidPlace(d);
  const rise = sigmoidRise(place, d, dLow, true);
  const low = sigmoidNode(place, 1, mirrored);
  return f64x2.add(sigmoidNode(place, 0, mirrored), mirrored ? f64x2.sub(low, rise) : f64x2.add(low, rise));
}

/** The same for 16 <= |d| <= 700. */
@inline
function farOf(d: v128, dLow: v128, mirrored: bool, logarithm: bool): v128 {
  const v = mirrored ? f64x2.neg(d) : d;
  const vLow = mirrored ? f64x2.neg(dLow) : dLow;
  return logarithm
    ? f64x2.neg(softplusFar(f64x2.neg(v), f64x2.neg(vLow), true))
    : sigmoidFar(v, vLow, true, v, false);
}

/** One row or two, by `lanes`; false, with nothing done, if one isn't within 700. */
function anyRows(
  source0: usize,
  source1: usize,
  target0: usize,
  target1: usize,
  lanes: i32,
  negate: bool,
  logarithm: bool,
): bool {
  const x0 = loadRows(source0, lanes, negate);
  const x1 = loadRows(source1, lanes, negate);
  const d = f64x2.sub(x1, x0);
  if (!isWithin(d, DIFFERENCE_MAX)) return false;
  const dLow = differenceTail(x1, x0, d);
  const isFar = f64x2.gt(magnitude(d), f64x2.splat(REACH));
  const y0 = v128.bitselect(farOf(d, dLow, true, logarithm), nearOf(d, dLow, true, logarithm), isFar);
  const y1 = v128.bitselect(farOf(d, dLow, false, logarithm), nearOf(d, dLow, false, logarithm), isFar);
  storeRows(target0, y0, lanes);
  storeRows(target1, y1, lanes);
  return true;
}
