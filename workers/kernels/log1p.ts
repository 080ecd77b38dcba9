/**
 * log1p: ln(1 + x), with its relative accuracy around 0; -Infinity at -1, NaN below. See log.ts for the algebra. Worst error
 * measured: 0.51 ULP at 0.00364218065225232.
 *
 * The derivative is 1 / (1 + x), with 1 + x as a sum of two float64: 0.51 ULP (0.73 where the result is
 * nearly subnormal, at 1.9887714332310885e+307). It is Infinity at -1 and NaN below, where the function isn't defined.
 */
import { forEach, forEachLight } from './elementwise';
import { anySumTail, leading, one, quotientTail, splatAt, zero } from './lanes';
import { logSum } from './log';

// prettier-ignore
const LOG1P: usize = memory.data<f64>([-1, 1e308, NaN], 16);

@unmanaged
class Log1p {
  @inline
  at(x: v128): v128 {
    const u = f64x2.add(one(), x);
    const y = logSum(zero(), zero(), u, anySumTail(one(), x, u), x, zero(), false);
    return v128.or(y, v128.and(f64x2.eq(x, zero()), x));
  }

  /** All but -1 < x <= 1e308. */
  @inline
  special(x: v128): v128 {
    return v128.not(v128.and(f64x2.gt(x, splatAt(LOG1P)), f64x2.le(x, splatAt(LOG1P + 8))));
  }

  atSpecial(x: f64): f64 {
    if (x == -1) return -Infinity;
    if (x == Infinity) return x;
    if (x > 0) {
      const ln2: f64 = 0.6931471805599453;
      const half = f64x2.splat(x * 0.5);
      const y = logSum(f64x2.splat(ln2), f64x2.splat(2.3190468138462996e-17), half, zero(), half, zero(), true);
      return f64x2.extract_lane(y, 0);
    }
    return NaN;
  }
}

export function log1p(source: usize, target: usize, count: i32, params: usize): void {
  forEach<Log1p>(source, target, count, params);
}

@unmanaged
class Log1pDeriv {
  @inline
  at(x: v128): v128 {
    const d = f64x2.add(one(), x);
    const dHead = leading(d);
    const dRest = f64x2.add(f64x2.sub(d, dHead), anySumTail(one(), x, d));
    const reciprocal = f64x2.div(one(), d);
    const head = leading(reciprocal);
    const tail = quotientTail(one(), zero(), dHead, dRest, reciprocal, head);
    // Where x is -1 or infinite the tail isn't a number, and there is nothing to add.
    const y = f64x2.add(head, v128.and(tail, f64x2.eq(tail, tail)));
    return v128.bitselect(y, splatAt(LOG1P + 16), f64x2.ge(x, splatAt(LOG1P)));
  }
}

export function log1p_deriv(source: usize, target: usize, count: i32, params: usize): void {
  forEachLight<Log1pDeriv>(source, target, count, params);
}
