/**
 * elu: x >= 0 ? x : alpha * (e^x - 1); selu: the same with alpha * lambda, and lambda * x on the right.
 *
 *   e^x - 1 = head + tail to 2^-60 (see exp.ts); times alpha, split in 26 bits and a rest, so that one rounding remains.
 *   selu's alpha * lambda is the exact product of the two float64 values, as a sum of two.
 *
 * Worst errors measured: elu 0.51 ULP at -37.42781974520843, elu_deriv 0.51 at -0.0006746632146835988, selu 0.51 at
 * -21.97297225260196, selu_deriv 0.51 at -707.402044957517.
 */
import { forEach, forEachLight } from './elementwise';
import { expHead, expIndex, expm1Head, expm1Tail, expRemainder, expSmall, expTail } from './exp';
import { allLanes, leading, one, productTail, splatAt, splitProduct, zero } from './lanes';
import {
  expExponent,
  exponentOf,
  expScaled,
  expSignificandHead,
  expSignificandTail,
  scaleByPowerOfTwo,
  scaledProduct,
  significandOf,
  timesAny,
  timesExp,
} from './scaled';

const LAMBDA: f64 = 1.0507009873554805;
const ALPHA: f64 = 1.6732632423543772;
/** alpha * lambda in two parts, the first of 26 bits. */
const ALPHA_LAMBDA_HEAD: f64 = 1.7580993175506592;
const ALPHA_LAMBDA_REST: f64 = 2.3296717501556057e-08;

// prettier-ignore
const ELU: usize = memory.data<f64>([
  -60, // e^-60 is nothing beside 1
  -3.8725919148493183e-121, // -2^-400: from here to 0, e^x - 1 is x, and the parts of a product might be subnormal
  LAMBDA, ALPHA_LAMBDA_HEAD, ALPHA_LAMBDA_REST, -660,
], 16);

/** (e^x - 1) * (alphaHead + alphaRest) for x <= 0, or e^x - 1 if `scale` isn't set; whatever for x > 0. */
@inline
function scaledExpm1(x: v128, alphaHead: v128, alphaRest: v128, scale: bool): v128 {
  const z = f64x2.pmax(x, splatAt(ELU));
  const k = expIndex(z);
  const r = expRemainder(z, k);
  const head = expHead(k);
  const y = expm1Head(head, r);
  const yTail = expm1Tail(head, r, expSmall(z, k, r), y, false);
  return scale ? splitProduct(alphaHead, alphaRest, y, yTail) : f64x2.add(y, yTail);
}

/** elu with an alpha of 1, where nothing is multiplied. */
@unmanaged
export class UnitElu {
  @inline
  at(x: v128): v128 {
    return v128.bitselect(x, scaledExpm1(x, zero(), zero(), false), f64x2.ge(x, zero()));
  }
}

@unmanaged
class Elu {
  alpha: f64;

  @inline
  at(x: v128): v128 {
    const alpha = splatAt(changetype<usize>(this));
    const alphaHead = leading(alpha);
    const y = scaledExpm1(x, alphaHead, f64x2.sub(alpha, alphaHead), true);
    return v128.bitselect(x, y, f64x2.ge(x, zero()));
  }

  @inline
  special(x: v128): v128 {
    const left = v128.and(f64x2.lt(x, zero()), allLanes(abs(this.alpha) < 1e-120));
    return v128.or(left, v128.and(f64x2.lt(x, zero()), f64x2.gt(x, splatAt(ELU + 8))));
  }

  atSpecial(x: f64): f64 {
    if (this.alpha == 0) return 0;
    if (x > -1e-30) return this.alpha * x;
    const alpha = f64x2.splat(significandOf(this.alpha));
    const alphaHead = leading(alpha);
    const y = scaledExpm1(f64x2.splat(x), alphaHead, f64x2.sub(alpha, alphaHead), true);
    return scaleByPowerOfTwo(f64x2.extract_lane(y, 0), exponentOf(this.alpha));
  }
}

export function elu(source: usize, target: usize, count: i32, params: usize): void {
  if (load<f64>(params) == 1) forEach<UnitElu>(source, target, count, params);
  else forEach<Elu>(source, target, count, params);
}

/** elu_deriv with an alpha of 1. */
@unmanaged
export class UnitEluDeriv {
  @inline
  at(x: v128): v128 {
    const k = expIndex(x);
    const head = expHead(k);
    const y = f64x2.add(head, expTail(k, expRemainder(x, k), head));
    return v128.bitselect(one(), y, f64x2.ge(x, zero()));
  }

  @inline
  special(x: v128): v128 {
    return f64x2.lt(x, splatAt(ELU + 40));
  }

  atSpecial(x: f64): f64 {
    return expScaled(x, 0, 0);
  }
}

@unmanaged
class EluDeriv {
  alpha: f64;

  @inline
  at(x: v128): v128 {
    const k = expIndex(x);
    const head = expHead(k);
    const alpha = splatAt(changetype<usize>(this));
    const alphaHead = leading(alpha);
    const y = splitProduct(alphaHead, f64x2.sub(alpha, alphaHead), head, expTail(k, expRemainder(x, k), head));
    return v128.bitselect(one(), y, f64x2.ge(x, zero()));
  }

  /** Where the parts of the product might be subnormal. */
  @inline
  special(x: v128): v128 {
    const size = abs(this.alpha);
    const least: f64 = size >= 1 ? -660 : size >= 1e-100 ? -400 : 0;
    return f64x2.lt(x, f64x2.splat(least));
  }

  atSpecial(x: f64): f64 {
    return scaledExp(x, this.alpha);
  }
}

/** e^x * factor for x <= 0, where e^x may underflow. */
function scaledExp(x: f64, factor: f64): f64 {
  if (x < -1500) return 0;
  return timesAny(factor, expSignificandHead(x), expSignificandTail(x, 0), expExponent(x));
}

export function elu_deriv(source: usize, target: usize, count: i32, params: usize): void {
  if (load<f64>(params) == 1) forEachLight<UnitEluDeriv>(source, target, count, params);
  else forEachLight<EluDeriv>(source, target, count, params);
}

@unmanaged
class Selu {
  @inline
  at(x: v128): v128 {
    const y = scaledExpm1(x, splatAt(ELU + 24), splatAt(ELU + 32), true);
    return v128.bitselect(f64x2.mul(x, splatAt(ELU + 16)), y, f64x2.ge(x, zero()));
  }

  @inline
  special(x: v128): v128 {
    return v128.and(f64x2.lt(x, zero()), f64x2.gt(x, splatAt(ELU + 8)));
  }

  atSpecial(x: f64): f64 {
    return timesAny(x, ALPHA_LAMBDA_HEAD, ALPHA_LAMBDA_REST, 0);
  }
}

/** selu with other constants than its own. */
@unmanaged
class ScaledElu {
  alpha: f64;
  scale: f64;

  @inline
  at(x: v128): v128 {
    const alpha = splatAt(changetype<usize>(this));
    const scale = splatAt(changetype<usize>(this) + 8);
    const factor = f64x2.mul(alpha, scale);
    const factorHead = leading(factor);
    const factorRest = f64x2.add(f64x2.sub(factor, factorHead), productTail(alpha, scale, factor));
    return v128.bitselect(f64x2.mul(x, scale), scaledExpm1(x, factorHead, factorRest, true), f64x2.ge(x, zero()));
  }

  @inline
  special(x: v128): v128 {
    return v128.and(f64x2.lt(x, zero()), f64x2.gt(x, splatAt(ELU + 8)));
  }

  atSpecial(x: f64): f64 {
    if (this.alpha == 0 || this.scale == 0) return 0;
    const factor = significandOf(this.alpha) * significandOf(this.scale);
    return timesAny(x, factor, factorLow(this.alpha, this.scale), exponentOf(this.alpha) + exponentOf(this.scale));
  }
}

/** What rounding takes from the product of the significands of a and b. */
function factorLow(a: f64, b: f64): f64 {
  const x = f64x2.splat(significandOf(a));
  const y = f64x2.splat(significandOf(b));
  return f64x2.extract_lane(productTail(x, y, f64x2.mul(x, y)), 0);
}

@inline
function hasOwnConstants(params: usize): bool {
  return load<f64>(params) == ALPHA && load<f64>(params, 8) == LAMBDA;
}

export function selu(source: usize, target: usize, count: i32, params: usize): void {
  if (hasOwnConstants(params)) forEach<Selu>(source, target, count, params);
  else forEach<ScaledElu>(source, target, count, params);
}

@unmanaged
class SeluDeriv {
  @inline
  at(x: v128): v128 {
    const k = expIndex(x);
    const head = expHead(k);
    const y = splitProduct(splatAt(ELU + 24), splatAt(ELU + 32), head, expTail(k, expRemainder(x, k), head));
    return v128.bitselect(splatAt(ELU + 16), y, f64x2.ge(x, zero()));
  }

  @inline
  special(x: v128): v128 {
    return f64x2.lt(x, splatAt(ELU + 40));
  }

  atSpecial(x: f64): f64 {
    return timesExp(ALPHA_LAMBDA_HEAD, ALPHA_LAMBDA_REST, x, 0);
  }
}

@unmanaged
class ScaledEluDeriv {
  alpha: f64;
  scale: f64;

  @inline
  at(x: v128): v128 {
    const k = expIndex(x);
    const head = expHead(k);
    const alpha = splatAt(changetype<usize>(this));
    const scale = splatAt(changetype<usize>(this) + 8);
    const factor = f64x2.mul(alpha, scale);
    const factorHead = leading(factor);
    const factorRest = f64x2.add(f64x2.sub(factor, factorHead), productTail(alpha, scale, factor));
    const y = splitProduct(factorHead, factorRest, head, expTail(k, expRemainder(x, k), head));
    return v128.bitselect(scale, y, f64x2.ge(x, zero()));
  }

  @inline
  special(x: v128): v128 {
    return f64x2.lt(x, splatAt(ELU + 40));
  }

  atSpecial(x: f64): f64 {
    if (this.alpha == 0 || this.scale == 0 || x < -1500) return 0;
    const factor = significandOf(this.alpha) * significandOf(this.scale);
    const low = factorLow(this.alpha, this.scale);
    const exponent = expExponent(x) + exponentOf(this.alpha) + exponentOf(this.scale);
    return scaledProduct(factor, low, expSignificandHead(x), expSignificandTail(x, 0), exponent);
  }
}

export function selu_deriv(source: usize, target: usize, count: i32, params: usize): void {
  if (hasOwnConstants(params)) forEachLight<SeluDeriv>(source, target, count, params);
  else forEachLight<ScaledEluDeriv>(source, target, count, params);
}
