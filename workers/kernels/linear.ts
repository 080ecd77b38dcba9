/**
 * linear: x; affine: scale * x + shift, rounded after the product and after the sum; multiply: the product of two columns.
 */
import { forEachLight } from './elementwise';
import { keepNaN, one, splatAt } from './lanes';

@unmanaged
class Linear {
  @inline
  at(x: v128): v128 {
    return x;
  }
}

export function linear(source: usize, target: usize, count: i32, params: usize): void {
  if (source != target) forEachLight<Linear>(source, target, count, params);
}

@unmanaged
class LinearDeriv {
  @inline
  at(x: v128): v128 {
    return keepNaN(one(), x);
  }
}

export function linear_deriv(source: usize, target: usize, count: i32, params: usize): void {
  forEachLight<LinearDeriv>(source, target, count, params);
}

@unmanaged
class Affine {
  scale: f64;
  shift: f64;

  @inline
  at(x: v128): v128 {
    const params = changetype<usize>(this);
    return f64x2.add(f64x2.mul(splatAt(params), x), splatAt(params + 8));
  }
}

export function affine(source: usize, target: usize, count: i32, params: usize): void {
  forEachLight<Affine>(source, target, count, params);
}

@unmanaged
class AffineDeriv {
  scale: f64;
  shift: f64;

  @inline
  at(x: v128): v128 {
    return keepNaN(splatAt(changetype<usize>(this)), x);
  }
}

export function affine_deriv(source: usize, target: usize, count: i32, params: usize): void {
  forEachLight<AffineDeriv>(source, target, count, params);
}

/** target = a * b, value by value. `target` is `a`, `b`, or disjoint from both. */
export function multiply(a: usize, b: usize, target: usize, count: i32): void {
  for (; count >= 2; count -= 2) {
    v128.store(target, f64x2.mul(v128.load(a), v128.load(b)));
    a += 16;
    b += 16;
    target += 16;
  }
  if (count > 0) store<f64>(target, load<f64>(a) * load<f64>(b));
}
