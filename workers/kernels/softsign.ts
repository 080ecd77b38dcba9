/**
 * softsign: x / (1 + |x|), and its derivative 1 / (1 + |x|)^2, with 1 + |x| as a sum of two float64.
 *
 * Worst errors measured: 0.51 ULP for both; softsign_deriv 0.73 where the result is nearly subnormal, at 3.362669053034785e+153.
 */
import { forEachLight } from './elementwise';
import { anySumTail, leading, magnitude, one, quotient, quotientHead, splatAt, two, withSign } from './lanes';

// prettier-ignore
const SOFTSIGN: usize = memory.data<f64>([1e20, 1e200, 3], 16);

@unmanaged
class Softsign {
  @inline
  at(x: v128): v128 {
    const a = f64x2.pmin(magnitude(x), splatAt(SOFTSIGN));
    const d = f64x2.add(one(), a);
    return withSign(quotient(a, i64x2.splat(0), d, anySumTail(one(), a, d)), x);
  }
}

export function softsign(source: usize, target: usize, count: i32, params: usize): void {
  forEachLight<Softsign>(source, target, count, params);
}

@unmanaged
class SoftsignDeriv {
  @inline
  at(x: v128): v128 {
    const a = f64x2.pmin(magnitude(x), splatAt(SOFTSIGN + 8));
    const d = f64x2.add(one(), a);
    const dHead = leading(d);
    const dRest = f64x2.add(f64x2.sub(d, dHead), anySumTail(one(), a, d));
    const q = quotientHead(one(), f64x2.div(one(), d));
    const r = f64x2.sub(f64x2.sub(one(), f64x2.mul(q, dHead)), f64x2.mul(q, dRest));
    const y = f64x2.mul(q, q);
    return f64x2.add(y, f64x2.mul(y, f64x2.mul(r, f64x2.add(two(), f64x2.mul(splatAt(SOFTSIGN + 16), r)))));
  }
}

export function softsign_deriv(source: usize, target: usize, count: i32, params: usize): void {
  forEachLight<SoftsignDeriv>(source, target, count, params);
}
