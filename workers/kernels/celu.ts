/**
 * celu: x >= 0 ? x : alpha * (e^t - 1) with t = x / alpha, and its derivative e^t.
 *
 *   t is kept with what the division lost, t + tLow; below 2^-60 the function is x. With an alpha of 1 celu is elu.
 *
 * Worst errors measured: celu 0.51 ULP at -37.42781974520843, celu_deriv 0.51 at -0.0006746632146835988.
 */
import { forEach, forEachLight } from './elementwise';
import { UnitElu, UnitEluDeriv } from './elu';
import { expHead, expIndex, expm1Head, expm1Tail, expRemainder, expSmall, expTail } from './exp';
import { allLanes, leading, magnitude, one, productTail, splatAt, splitProduct, zero } from './lanes';
import { exponentOf, expScaled, scaleByPowerOfTwo, significandOf } from './scaled';

// prettier-ignore
const CELU: usize = memory.data<f64>([-60, 8.673617379884035e-19, -700], 16);
/** Beyond these the parts of a product with alpha might overflow or be subnormal. */
const ALPHA_MIN: f64 = 1e-120;
const ALPHA_MAX: f64 = 1e120;

/** alpha * (e^(x / alpha) - 1) for x < 0. */
@inline
function scaledCelu(x: v128, alpha: v128): v128 {
  const t = f64x2.pmax(f64x2.div(x, alpha), splatAt(CELU));
  const product = f64x2.mul(t, alpha);
  const tLow = f64x2.div(f64x2.sub(f64x2.sub(x, product), productTail(t, alpha, product)), alpha);
  const tLowHeld = v128.and(tLow, f64x2.gt(t, splatAt(CELU)));
  const k = expIndex(t);
  const r = expRemainder(t, k);
  const head = expHead(k);
  const y = expm1Head(head, r);
  const alphaHead = leading(alpha);
  const small = f64x2.add(expSmall(t, k, r), tLowHeld);
  const z = splitProduct(alphaHead, f64x2.sub(alpha, alphaHead), y, expm1Tail(head, r, small, y, false));
  return v128.bitselect(x, z, f64x2.lt(magnitude(t), splatAt(CELU + 8)));
}

@unmanaged
class Celu {
  alpha: f64;

  @inline
  at(x: v128): v128 {
    return v128.bitselect(x, scaledCelu(x, splatAt(changetype<usize>(this))), f64x2.ge(x, zero()));
  }

  @inline
  special(x: v128): v128 {
    return v128.and(f64x2.lt(x, zero()), allLanes(this.alpha < ALPHA_MIN || this.alpha > ALPHA_MAX));
  }

  /** Scaling x and alpha by one power of two scales celu by it. */
  atSpecial(x: f64): f64 {
    const t = x / this.alpha;
    if (t > -1e-18) return x;
    if (t < -60) return -this.alpha;
    const exponent = exponentOf(this.alpha);
    const scaled = scaleByPowerOfTwo(significandOf(x), exponentOf(x) - exponent);
    const y = scaledCelu(f64x2.splat(scaled), f64x2.splat(significandOf(this.alpha)));
    return scaleByPowerOfTwo(f64x2.extract_lane(y, 0), exponent);
  }
}

export function celu(source: usize, target: usize, count: i32, params: usize): void {
  if (load<f64>(params) == 1) forEach<UnitElu>(source, target, count, params);
  else forEach<Celu>(source, target, count, params);
}

@unmanaged
class CeluDeriv {
  alpha: f64;

  @inline
  at(x: v128): v128 {
    const alpha = splatAt(changetype<usize>(this));
    const t = f64x2.div(x, alpha);
    const product = f64x2.mul(t, alpha);
    const tLow = f64x2.div(f64x2.sub(f64x2.sub(x, product), productTail(t, alpha, product)), alpha);
    const k = expIndex(t);
    const head = expHead(k);
    const y = f64x2.add(head, expTail(k, f64x2.add(expRemainder(t, k), tLow), head));
    return v128.bitselect(one(), y, f64x2.ge(x, zero()));
  }

  @inline
  special(x: v128): v128 {
    const extreme = allLanes(this.alpha < ALPHA_MIN || this.alpha > ALPHA_MAX);
    const far = f64x2.lt(f64x2.div(x, splatAt(changetype<usize>(this))), splatAt(CELU + 16));
    return v128.and(f64x2.lt(x, zero()), v128.or(extreme, far));
  }

  atSpecial(x: f64): f64 {
    if (x / this.alpha > -1e-18) return 1;
    if (x / this.alpha < -1500) return 0;
    const alpha = significandOf(this.alpha);
    const scaled = scaleByPowerOfTwo(significandOf(x), exponentOf(x) - exponentOf(this.alpha));
    const t = scaled / alpha;
    const product = t * alpha;
    const lost = productTail(f64x2.splat(t), f64x2.splat(alpha), f64x2.splat(product));
    return expScaled(t, (scaled - product - f64x2.extract_lane(lost, 0)) / alpha, 0);
  }
}

export function celu_deriv(source: usize, target: usize, count: i32, params: usize): void {
  if (load<f64>(params) == 1) forEachLight<UnitEluDeriv>(source, target, count, params);
  else forEach<CeluDeriv>(source, target, count, params);
}
