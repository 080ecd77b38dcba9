/**
 * sigmoid: 1 / (1 + e^-x), and its derivative, with the input held to [-clip, clip].
 *
 *   The sigmoid itself is that of sigmoid-forms.ts.
 *   derivative: e / d^2 with e = e^-|x| = head + tail,  d = 1 + e as a sum of two float64;  with 1/d = q / (1 - r), q of 26 bits and r about 2^-25, it is e * q^2 * (1 + 2r + 3r^2), where the
 *   leading halves of e and q^2 are multiplied exactly
 *
 * Worst errors measured: sigmoid 0.55 ULP at -1.9824165526959217, sigmoid_deriv 0.51 at -32.68823416320969.
 */
import { forEachLight } from './elementwise';
import { expHead, expIndex, expRemainder, expTail, onePlusExp, onePlusExpRest } from './exp';
import { clamp, leading, magnitude, one, quotientHead, splatAt, two } from './lanes';
import { expScaled } from './scaled';
import { REACH, sigmoidFar, sigmoidNear } from './sigmoid-forms';

// prettier-ignore
const SIGMOID: usize = memory.data<f64>([700, 3], 16);

/** 1 / (1 + e^-(x + xLow)) for |x| <= 700. */
@inline
export function sigmoidOf(x: v128, xLow: v128): v128 {
  const near = sigmoidNear(x, xLow, true, x, false);
  return v128.bitselect(sigmoidFar(x, xLow, true, x, false), near, f64x2.gt(magnitude(x), f64x2.splat(REACH)));
}

/** e^-a / (1 + e^-a)^2 for 0 <= a <= 700. */
@inline
export function sigmoidSlope(a: v128): v128 {
  const x = f64x2.neg(a);
  const k = expIndex(x);
  const head = expHead(k);
  const tail = expTail(k, expRemainder(x, k), head);
  const den = onePlusExp(head, tail);
  const denHead = leading(den);
  const denRest = onePlusExpRest(denHead, head, tail);
  const q = quotientHead(one(), f64x2.div(one(), den));
  const r = f64x2.sub(f64x2.sub(one(), f64x2.mul(q, denHead)), f64x2.mul(q, denRest));
  const square = f64x2.mul(q, q);
  const growth = f64x2.mul(r, f64x2.add(two(), f64x2.mul(splatAt(SIGMOID + 8), r)));
  const headLead = leading(head);
  const headRest = f64x2.add(f64x2.sub(head, headLead), tail);
  const squareLead = leading(square);
  const y = f64x2.mul(headLead, squareLead);
  const yLow = f64x2.add(f64x2.mul(headRest, square), f64x2.mul(headLead, f64x2.sub(square, squareLead)));
  return f64x2.add(y, f64x2.add(yLow, f64x2.mul(f64x2.add(y, yLow), growth)));
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
  if (load<f64>(params) < REACH) forEachLight<ClippedSigmoid>(source, target, count, params);
  else forEachLight<Sigmoid>(source, target, count, params);
}

@unmanaged
class SigmoidDeriv {
  clip: f64;

  @inline
  at(x: v128): v128 {
    return sigmoidSlope(f64x2.pmin(magnitude(x), splatAt(changetype<usize>(this))));
  }

  @inline
  special(x: v128): v128 {
    return f64x2.gt(f64x2.pmin(magnitude(x), splatAt(changetype<usize>(this))), splatAt(SIGMOID));
  }

  atSpecial(x: f64): f64 {
    return expScaled(-min(abs(x), this.clip), 0, 0);
  }
}

export function sigmoid_deriv(source: usize, target: usize, count: i32, params: usize): void {
  forEachLight<SigmoidDeriv>(source, target, count, params);
}
