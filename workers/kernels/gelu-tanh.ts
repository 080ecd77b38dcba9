/**
 * gelu with approximate=tanh: 0.5 x (1 + tanh(v / 2)) = x * sigmoid(v), v = 2 sqrt(2/pi) (x + 0.044715 x^3) = x (c1 + c2 x^2),
 * and its derivative sigmoid(v) (1 + x v' sigmoid(-v)) with x v' = 3v - 2 c1 x, which has a root at -0.7525.
 *
 *   v is a sum of two float64, as its rounding error would be magnified by v.
 *
 * Worst errors measured: 0.56 ULP at -2.7659927677390277, derivative 0.55 at -0.7524614220710159.
 */
import { sigmoidTimesOnePlus } from './gate';
import { anySumTail, leading, magnitude, productTail, splatAt } from './lanes';
import { besideRoot, isBesideRoot } from './root';
import { GELU_TANH_ROOT } from './root-table';
import { timesExp } from './scaled';
import { sigmoidFar, sigmoidNear } from './sigmoid-forms';

const C1: f64 = 1.5957691216057308;
const C1_LOW: f64 = -9.96930880911092e-17;
const C2: f64 = 0.07135481627260025;
const C2_LOW: f64 = -6.175149918155315e-19;

// prettier-ignore
const GELU_TANH: usize = memory.data<f64>([C1, C1_LOW, C2, C2_LOW, 20.5, 3, 2 * C1, 2 * C1_LOW, 0.015625, 4.75], 16);
/** x^2, but for what rounding takes. */
@inline
function coefficient(x: v128): v128 {
  return f64x2.add(splatAt(GELU_TANH), f64x2.mul(f64x2.mul(x, x), splatAt(GELU_TANH + 16)));
}

/** v. */
@inline
function argument(x: v128): v128 {
  return f64x2.mul(x, coefficient(x));
}

/** What `argument(x)` leaves of v. */
@inline
function argumentLow(x: v128, v: v128): v128 {
  const c2 = splatAt(GELU_TANH + 16);
  const x2 = f64x2.mul(x, x);
  const xHead = leading(x);
  const x2Low = f64x2.add(f64x2.sub(f64x2.mul(xHead, xHead), x2), f64x2.mul(f64x2.sub(x, xHead), f64x2.add(x, xHead)));
  const p = f64x2.mul(x2, c2);
  const pLow = f64x2.add(
    productTail(x2, c2, p),
    f64x2.add(f64x2.mul(x2Low, c2), f64x2.mul(x2, splatAt(GELU_TANH + 24))),
  );
  const s = f64x2.add(splatAt(GELU_TANH), p);
  const sLow = f64x2.add(f64x2.add(anySumTail(splatAt(GELU_TANH), p, s), splatAt(GELU_TANH + 8)), pLow);
  return f64x2.add(productTail(x, s, v), f64x2.mul(x, sLow));
}

/** x v' = 3v - 2 c1 x. */
@inline
function slopeArgument(x: v128, v: v128): v128 {
  return f64x2.sub(f64x2.mul(v, splatAt(GELU_TANH + 40)), f64x2.mul(x, splatAt(GELU_TANH + 48)));
}

/** What `w = slopeArgument(x, v)` leaves of it. */
@inline
function slopeArgumentLow(x: v128, v: v128, vLow: v128, w: v128): v128 {
  const three = splatAt(GELU_TANH + 40);
  const v3 = f64x2.mul(v, three);
  const v3Low = f64x2.add(productTail(v, three, v3), f64x2.mul(vLow, three));
  const twiceC1 = splatAt(GELU_TANH + 48);
  const cx = f64x2.mul(x, twiceC1);
  const cxLow = f64x2.add(productTail(x, twiceC1, cx), f64x2.mul(x, splatAt(GELU_TANH + 56)));
  return f64x2.add(anySumTail(v3, f64x2.neg(cx), w), f64x2.sub(v3Low, cxLow));
}

/** e^v for one x < -20.5, times x (1 + x v' for the derivative). */
function tail(x: f64, derivative: bool): f64 {
  if (x < -30) return -0.0;
  const lanes = f64x2.splat(x);
  const arguments = argument(lanes);
  const lows = argumentLow(lanes, arguments);
  const v = f64x2.extract_lane(arguments, 0);
  const vLow = f64x2.extract_lane(lows, 0);
  if (!derivative) return timesExp(x, 0, v, vLow);
  const slopes = slopeArgument(lanes, arguments);
  const w = f64x2.extract_lane(slopes, 0);
  const factor = w + 1;
  const wLow = f64x2.extract_lane(slopeArgumentLow(lanes, arguments, lows, slopes), 0);
  return timesExp(factor, w - factor + 1 + wLow, v, vLow);
}

@unmanaged
export class GeluTanh {
  @inline
  at(x: v128): v128 {
    const v = argument(x);
    return sigmoidNear(v, argumentLow(x, v), true, x, true);
  }

  /** Where |v| is at most that of sigmoidNear. */
  @inline
  reach(): v128 {
    return splatAt(GELU_TANH + 72);
  }

  @inline
  far(x: v128): v128 {
    const v = argument(x);
    return sigmoidFar(v, argumentLow(x, v), true, x, true);
  }

  @inline
  special(x: v128): v128 {
    return f64x2.gt(magnitude(x), splatAt(GELU_TANH + 32));
  }

  atSpecial(x: f64): f64 {
    return x > 0 ? x : tail(x, false);
  }
}

@unmanaged
export class GeluTanhDeriv {
  @inline
  at(x: v128): v128 {
    const v = argument(x);
    const vLow = argumentLow(x, v);
    const w = slopeArgument(x, v);
    const wLow = slopeArgumentLow(x, v, vLow, w);
    return sigmoidTimesOnePlus(v, vLow, w, wLow);
  }

  @inline
  special(x: v128): v128 {
    return v128.or(f64x2.gt(magnitude(x), splatAt(GELU_TANH + 32)), isBesideRoot(x, GELU_TANH_ROOT, GELU_TANH + 64));
  }

  atSpecial(x: f64): f64 {
    if (x > 0) return 1;
    return x < -2 ? tail(x, true) : besideRoot(x, GELU_TANH_ROOT, 9);
  }
}
