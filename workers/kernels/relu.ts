/**
 * relu: max(0, x), with +0 for -0; leaky_relu: x > 0 ? x : alpha * x; relu6: x held to [0, 6].
 *
 * Exact; leaky_relu rounds once.
 */
import { forEachLight } from './elementwise';
import { allLanes, indicator, keepNaN, one, splatAt, zero } from './lanes';

// prettier-ignore
const SIX: usize = memory.data<f64>([6], 16);
// prettier-ignore
const NEGATIVE_INFINITY: usize = memory.data<f64>([-Infinity], 16);

@unmanaged
class Relu {
  @inline
  at(x: v128): v128 {
    return f64x2.add(f64x2.pmax(x, zero()), zero());
  }
}

export function relu(source: usize, target: usize, count: i32, params: usize): void {
  forEachLight<Relu>(source, target, count, params);
}

@unmanaged
class ReluDeriv {
  @inline
  at(x: v128): v128 {
    return keepNaN(indicator(f64x2.gt(x, zero())), x);
  }
}

export function relu_deriv(source: usize, target: usize, count: i32, params: usize): void {
  forEachLight<ReluDeriv>(source, target, count, params);
}

@unmanaged
class LeakyRelu {
  alpha: f64;

  @inline
  at(x: v128): v128 {
    return v128.bitselect(x, f64x2.mul(x, splatAt(changetype<usize>(this))), f64x2.gt(x, zero()));
  }

  /** -Infinity times an alpha of 0 isn't a number, but the function's limit is 0. */
  @inline
  special(x: v128): v128 {
    return v128.and(f64x2.eq(x, splatAt(NEGATIVE_INFINITY)), allLanes(this.alpha == 0));
  }

  atSpecial(x: f64): f64 {
    return 0;
  }
}

export function leaky_relu(source: usize, target: usize, count: i32, params: usize): void {
  forEachLight<LeakyRelu>(source, target, count, params);
}

@unmanaged
class LeakyReluDeriv {
  alpha: f64;

  @inline
  at(x: v128): v128 {
    return keepNaN(v128.bitselect(one(), splatAt(changetype<usize>(this)), f64x2.gt(x, zero())), x);
  }
}

export function leaky_relu_deriv(source: usize, target: usize, count: i32, params: usize): void {
  forEachLight<LeakyReluDeriv>(source, target, count, params);
}

@unmanaged
class Relu6 {
  @inline
  at(x: v128): v128 {
    return f64x2.add(f64x2.pmin(f64x2.pmax(x, zero()), splatAt(SIX)), zero());
  }
}

export function relu6(source: usize, target: usize, count: i32, params: usize): void {
  forEachLight<Relu6>(source, target, count, params);
}

@unmanaged
class Relu6Deriv {
  @inline
  at(x: v128): v128 {
    return keepNaN(indicator(v128.and(f64x2.gt(x, zero()), f64x2.lt(x, splatAt(SIX)))), x);
  }
}

export function relu6_deriv(source: usize, target: usize, count: i32, params: usize): void {
  forEachLight<Relu6Deriv>(source, target, count, params);
}
