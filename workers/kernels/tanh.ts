/**
 * tanh, and its derivative, with the input held to [-clip, clip].
 *
 *   e = e^-2|x| = head + tail,  tanh|x| = (1 - e) / (1 + e)
 *   1 - e = (1 - head) - r + (1 - head) * r - head * (the rest)    exact to 2^-60 down to e = 1
 *   derivative: 4e / (1 + e)^2
 *
 * Worst errors measured: tanh 0.51 ULP at 7.1159376204013824, tanh_deriv 0.51 at -2.4825392885154054.
 */
import { forEach, forEachLight } from './elementwise';
import { expHead, expIndex, expRemainder, expSmall, onePlusExp, onePlusExpRest } from './exp';
import { leading, magnitude, one, quotientHead, quotientTail, splatAt, sumTail, withSign } from './lanes';
import { expScaled } from './scaled';
import { sigmoidSlope } from './sigmoid';

// prettier-ignore
const TANH: usize = memory.data<f64>([-2, 4, 22, 350], 16);

/** The forms of `tanhForm`. */
export const PLAIN: i32 = 0;
export const SHRUNK: i32 = 1;
export const SQUARED: i32 = 2;

/** tanh x, x - tanh x or tanh^2 x, where 0 <= a <= 22 is |x|. */
@inline
export function tanhForm(x: v128, a: v128, form: i32): v128 {
  const z = f64x2.mul(a, splatAt(TANH));
  const k = expIndex(z);
  const r = expRemainder(z, k);
  const head = expHead(k);
  const small = expSmall(z, k, r);
  const tail = f64x2.mul(head, f64x2.add(r, small));

  const u = f64x2.sub(one(), head);
  const num = f64x2.sub(u, r);
  const numLow = f64x2.add(
    f64x2.add(f64x2.sub(f64x2.sub(one(), u), head), f64x2.sub(f64x2.sub(u, num), r)),
    f64x2.sub(f64x2.mul(u, r), f64x2.mul(head, small)),
  );

  const den = onePlusExp(head, tail);
  const denHead = leading(den);
  const denRest = onePlusExpRest(denHead, head, tail);
  const reciprocal = f64x2.div(one(), den);
  const q = quotientHead(num, reciprocal);
  const qLow = quotientTail(num, numLow, denHead, denRest, reciprocal, q);
  if (form == SQUARED) return f64x2.add(f64x2.mul(q, q), f64x2.mul(qLow, f64x2.add(f64x2.add(q, q), qLow)));
  if (form == SHRUNK) {
    const rest = f64x2.sub(magnitude(x), q);
    const low = f64x2.sub(sumTail(magnitude(x), f64x2.neg(q), rest), qLow);
    // Infinity less itself isn't a number; nothing is to be added to Infinity.
    return withSign(f64x2.add(rest, v128.and(low, f64x2.eq(low, low))), x);
  }
  return withSign(f64x2.add(q, qLow), x);
}

@unmanaged
class Tanh {
  clip: f64;

  @inline
  at(x: v128): v128 {
    const a = f64x2.pmin(f64x2.pmin(magnitude(x), splatAt(changetype<usize>(this))), splatAt(TANH + 16));
    return tanhForm(x, a, PLAIN);
  }
}

export function tanh(source: usize, target: usize, count: i32, params: usize): void {
  forEach<Tanh>(source, target, count, params);
}

@unmanaged
class TanhDeriv {
  clip: f64;

  @inline
  at(x: v128): v128 {
    const a = f64x2.pmin(magnitude(x), splatAt(changetype<usize>(this)));
    return f64x2.mul(sigmoidSlope(f64x2.add(a, a)), splatAt(TANH + 8));
  }

  @inline
  special(x: v128): v128 {
    return f64x2.gt(f64x2.pmin(magnitude(x), splatAt(changetype<usize>(this))), splatAt(TANH + 24));
  }

  atSpecial(x: f64): f64 {
    return expScaled(-2 * min(abs(x), this.clip), 0, 2);
  }
}

export function tanh_deriv(source: usize, target: usize, count: i32, params: usize): void {
  forEachLight<TanhDeriv>(source, target, count, params);
}
