/**
 * mish: x * tanh(ln(1 + e^x)), without the logarithm, and its derivative, which has a root at -1.192.
 *
 *   e = e^-|x|
 *   x < 0:   mish = x * g / (g + 2),  g = e^2 + 2e         mish' = e * N / D^2,  D = e^2 + 2e + 2,  N = (e + 2) D + 4x (1 + e)
 *   x >= 0:  mish = x * h / (h + 2e^2),  h = 1 + 2e        mish' = N / D^2,  D = 1 + 2e + 2e^2,  N = (1 + 2e) D + 4x e^2 (1 + e)
 *
 * All terms are sums of two float64 values, as N cancels towards the root.
 *
 * Worst errors measured: mish 0.51 ULP at -264.83703148669997, mish_deriv 0.66 at 0.707181030625172.
 */
import { forEach } from './elementwise';
import { expHead, expIndex, expRemainder, expTail } from './exp';
import {
  anySumTail,
  beyond,
  leading,
  magnitude,
  negative,
  one,
  productTail,
  quotientHead,
  quotientTail,
  splatAt,
  splitProduct,
  sumTail,
  timesQuotient,
  two,
  zero,
} from './lanes';
import { besideRoot, isBesideRoot } from './root';
import { MISH_ROOT } from './root-table';
import { timesAny, timesExp } from './scaled';

// prettier-ignore
const MISH: usize = memory.data<f64>([
  660,
  1.0261342003245941e-289, // 2^-960: below it mish is 0.6x, and the parts of a product might be subnormal
  4, 3, 0.015625,
], 16);
@unmanaged
class Mish {
  @inline
  at(x: v128): v128 {
    const isNegative = negative(x);
    const z = f64x2.neg(magnitude(x));
    const k = expIndex(z);
    const head = expHead(k);
    const tail = expTail(k, expRemainder(z, k), head);
    const e = f64x2.add(head, tail);
    const eHead = leading(head);
    const eRest = f64x2.add(f64x2.sub(head, eHead), tail);
    const square = f64x2.mul(eHead, eHead);
    const squareLow = f64x2.mul(eRest, f64x2.add(eHead, e));
    const twice = f64x2.add(eHead, eHead);
    const twiceLow = f64x2.add(eRest, eRest);

    // num = 2e + e^2 or 1 + 2e, den = num + 2 or num + 2e^2.
    const a = v128.bitselect(twice, one(), isNegative);
    const b = v128.bitselect(square, twice, isNegative);
    const num = f64x2.add(a, b);
    const lows = f64x2.add(twiceLow, v128.and(squareLow, isNegative));
    const numLow = f64x2.add(anySumTail(a, b, num), lows);
    const c = v128.bitselect(two(), f64x2.add(square, square), isNegative);
    const cLow = v128.andnot(f64x2.add(squareLow, squareLow), isNegative);
    const d = f64x2.add(num, c);
    const dLow = f64x2.add(f64x2.add(anySumTail(num, c, d), numLow), cLow);
    const den = f64x2.add(d, dLow);
    const denLow = sumTail(d, dLow, den);

    const reciprocal = f64x2.div(one(), den);
    const q = quotientHead(num, reciprocal);
    const denHead = leading(den);
    const denRest = f64x2.add(f64x2.sub(den, denHead), denLow);
    const y = timesQuotient(x, q, quotientTail(num, numLow, denHead, denRest, reciprocal, q));
    // -0 plus 0 would be +0.
    return v128.or(y, v128.and(f64x2.eq(x, zero()), x));
  }

  @inline
  special(x: v128): v128 {
    const a = magnitude(x);
    const isTiny = v128.and(f64x2.lt(a, splatAt(MISH + 8)), f64x2.gt(a, zero()));
    return v128.or(f64x2.gt(a, splatAt(MISH)), isTiny);
  }

  atSpecial(x: f64): f64 {
    if (abs(x) < 1) return timesAny(x, 0.6, 2.220446049250313e-17, 0);
    return x > 0 ? x : timesExp(x, 0, x, 0);
  }
}

export function mish(source: usize, target: usize, count: i32, params: usize): void {
  forEach<Mish>(source, target, count, params);
}

@unmanaged
class MishDeriv {
  @inline
  at(x: v128): v128 {
    const isNegative = negative(x);
    const z = f64x2.neg(magnitude(x));
    const k = expIndex(z);
    const head = expHead(k);
    const tail = expTail(k, expRemainder(z, k), head);
    const e = f64x2.add(head, tail);
    const eHead = leading(head);
    const eRest = f64x2.add(f64x2.sub(head, eHead), tail);
    const square = f64x2.mul(eHead, eHead);
    const squareLow = f64x2.mul(eRest, f64x2.add(eHead, e));

    // l = e + 2 or 1 + 2e.
    const l1 = v128.bitselect(two(), one(), isNegative);
    const l2 = v128.bitselect(eHead, f64x2.add(eHead, eHead), isNegative);
    const l2Low = v128.bitselect(eRest, f64x2.add(eRest, eRest), isNegative);
    const l = f64x2.add(l1, l2);
    const lLow = f64x2.add(anySumTail(l1, l2, l), l2Low);

    // den = 2 + (2e + e^2) or 1 + (2e + 2e^2).
    const s2 = v128.bitselect(square, f64x2.add(square, square), isNegative);
    const s2Low = v128.bitselect(squareLow, f64x2.add(squareLow, squareLow), isNegative);
    const inner = f64x2.add(l1, f64x2.add(eHead, eHead));
    const innerLow = f64x2.add(anySumTail(l1, f64x2.add(eHead, eHead), inner), f64x2.add(eRest, eRest));
    const d = f64x2.add(inner, s2);
    const dLow = f64x2.add(f64x2.add(sumTail(inner, s2, d), innerLow), s2Low);
    const den = f64x2.add(d, dLow);
    const denLow = sumTail(d, dLow, den);

    // m = 4x (1 + e), times e^2 for x >= 0.
    const u = f64x2.add(one(), eHead);
    const uLow = f64x2.add(sumTail(one(), eHead, u), eRest);
    const x4 = f64x2.mul(x, splatAt(MISH + 16));
    const m = f64x2.mul(x4, u);
    const mLow = f64x2.add(productTail(x4, u, m), f64x2.mul(x4, uLow));
    const right = f64x2.mul(m, square);
    const rightLow = f64x2.add(f64x2.mul(f64x2.add(m, mLow), squareLow), f64x2.mul(mLow, square));
    const term = v128.bitselect(m, right, isNegative);
    const termLow = v128.bitselect(mLow, rightLow, isNegative);

    const product = f64x2.mul(l, den);
    const productLow = f64x2.add(
      productTail(l, den, product),
      f64x2.add(f64x2.mul(l, denLow), f64x2.mul(lLow, den)),
    );
    const n = f64x2.add(product, term);
    const nLow = f64x2.add(f64x2.add(anySumTail(product, term, n), productLow), termLow);

    // 1 / den^2 = q^2 (1 + 2r + 3r^2) with q of 26 bits.
    const q = quotientHead(one(), f64x2.div(one(), den));
    const denHead = leading(den);
    const denRest = f64x2.add(f64x2.sub(den, denHead), denLow);
    const r = f64x2.sub(f64x2.sub(one(), f64x2.mul(q, denHead)), f64x2.mul(q, denRest));
    // e N or N, as a product of 52 bits and a rest.
    const factor = v128.bitselect(eHead, one(), isNegative);
    const factorRest = v128.and(eRest, isNegative);
    const nHead = leading(n);
    const nRest = f64x2.add(f64x2.sub(n, nHead), nLow);
    const scaled = f64x2.mul(factor, nHead);
    const scaledLow = f64x2.add(f64x2.mul(f64x2.add(factor, factorRest), nRest), f64x2.mul(factorRest, nHead));
    const scaledHead = leading(scaled);
    const inverse = f64x2.mul(q, q);
    const growth = f64x2.mul(r, f64x2.add(two(), f64x2.mul(splatAt(MISH + 24), r)));
    const scaledRest = f64x2.add(f64x2.sub(scaled, scaledHead), scaledLow);
    return splitProduct(scaledHead, scaledRest, inverse, f64x2.mul(inverse, growth));
  }

  @inline
  special(x: v128): v128 {
    return v128.or(beyond(x, MISH), isBesideRoot(x, MISH_ROOT, MISH + 32));
  }

  atSpecial(x: f64): f64 {
    if (x > 0) return 1;
    return x < -2 ? timesExp(1 + x, x - (1 + x) + 1, x, 0) : besideRoot(x, MISH_ROOT, 9);
  }
}

export function mish_deriv(source: usize, target: usize, count: i32, params: usize): void {
  forEach<MishDeriv>(source, target, count, params);
}
