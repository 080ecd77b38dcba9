/**
 * tanhshrink: x - tanh x, and its derivative tanh^2 x.
 *
 *   |x| >= 1/4: from tanh as q + qLow, good to 2^-60:
 *     e = e^-2|x| = head + tail,  tanh|x| = (1 - e) / (1 + e)
 *     1 - e = (1 - head) - r + (1 - head) * r - head * (the rest)    exact to 2^-60 down to e = 1
 *   |x| < 1/4, where that cancels: x^3 * (1/3 + x^2 * Q(x^2)), x^3 and the sum as two float64; Q has degree 7
 *
 * Worst errors measured: tanhshrink 0.58 ULP at -0.27852123127846623, tanhshrink_deriv 0.75 at -2.519818755336365e-154, where the result
 * is nearly subnormal.
 */
import { forEach } from './elementwise';
import { expHead, expIndex, expRemainder, expSmall, onePlusExp, onePlusExpRest } from './exp';
import { leading, magnitude, one, quotientHead, quotientTail, splatAt, splitProduct, sumTail, withSign, zero } from './lanes';
import { scaleByPowerOfTwo } from './scaled';
import { Q0, Q1, Q2, Q3, Q4, Q5, Q6, Q7, THIRD, THIRD_LOW } from './tanh-table';

// prettier-ignore
const TANHSHRINK: usize = memory.data<f64>([
  22, 0.25,
  4.909093465297727e-91, // 2^-300: below it a product's parts might be subnormal
  THIRD, THIRD_LOW, Q0, Q1, Q2, Q3, Q4, Q5, Q6, Q7,
  -2,
], 16);

/** x - tanh x, or tanh^2 x if `squared` is set, where 0 <= a <= 22 is |x|. */
@inline
function tanhForm(x: v128, a: v128, squared: bool): v128 {
  const z = f64x2.mul(a, splatAt(TANHSHRINK + 104));
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
  if (squared) return f64x2.add(f64x2.mul(q, q), f64x2.mul(qLow, f64x2.add(f64x2.add(q, q), qLow)));
  const rest = f64x2.sub(magnitude(x), q);
  const low = f64x2.sub(sumTail(magnitude(x), f64x2.neg(q), rest), qLow);
  // Infinity less itself isn't a number; nothing is to be added to Infinity.
  return withSign(f64x2.add(rest, v128.and(low, f64x2.eq(low, low))), x);
}

/** x - tanh x for |x| < 1/4. */
@inline
function smallShrink(x: v128): v128 {
  const xHead = leading(x);
  const xRest = f64x2.sub(x, xHead);
  const square = f64x2.mul(xHead, xHead);
  const squareLow = f64x2.mul(xRest, f64x2.add(x, xHead));
  const squareHead = leading(square);
  const cube = f64x2.mul(xHead, squareHead);
  const cubeLow = f64x2.add(
    f64x2.mul(x, f64x2.add(f64x2.sub(square, squareHead), squareLow)),
    f64x2.mul(xRest, squareHead),
  );
  const cubeHead = leading(cube);
  const cubeRest = f64x2.add(f64x2.sub(cube, cubeHead), cubeLow);
  const u = f64x2.mul(x, x);
  const u2 = f64x2.mul(u, u);
  const q01 = f64x2.add(splatAt(TANHSHRINK + 40), f64x2.mul(u, splatAt(TANHSHRINK + 48)));
  const q23 = f64x2.add(splatAt(TANHSHRINK + 56), f64x2.mul(u, splatAt(TANHSHRINK + 64)));
  const q45 = f64x2.add(splatAt(TANHSHRINK + 72), f64x2.mul(u, splatAt(TANHSHRINK + 80)));
  const q67 = f64x2.add(splatAt(TANHSHRINK + 88), f64x2.mul(u, splatAt(TANHSHRINK + 96)));
  const q = f64x2.add(q01, f64x2.mul(u2, f64x2.add(q23, f64x2.mul(u2, f64x2.add(q45, f64x2.mul(u2, q67))))));
  const wLow = f64x2.add(splatAt(TANHSHRINK + 32), f64x2.mul(u, q));
  return splitProduct(cubeHead, cubeRest, splatAt(TANHSHRINK + 24), wLow);
}

@unmanaged
class Tanhshrink {
  @inline
  at(x: v128): v128 {
    const a = magnitude(x);
    const y = tanhForm(x, f64x2.pmin(a, splatAt(TANHSHRINK)), false);
    return v128.bitselect(smallShrink(x), y, f64x2.lt(a, splatAt(TANHSHRINK + 8)));
  }

  @inline
  special(x: v128): v128 {
    const a = magnitude(x);
    return v128.and(f64x2.lt(a, splatAt(TANHSHRINK + 16)), f64x2.gt(a, zero()));
  }

  atSpecial(x: f64): f64 {
    if (abs(x) < 1e-110) return x * 0;
    const y = smallShrink(f64x2.splat(x * 1.8092513943330656e75)); // 2^250
    return scaleByPowerOfTwo(f64x2.extract_lane(y, 0) * 1.8092513943330656e75, -1000);
  }
}

export function tanhshrink(source: usize, target: usize, count: i32, params: usize): void {
  forEach<Tanhshrink>(source, target, count, params);
}

@unmanaged
class TanhshrinkDeriv {
  @inline
  at(x: v128): v128 {
    return tanhForm(x, f64x2.pmin(magnitude(x), splatAt(TANHSHRINK)), true);
  }
}

export function tanhshrink_deriv(source: usize, target: usize, count: i32, params: usize): void {
  forEach<TanhshrinkDeriv>(source, target, count, params);
}
