/**
 * exp: e^x; expm1: e^x - 1, with its relative accuracy around 0. See exp.ts for the algebra.
 *
 * Worst errors measured: exp 0.51 ULP at -0.0006746632146835988, expm1 0.51 at 709.4327292751369.
 */
import { forEach, forEachLight } from './elementwise';
import { expHead, expIndex, expm1Head, expm1Tail, expRemainder, expSmall, expTail } from './exp';
import { beyond, splatAt } from './lanes';
import { expScaled } from './scaled';

// prettier-ignore
const EXPONENTIAL: usize = memory.data<f64>([700, -60], 16);

@unmanaged
class Exp {
  @inline
  at(x: v128): v128 {
    const k = expIndex(x);
    const head = expHead(k);
    return f64x2.add(head, expTail(k, expRemainder(x, k), head));
  }

  @inline
  reach(): v128 {
    return splatAt(EXPONENTIAL);
  }

  @inline
  special(x: v128): v128 {
    return beyond(x, EXPONENTIAL);
  }

  atSpecial(x: f64): f64 {
    return expScaled(x, 0, 0);
  }
}

export function exp(source: usize, target: usize, count: i32, params: usize): void {
  forEachLight<Exp>(source, target, count, params);
}

/** e^x is its own derivative. */
export function exp_deriv(source: usize, target: usize, count: i32, params: usize): void {
  forEachLight<Exp>(source, target, count, params);
}

@unmanaged
class Expm1 {
  @inline
  at(x: v128): v128 {
    const z = f64x2.pmax(x, splatAt(EXPONENTIAL + 8));
    const k = expIndex(z);
    const r = expRemainder(z, k);
    const head = expHead(k);
    const y = expm1Head(head, r);
    // -0 plus 0 would be +0.
    return v128.or(f64x2.add(y, expm1Tail(head, r, expSmall(z, k, r), y, true)), v128.and(f64x2.eq(x, i64x2.splat(0)), x));
  }

  @inline
  special(x: v128): v128 {
    return f64x2.gt(x, splatAt(EXPONENTIAL));
  }

  atSpecial(x: f64): f64 {
    return expScaled(x, 0, 0);
  }
}

export function expm1(source: usize, target: usize, count: i32, params: usize): void {
  forEach<Expm1>(source, target, count, params);
}

export function expm1_deriv(source: usize, target: usize, count: i32, params: usize): void {
  forEachLight<Exp>(source, target, count, params);
}
