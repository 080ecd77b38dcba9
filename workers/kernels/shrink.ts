/**
 * softshrink: x moved towards 0 by lambd, 0 within it; hardshrink: x, 0 within lambd; threshold: x above it, else value.
 *
 * Exact; softshrink rounds once.
 */
import { forEachLight } from './elementwise';
import { indicator, keepNaN, magnitude, splatAt, withSign } from './lanes';

@unmanaged
class Softshrink {
  lambd: f64;

  @inline
  at(x: v128): v128 {
    const lambd = splatAt(changetype<usize>(this));
    const a = magnitude(x);
    const y = v128.and(withSign(f64x2.sub(a, lambd), x), f64x2.gt(a, lambd));
    return keepNaN(y, x);
  }
}

export function softshrink(source: usize, target: usize, count: i32, params: usize): void {
  forEachLight<Softshrink>(source, target, count, params);
}

@unmanaged
class Hardshrink {
  lambd: f64;

  @inline
  at(x: v128): v128 {
    return keepNaN(v128.and(x, f64x2.gt(magnitude(x), splatAt(changetype<usize>(this)))), x);
  }
}

export function hardshrink(source: usize, target: usize, count: i32, params: usize): void {
  forEachLight<Hardshrink>(source, target, count, params);
}

@unmanaged
class ShrinkDeriv {
  lambd: f64;

  @inline
  at(x: v128): v128 {
    return keepNaN(indicator(f64x2.gt(magnitude(x), splatAt(changetype<usize>(this)))), x);
  }
}

export function softshrink_deriv(source: usize, target: usize, count: i32, params: usize): void {
  forEachLight<ShrinkDeriv>(source, target, count, params);
}

export function hardshrink_deriv(source: usize, target: usize, count: i32, params: usize): void {
  forEachLight<ShrinkDeriv>(source, target, count, params);
}

@unmanaged
class Threshold {
  threshold: f64;
  value: f64;

  @inline
  at(x: v128): v128 {
    const params = changetype<usize>(this);
    return keepNaN(v128.bitselect(x, splatAt(params + 8), f64x2.gt(x, splatAt(params))), x);
  }
}

export function threshold(source: usize, target: usize, count: i32, params: usize): void {
  forEachLight<Threshold>(source, target, count, params);
}

@unmanaged
class ThresholdDeriv {
  threshold: f64;
  value: f64;

  @inline
  at(x: v128): v128 {
    return keepNaN(indicator(f64x2.gt(x, splatAt(changetype<usize>(this)))), x);
  }
}

export function threshold_deriv(source: usize, target: usize, count: i32, params: usize): void {
  forEachLight<ThresholdDeriv>(source, target, count, params);
}
