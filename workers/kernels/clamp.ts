/**
 * clip and hard_tanh: x held to [min, max]. Their derivatives differ at the bounds: 1 for clip, 0 for hard_tanh. Exact.
 */
import { forEachLight } from './elementwise';
import { indicator, keepNaN, splatAt } from './lanes';

@unmanaged
class Clip {
  min: f64;
  max: f64;

  @inline
  at(x: v128): v128 {
    const params = changetype<usize>(this);
    return f64x2.pmin(f64x2.pmax(x, splatAt(params)), splatAt(params + 8));
  }
}

export function clip(source: usize, target: usize, count: i32, params: usize): void {
  forEachLight<Clip>(source, target, count, params);
}

export function hard_tanh(source: usize, target: usize, count: i32, params: usize): void {
  forEachLight<Clip>(source, target, count, params);
}

@unmanaged
class ClipDeriv {
  min: f64;
  max: f64;

  @inline
  at(x: v128): v128 {
    const params = changetype<usize>(this);
    return keepNaN(indicator(v128.and(f64x2.ge(x, splatAt(params)), f64x2.le(x, splatAt(params + 8)))), x);
  }
}

export function clip_deriv(source: usize, target: usize, count: i32, params: usize): void {
  forEachLight<ClipDeriv>(source, target, count, params);
}

@unmanaged
class HardTanhDeriv {
  min: f64;
  max: f64;

  @inline
  at(x: v128): v128 {
    const params = changetype<usize>(this);
    return keepNaN(indicator(v128.and(f64x2.gt(x, splatAt(params)), f64x2.lt(x, splatAt(params + 8)))), x);
  }
}

export function hard_tanh_deriv(source: usize, target: usize, count: i32, params: usize): void {
  forEachLight<HardTanhDeriv>(source, target, count, params);
}
