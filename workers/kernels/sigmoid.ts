/**
 * sigmoid: 1 / (1 + e^-x), and its derivative, with the input held to [-clip, clip].
 *
 * See sigmoid-forms.ts for both.
 *
 * Worst errors measured: sigmoid 0.55 ULP at -1.9824165526959217, sigmoid_deriv 0.55 at -14.60933122462202.
 */
import { forEachByTwo } from './elementwise';
import { clamp, magnitude, splatAt } from './lanes';
import { expScaled } from './scaled';
import { REACH, sigmoidFar, sigmoidNear, sigmoidSlopeFar, sigmoidSlopeNear } from './sigmoid-forms';

// prettier-ignore
const SIGMOID: usize = memory.data<f64>([700], 16);

/** 1 / (1 + e^-(x + xLow)) for |x| <= 700. */
@inline
export function sigmoidOf(x: v128, xLow: v128): v128 {
  const near = sigmoidNear(x, xLow, true, x, false);
  return v128.bitselect(sigmoidFar(x, xLow, true, x, false), near, f64x2.gt(magnitude(x), f64x2.splat(REACH)));
}

/** With a clip of at least REACH. */
@unmanaged
class Sigmoid {
  clip: f64;

  @inline
  at(x: v128): v128 {
    return sigmoidNear(x, x, false, x, false);
  }

  @inline
  reach(): v128 {
    return f64x2.splat(REACH);
  }

  @inline
  far(x: v128): v128 {
    const clip = splatAt(changetype<usize>(this));
    return sigmoidFar(clamp(x, clip), x, false, x, false);
  }

  @inline
  special(x: v128): v128 {
    return f64x2.gt(f64x2.pmin(magnitude(x), splatAt(changetype<usize>(this))), splatAt(SIGMOID));
  }

  atSpecial(x: f64): f64 {
    return x > 0 ? 1 : expScaled(max(x, -this.clip), 0, 0);
  }
}

@unmanaged
class ClippedSigmoid {
  clip: f64;

  @inline
  at(x: v128): v128 {
    return sigmoidNear(clamp(x, splatAt(changetype<usize>(this))), x, false, x, false);
  }
}

export function sigmoid(source: usize, target: usize, count: i32, params: usize): void {
  if (load<f64>(params) < REACH) forEachByTwo<ClippedSigmoid>(source, target, count, params);
  else forEachByTwo<Sigmoid>(source, target, count, params);
}

/** With a clip of at least REACH. */
@unmanaged
class SigmoidDeriv {
  clip: f64;

  @inline
  at(x: v128): v128 {
    return sigmoidSlopeNear(magnitude(x));
  }

  @inline
  reach(): v128 {
    return f64x2.splat(REACH);
  }

  @inline
  far(x: v128): v128 {
    return sigmoidSlopeFar(f64x2.pmin(magnitude(x), splatAt(changetype<usize>(this))));
  }

  @inline
  special(x: v128): v128 {
    return f64x2.gt(f64x2.pmin(magnitude(x), splatAt(changetype<usize>(this))), splatAt(SIGMOID));
  }

  atSpecial(x: f64): f64 {
    return expScaled(-min(abs(x), this.clip), 0, 0);
  }
}

@unmanaged
class ClippedSigmoidDeriv {
  clip: f64;

  @inline
  at(x: v128): v128 {
    return sigmoidSlopeNear(f64x2.pmin(magnitude(x), splatAt(changetype<usize>(this))));
  }
}

export function sigmoid_deriv(source: usize, target: usize, count: i32, params: usize): void {
  if (load<f64>(params) < REACH) forEachByTwo<ClippedSigmoidDeriv>(source, target, count, params);
  else forEachByTwo<SigmoidDeriv>(source, target, count, params);
}
