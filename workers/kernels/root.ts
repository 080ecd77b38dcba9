/**
 * A function beside a simple root: (x - root) * (c_0 + d Q(d)), d the rounded x - root, with one rounding.
 *
 * x - root is exact, as a sum of two float64, so the relative accuracy holds however close x is. `series` (see root-table.ts) points at the
 * root in two parts (the second is what the first leaves), c_0 in two parts, then the `count` coefficients of Q, lowest
 * first.
 */
import { leading, splitProduct } from './lanes';

export function besideRoot(x: f64, series: usize, count: i32): f64 {
  const distance = x - load<f64>(series);
  const distanceLow = -load<f64>(series, 8);
  let y: f64 = 0;
  for (let i = count - 1; i >= 0; i--) y = (y + load<f64>(series + (<usize>(i + 4) << 3))) * distance;
  const d = f64x2.splat(distance);
  const head = leading(d);
  const rest = f64x2.add(f64x2.sub(d, head), f64x2.splat(distanceLow));
  const product = splitProduct(head, rest, f64x2.splat(load<f64>(series, 16)), f64x2.splat(load<f64>(series, 24) + y));
  return f64x2.extract_lane(product, 0);
}

/** Marks the lanes within `radius` of the root at the head of `series`. */
@inline
export function isBesideRoot(x: v128, series: usize, radius: usize): v128 {
  const distance = f64x2.abs(f64x2.sub(x, v128.load64_splat(series)));
  return f64x2.lt(distance, v128.load64_splat(radius));
}
