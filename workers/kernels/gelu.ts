/**
 * gelu: x * Phi(x), Phi the normal distribution, or with approximate=tanh x * sigmoid(v),
 * v = 2 sqrt(2/pi) (x + 0.044715 x^3).
 *
 *   a = |x|,  Phi(-a) = E * G(a),  E = e^(-a^2/2) with a^2 as a sum of two float64,  G from a table of series
 *   The leading 26 bits of E and G are multiplied exactly.
 *   derivative: Phi(x) + x phi(x), which is E * D for x < 0 and 1 - E * D for x >= 0, with D = G(a) - a / sqrt(2 pi)
 *   D has a root at a = 0.7518; the approximation's derivative, sigmoid(v) (1 + x v' sigmoid(-v)), at x = -0.7525.
 *
 * Worst errors measured: gelu 0.54 ULP at 0.003501447096893706, gelu_deriv 0.78 at -0.7839289387354337.
 */
import { forEach } from './elementwise';
import { expHead, expIndex, expRemainderOfSum, expRounder, expTail } from './exp';
import { GeluTanh, GeluTanhDeriv } from './gelu-tanh';
import {
  anySumTail,
  beyond,
  leading,
  magnitude,
  negative,
  one,
  productTail,
  splatAt,
  splitProduct,
  sumTail,
} from './lanes';
import { MILLS_TABLE } from './mills-table';
import { besideRoot, isBesideRoot } from './root';
import { GELU_ROOT } from './root-table';
import { expExponent, expSignificandHead, expSignificandTail, scaleByPowerOfTwo } from './scaled';

// prettier-ignore
const GELU: usize = memory.data<f64>([
  36, // beyond, the parts of the product might be subnormal
  4, -0.5,
  0.3989422804014327, -2.49232720227773e-17, // 1 / sqrt(2 pi) in two parts
  0.03125,
], 16);
// prettier-ignore
const MILLS_BITS: usize = memory.data<u64>([
  0xffffe00000000000, // the bits that number an interval
  0x0000100000000000, // its middle
], 16);
const FIRST_INTERVAL: u32 = 0x20080; // the bits of 4, shifted by 45
const LAST_INTERVAL: u32 = 429;
@inline
function rowAt(bits: i64): usize {
  const row = <u32>(bits >> 45) - FIRST_INTERVAL;
  return MILLS_TABLE + <usize>(min<u32>(row, LAST_INTERVAL) * 80);
}

/** The exponent of the density, but for its low part: -leading(a)^2 / 2, which is exact. */
@inline
function exponentOfDensity(a: v128): v128 {
  const head = leading(a);
  return f64x2.mul(f64x2.mul(head, head), splatAt(GELU + 16));
}

/** What `exponentOfDensity(a)` leaves of -a^2 / 2. */
@inline
function exponentOfDensityLow(a: v128): v128 {
  const head = leading(a);
  return f64x2.mul(f64x2.mul(f64x2.sub(a, head), f64x2.add(a, head)), splatAt(GELU + 16));
}

/** x * Phi(x), or its derivative, given E = e^(-x^2/2) = eHead + eTail, a float64 and a rest; for x < 0 also if E is scaled. */
@inline
function normalGate(x: v128, eHead: v128, eTail: v128, derivative: bool): v128 {
  const isNegative = negative(x);
  const a = magnitude(x);
  const place = f64x2.add(a, splatAt(GELU + 8));
  const row0 = rowAt(i64x2.extract_lane(place, 0));
  const row1 = rowAt(i64x2.extract_lane(place, 1));
  const middle = v128.or(v128.and(place, splatAt(MILLS_BITS)), splatAt(MILLS_BITS + 8));
  const t = f64x2.sub(a, f64x2.sub(middle, splatAt(GELU + 8)));
  const t2 = f64x2.mul(t, t);
  const words01a = v128.load(row0);
  const words01b = v128.load(row1);
  const words23a = v128.load(row0, 16);
  const words23b = v128.load(row1, 16);
  const words45a = v128.load(row0, 32);
  const words45b = v128.load(row1, 32);
  const words67a = v128.load(row0, 48);
  const words67b = v128.load(row1, 48);
  const word8 = v128.load64_lane(row1, v128.load64_zero(row0, 64), 1, 64);
  const g67 = f64x2.add(second(words67a, words67b), f64x2.mul(t, word8));
  const g45 = f64x2.add(second(words45a, words45b), f64x2.mul(t, first(words67a, words67b)));
  const g23 = f64x2.add(second(words23a, words23b), f64x2.mul(t, first(words45a, words45b)));
  const curve = f64x2.mul(t2, f64x2.add(g23, f64x2.mul(t2, f64x2.add(g45, f64x2.mul(t2, g67)))));
  const slope = f64x2.mul(t, first(words23a, words23b));
  let g = first(words01a, words01b);
  let gLow = f64x2.add(slope, f64x2.add(curve, second(words01a, words01b)));
  if (derivative) {
    const product = f64x2.mul(a, splatAt(GELU + 24));
    const productLow = f64x2.add(productTail(a, splatAt(GELU + 24), product), f64x2.mul(a, splatAt(GELU + 32)));
    const d = f64x2.sub(g, product);
    const dLow = f64x2.add(gLow, f64x2.sub(anySumTail(g, f64x2.neg(product), d), productLow));
    const sum = f64x2.add(d, dLow);
    g = leading(sum);
    gLow = f64x2.add(f64x2.sub(sum, g), anySumTail(d, dLow, sum));
  }

  // p + pLow = E * G, p of 52 bits.
  const eLead = leading(eHead);
  const eRest = f64x2.add(f64x2.sub(eHead, eLead), eTail);
  const p = f64x2.mul(eLead, g);
  const pLow = f64x2.add(f64x2.mul(f64x2.add(eLead, eRest), gLow), f64x2.mul(eRest, g));

  const s = f64x2.sub(one(), p);
  const sLow = f64x2.sub(derivative ? anySumTail(one(), f64x2.neg(p), s) : sumTail(one(), f64x2.neg(p), s), pLow);
  const y = v128.bitselect(p, s, isNegative);
  const yLow = v128.bitselect(pLow, sLow, isNegative);
  if (derivative) return f64x2.add(y, yLow);
  const xHead = leading(x);
  return splitProduct(xHead, f64x2.sub(x, xHead), y, yLow);
}

/** The first words of two pairs. */
@inline
function first(a: v128, b: v128): v128 {
  return v128.shuffle<u64>(a, b, 0, 2);
}

@inline
function second(a: v128, b: v128): v128 {
  return v128.shuffle<u64>(a, b, 1, 3);
}

/** x * Phi(x), or its derivative, for |x| <= 36. */
@inline
function gate(x: v128, derivative: bool): v128 {
  const a = magnitude(x);
  const z = exponentOfDensity(a);
  const k = expIndex(z);
  const head = expHead(k);
  const tail = expTail(k, expRemainderOfSum(z, exponentOfDensityLow(a), f64x2.sub(k, expRounder())), head);
  return normalGate(x, head, tail, derivative);
}

/** The same for one x < -36: with E scaled to about 1, then back. */
function gateTail(x: f64, derivative: bool): f64 {
  if (x < -39) return -0.0;
  const lanes = f64x2.splat(x);
  const z = f64x2.extract_lane(exponentOfDensity(lanes), 0);
  const zLow = f64x2.extract_lane(exponentOfDensityLow(lanes), 0);
  const head = f64x2.splat(expSignificandHead(z));
  const y = normalGate(lanes, head, f64x2.splat(expSignificandTail(z, zLow)), derivative);
  return scaleByPowerOfTwo(f64x2.extract_lane(y, 0), expExponent(z));
}

@unmanaged
class Gelu {
  @inline
  at(x: v128): v128 {
    return gate(x, false);
  }

  @inline
  special(x: v128): v128 {
    return beyond(x, GELU);
  }

  atSpecial(x: f64): f64 {
    return x > 0 ? x : gateTail(x, false);
  }
}

@unmanaged
class GeluDeriv {
  @inline
  at(x: v128): v128 {
    return gate(x, true);
  }

  @inline
  special(x: v128): v128 {
    return v128.or(beyond(x, GELU), isBesideRoot(x, GELU_ROOT, GELU + 40));
  }

  atSpecial(x: f64): f64 {
    if (x > 0) return 1;
    return x < -2 ? gateTail(x, true) : besideRoot(x, GELU_ROOT, 9);
  }
}

/** The parameter `approximate`: 0 is none, 1 is tanh. */
export function gelu(source: usize, target: usize, count: i32, params: usize): void {
  if (load<f64>(params) == 0) forEach<Gelu>(source, target, count, params);
  else forEach<GeluTanh>(source, target, count, params);
}

export function gelu_deriv(source: usize, target: usize, count: i32, params: usize): void {
  if (load<f64>(params) == 0) forEach<GeluDeriv>(source, target, count, params);
  else forEach<GeluTanhDeriv>(source, target, count, params);
}
