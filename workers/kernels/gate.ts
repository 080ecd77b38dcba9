/**
 * What silu and gelu(approximate=tanh) share: x * sigmoid(v), and its derivative, where v + vLow is a function of x.
 *
 *   e = e^-|v|,  sigmoid(v) and sigmoid(-v) are 1 / (1 + e) and e / (1 + e), in the order of v's sign
 *   Each is kept as q + qLow, q of 26 bits, so that the product with x rounds once.
 *
 * Precondition: |v| <= 700.
 */
import { expHead, expIndex, expRemainder, expTail, onePlusExp, onePlusExpRest } from './exp';
import { anySumTail, leading, magnitude, negative, one, quotientHead, quotientTail, splitProduct } from './lanes';

/** sigmoid(v + vLow) * (1 + (w + wLow) * sigmoid(-v - vLow)). */
@inline
export function sigmoidTimesOnePlus(v: v128, vLow: v128, w: v128, wLow: v128): v128 {
  const isNegative = negative(v);
  const a = f64x2.neg(magnitude(v));
  const k = expIndex(a);
  const head = expHead(k);
  const aLow = v128.bitselect(vLow, f64x2.neg(vLow), isNegative);
  const tail = expTail(k, f64x2.add(expRemainder(a, k), aLow), head);
  const den = onePlusExp(head, tail);
  const denHead = leading(den);
  const denRest = onePlusExpRest(denHead, head, tail);
  const reciprocal = f64x2.div(one(), den);

  const num = v128.bitselect(head, one(), isNegative);
  const q = quotientHead(num, reciprocal);
  const qLow = quotientTail(num, v128.and(tail, isNegative), denHead, denRest, reciprocal, q);
  const other = v128.bitselect(one(), head, isNegative);
  const p = quotientHead(other, reciprocal);
  const pLow = quotientTail(other, v128.andnot(tail, isNegative), denHead, denRest, reciprocal, p);

  const wHead = leading(w);
  const product = f64x2.mul(wHead, p);
  const wRest = f64x2.add(f64x2.sub(w, wHead), wLow);
  const productLow = f64x2.add(f64x2.mul(wRest, p), f64x2.mul(w, pLow));
  const sum = f64x2.add(one(), product);
  const sumLow = f64x2.add(anySumTail(one(), product, sum), productLow);
  return splitProduct(q, qLow, sum, sumLow);
}
