/**
 * softplus: ln(1 + e^t) / beta with t = beta * x held to [-clip, clip], or x where beta * x > threshold; log_sigmoid: -ln(1 + e^-x).
 *
 *   t is kept with its rounding error, which e^t would magnify by t.
 *   ln(1 + e^t) = max(t, 0) + ln(1 + e),  e = e^-|t| = head + tail, the head of 26 bits
 *   The logarithm is that of soft-sum.ts.
 *   The derivative of softplus is the sigmoid of t, that of log_sigmoid is sigmoid(-x).
 *
 * Worst errors measured: softplus 0.55 ULP at -1.2679671082170438 (0.75 at -4.79151821462306e-97 with beta 1e99), softplus_deriv
 * 0.54 at -1.9824165526959217, log_sigmoid 0.54 at 0.4582316454973363.
 */
import { forEach, forEachByTwo, forEachLight } from './elementwise';
import { allLanes, beyond, clamp, magnitude, one, productTail, splatAt, zero } from './lanes';
import {
  expExponent,
  exponentOf,
  expScaled,
  expSignificandHead,
  expSignificandTail,
  scaleByPowerOfTwo,
  scaledSum,
  significandOf,
} from './scaled';
import { sigmoid, sigmoidOf } from './sigmoid';
import { REACH, sigmoidFar, sigmoidNear } from './sigmoid-forms';
import { softplusFar, softplusNear, softQuotient } from './soft-sum';

// prettier-ignore
const SOFTPLUS: usize = memory.data<f64>([600, 700], 16);

/** What rounding took from `product = x * beta`, as far as the clip lets it through: within, or on it and inwards. */
@inline
function heldLow(x: v128, beta: v128, product: v128, clip: v128): v128 {
  const lost = productTail(x, beta, product);
  const size = magnitude(product);
  const isInwards = f64x2.lt(f64x2.mul(lost, product), zero());
  return v128.and(lost, v128.or(f64x2.lt(size, clip), v128.and(f64x2.eq(size, clip), isInwards)));
}

/** With a beta of 1, a clip of at least REACH and a threshold of at least that. */
@unmanaged
class UnitSoftplus {
  beta: f64;
  clip: f64;
  threshold: f64;

  @inline
  at(x: v128): v128 {
    return softplusNear(x, x, false);
  }

  @inline
  reach(): v128 {
    return f64x2.splat(REACH);
  }

  @inline
  far(x: v128): v128 {
    const t = clamp(x, splatAt(changetype<usize>(this) + 8));
    return v128.bitselect(x, softplusFar(t, t, false), f64x2.gt(x, splatAt(changetype<usize>(this) + 16)));
  }

  @inline
  special(x: v128): v128 {
    return f64x2.gt(f64x2.pmin(magnitude(x), splatAt(changetype<usize>(this) + 8)), splatAt(SOFTPLUS + 8));
  }

  atSpecial(x: f64): f64 {
    if (x > this.threshold) return x;
    return x > 0 ? min(x, this.clip) : expScaled(max(x, -this.clip), 0, 0);
  }
}

@unmanaged
class Softplus {
  beta: f64;
  clip: f64;

  @inline
  at(x: v128): v128 {
    const beta = splatAt(changetype<usize>(this));
    const clip = splatAt(changetype<usize>(this) + 8);
    const product = f64x2.mul(x, beta);
    return softQuotient(clamp(product, clip), heldLow(x, beta, product, clip), beta);
  }

  @inline
  special(x: v128): v128 {
    const t = f64x2.mul(x, splatAt(changetype<usize>(this)));
    const extreme = this.beta < 1e-100 || this.beta > 1e100;
    const held = f64x2.pmin(magnitude(t), splatAt(changetype<usize>(this) + 8));
    return v128.or(f64x2.gt(held, splatAt(SOFTPLUS)), v128.and(f64x2.eq(x, x), allLanes(extreme)));
  }

  atSpecial(x: f64): f64 {
    const product = x * this.beta;
    const low = productLow(x, this.beta, product);
    const held = isHeld(product, low, this.clip);
    const t = held ? (x > 0 ? this.clip : -this.clip) : product;
    if (t > 600) return held ? this.clip / this.beta : x;
    const beta = f64x2.splat(significandOf(this.beta));
    const exponent = -exponentOf(this.beta);
    const tLow = held ? 0 : low;
    if (t < -600) {
      if (t < -1500) return 0;
      const e = expSignificandHead(t);
      const eTail = expSignificandTail(t, tLow);
      const y = (e + eTail) / significandOf(this.beta);
      const lost = remainder(e, y, significandOf(this.beta));
      return scaledSum(y, (lost + eTail) / significandOf(this.beta), expExponent(t) + exponent);
    }
    const y = softQuotient(f64x2.splat(t), f64x2.splat(tLow), beta);
    return scaleByPowerOfTwo(f64x2.extract_lane(y, 0), exponent);
  }
}

/** What rounding took from `product = x * beta`, whatever the exponents; 0 where it can't matter. */
function productLow(x: f64, beta: f64, product: f64): f64 {
  if (abs(product) < 1e-30) return 0;
  const xSignificand = f64x2.splat(significandOf(x));
  const betaSignificand = f64x2.splat(significandOf(beta));
  const tail = productTail(xSignificand, betaSignificand, f64x2.mul(xSignificand, betaSignificand));
  return scaleByPowerOfTwo(f64x2.extract_lane(tail, 0), exponentOf(x) + exponentOf(beta));
}

/** dividend - quotient * divisor, exactly, where that is small. */
function remainder(dividend: f64, quotient: f64, divisor: f64): f64 {
  const product = quotient * divisor;
  const tail = productTail(f64x2.splat(quotient), f64x2.splat(divisor), f64x2.splat(product));
  return dividend - product - f64x2.extract_lane(tail, 0);
}

/** Whether the clip limits `product + low`. */
function isHeld(product: f64, low: f64, clip: f64): bool {
  const size = abs(product);
  return clip != Infinity && (size > clip || (size == clip && !(low * product < 0)));
}

@unmanaged
class ThresholdSoftplus {
  beta: f64;
  clip: f64;
  threshold: f64;

  @inline
  at(x: v128): v128 {
    return v128.bitselect(x, changetype<Softplus>(changetype<usize>(this)).at(x), aboveThreshold(x, changetype<usize>(this)));
  }

  @inline
  special(x: v128): v128 {
    return v128.andnot(changetype<Softplus>(changetype<usize>(this)).special(x), aboveThreshold(x, changetype<usize>(this)));
  }

  atSpecial(x: f64): f64 {
    return changetype<Softplus>(changetype<usize>(this)).atSpecial(x);
  }
}

/** Marks where beta * x > threshold, by the parameters at `params`. */
@inline
function aboveThreshold(x: v128, params: usize): v128 {
  return f64x2.gt(f64x2.mul(x, splatAt(params)), splatAt(params + 16));
}

export function softplus(source: usize, target: usize, count: i32, params: usize): void {
  const isUnit = load<f64>(params) == 1 && load<f64>(params, 8) >= REACH && load<f64>(params, 16) >= REACH;
  if (isUnit) forEachLight<UnitSoftplus>(source, target, count, params);
  else if (load<f64>(params, 16) < Infinity) forEach<ThresholdSoftplus>(source, target, count, params);
  else forEach<Softplus>(source, target, count, params);
}

@unmanaged
class SoftplusDeriv {
  beta: f64;
  clip: f64;

  @inline
  at(x: v128): v128 {
    const beta = splatAt(changetype<usize>(this));
    const clip = splatAt(changetype<usize>(this) + 8);
    const product = f64x2.mul(x, beta);
    const tLow = heldLow(x, beta, product, clip);
    return sigmoidOf(clamp(product, clip), tLow);
  }

  @inline
  special(x: v128): v128 {
    const t = f64x2.mul(x, splatAt(changetype<usize>(this)));
    const extreme = this.beta < 1e-100 || this.beta > 1e100;
    const held = f64x2.pmin(magnitude(t), splatAt(changetype<usize>(this) + 8));
    return v128.or(f64x2.gt(held, splatAt(SOFTPLUS + 8)), v128.and(f64x2.eq(x, x), allLanes(extreme)));
  }

  atSpecial(x: f64): f64 {
    const product = x * this.beta;
    const low = productLow(x, this.beta, product);
    const held = isHeld(product, low, this.clip);
    const t = held ? (x > 0 ? this.clip : -this.clip) : product;
    if (t > 700) return 1;
    const tLow = held ? 0 : low;
    if (t < -700) return expScaled(t, tLow, 0);
    return f64x2.extract_lane(sigmoidOf(f64x2.splat(t), f64x2.splat(tLow)), 0);
  }
}

@unmanaged
class ThresholdSoftplusDeriv {
  beta: f64;
  clip: f64;
  threshold: f64;

  @inline
  at(x: v128): v128 {
    return v128.bitselect(one(), changetype<SoftplusDeriv>(changetype<usize>(this)).at(x), aboveThreshold(x, changetype<usize>(this)));
  }

  @inline
  special(x: v128): v128 {
    return v128.andnot(changetype<SoftplusDeriv>(changetype<usize>(this)).special(x), aboveThreshold(x, changetype<usize>(this)));
  }

  atSpecial(x: f64): f64 {
    return changetype<SoftplusDeriv>(changetype<usize>(this)).atSpecial(x);
  }
}

export function softplus_deriv(source: usize, target: usize, count: i32, params: usize): void {
  if (load<f64>(params, 16) < Infinity) forEach<ThresholdSoftplusDeriv>(source, target, count, params);
  else if (load<f64>(params) == 1) sigmoid(source, target, count, params + 8);
  else forEach<SoftplusDeriv>(source, target, count, params);
}

@unmanaged
class LogSigmoid {
  @inline
  at(x: v128): v128 {
    return f64x2.neg(softplusNear(f64x2.neg(x), x, false));
  }

  @inline
  reach(): v128 {
    return f64x2.splat(REACH);
  }

  @inline
  far(x: v128): v128 {
    return f64x2.neg(softplusFar(f64x2.neg(x), x, false));
  }

  @inline
  special(x: v128): v128 {
    return beyond(x, SOFTPLUS + 8);
  }

  atSpecial(x: f64): f64 {
    return x < 0 ? x : -expScaled(-x, 0, 0);
  }
}

export function log_sigmoid(source: usize, target: usize, count: i32, params: usize): void {
  forEachLight<LogSigmoid>(source, target, count, params);
}

@unmanaged
class LogSigmoidDeriv {
  @inline
  at(x: v128): v128 {
    return sigmoidNear(f64x2.neg(x), x, false, x, false);
  }

  @inline
  reach(): v128 {
    return f64x2.splat(REACH);
  }

  @inline
  far(x: v128): v128 {
    return sigmoidFar(f64x2.neg(x), x, false, x, false);
  }

  @inline
  special(x: v128): v128 {
    return beyond(x, SOFTPLUS + 8);
  }

  atSpecial(x: f64): f64 {
    return x < 0 ? 1 : expScaled(-x, 0, 0);
  }
}

export function log_sigmoid_deriv(source: usize, target: usize, count: i32, params: usize): void {
  forEachByTwo<LogSigmoidDeriv>(source, target, count, params);
}
