/*
 * What the row kernels need of double-double arithmetic beside the exact tails of lanes.ts. A number is an unevaluated sum
 * high + low with |low| <= ulp(high)/2; since a function returns one value, each operation is a head that the caller
 * computes with one float64 instruction and a tail computed here from the operands and that head.
 */
import { leading, productTail } from './lanes';

/** a - b - difference, exactly, where difference = a - b rounded. */
@inline
export function differenceTail(a: v128, b: v128, difference: v128): v128 {
  const bRounded = f64x2.sub(difference, a);
  return f64x2.sub(f64x2.sub(a, f64x2.sub(difference, bRounded)), f64x2.add(b, bRounded));
}

/** 1/(high + low) - reciprocal, where reciprocal = 1/high rounded. */
@inline
export function reciprocalTail(high: v128, low: v128, reciprocal: v128): v128 {
  const product = f64x2.mul(high, reciprocal);
  const left = f64x2.sub(f64x2.sub(f64x2.splat(1), product), productTail(high, reciprocal, product));
  return f64x2.mul(reciprocal, f64x2.sub(left, f64x2.mul(low, reciprocal)));
}

/**
 * (a + aTail) (b + bTail) in one rounding and a little: what rounding takes from a * b goes into the tail. `bHead` is
 * leading(b), for callers with the same b all along.
 */
@inline
export function roundedProduct(a: v128, aTail: v128, b: v128, bTail: v128, bHead: v128): v128 {
  const aHead = leading(a);
  const product = f64x2.mul(a, b);
  const first = f64x2.sub(f64x2.mul(aHead, bHead), product);
  const rest = f64x2.add(f64x2.mul(aHead, f64x2.sub(b, bHead)), f64x2.mul(f64x2.sub(a, aHead), b));
  const tails = f64x2.add(f64x2.mul(a, bTail), f64x2.mul(aTail, b));
  return f64x2.add(product, f64x2.add(f64x2.add(first, rest), tails));
}
