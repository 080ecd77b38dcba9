/**
 * What all float64x2 kernels share.
 *
 * Constants live in linear memory and are loaded as splats: V8 rebuilds a splat literal at every use.
 */

// prettier-ignore
const COMMON: usize = memory.data<u64>([
  0x7fffffffffffffff, // all but the sign
  0xfffffffff8000000, // sign, exponent and the leading 26 bits of the significand
  0x3ff0000000000000, // 1
  0x4000000000000000, // 2
  0x0000000004000000, // half a unit of the leading 26 bits
], 16);

/** Both lanes the float64 at `address`. */
@inline
export function splatAt(address: usize): v128 {
  return v128.load64_splat(address);
}

@inline
export function one(): v128 {
  return v128.load64_splat(COMMON, 16);
}

@inline
export function two(): v128 {
  return v128.load64_splat(COMMON, 24);
}

@inline
export function magnitude(x: v128): v128 {
  return v128.and(x, v128.load64_splat(COMMON));
}

/** The sign of `sign` on the non-negative `x`. */
@inline
export function withSign(x: v128, sign: v128): v128 {
  return v128.or(x, v128.andnot(sign, v128.load64_splat(COMMON)));
}

/**
 * `x` cut to 26 significant bits. The product of two such values is exact, and so is `x - leading(x)`: this is what
 * stands in for the fused multiply-add that WebAssembly doesn't have.
 */
@inline
export function leading(x: v128): v128 {
  return v128.and(x, v128.load64_splat(COMMON, 8));
}

/** Marks the lanes whose magnitude exceeds the float64 at `address`; NaN isn't beyond anything. */
@inline
export function beyond(x: v128, address: usize): v128 {
  return f64x2.gt(magnitude(x), splatAt(address));
}

/** The head of num / den: 26 bits, to be completed by `quotientTail`. `reciprocal` is 1 / den, rounded. */
@inline
export function quotientHead(num: v128, reciprocal: v128): v128 {
  return leading(f64x2.mul(num, reciprocal));
}

/**
 * What `head = quotientHead(num, reciprocal)` leaves of (num + numLow) / (denHead + denRest): about 2^-25 of it, good to
 * 2^-52 of itself. denHead has 26 bits, denRest is at most 2^-25 of it; numLow may be as large as 2^-8 of num.
 */
@inline
export function quotientTail(num: v128, numLow: v128, denHead: v128, denRest: v128, reciprocal: v128, head: v128): v128 {
  const rest = f64x2.sub(f64x2.sub(num, f64x2.mul(head, denHead)), f64x2.mul(head, denRest));
  return f64x2.mul(f64x2.add(rest, numLow), reciprocal);
}

/** (num + numLow) / (den + denLow), rounded once but for 2^-20 of a unit in the last place or so. */
@inline
export function quotient(num: v128, numLow: v128, den: v128, denLow: v128): v128 {
  const reciprocal = f64x2.div(one(), den);
  const head = quotientHead(num, reciprocal);
  const denHead = leading(den);
  const denRest = f64x2.add(f64x2.sub(den, denHead), denLow);
  return f64x2.add(head, quotientTail(num, numLow, denHead, denRest, reciprocal, head));
}

/** What rounding took from `sum = a + b`, exactly, where |a| >= |b| or a = 0. */
@inline
export function sumTail(a: v128, b: v128, sum: v128): v128 {
  return f64x2.add(f64x2.sub(a, sum), b);
}

/** What rounding took from `sum = a + b`, exactly, whichever is larger. */
@inline
export function anySumTail(a: v128, b: v128, sum: v128): v128 {
  const bRounded = f64x2.sub(sum, a);
  return f64x2.add(f64x2.sub(a, f64x2.sub(sum, bRounded)), f64x2.sub(b, bRounded));
}

/** What rounding took from `product = a * b`; exact but for underflow and one bit in 2^106. */
@inline
export function productTail(a: v128, b: v128, product: v128): v128 {
  return splitProductTail(a, b, leading(b), product);
}

/** The same with b rounded to 26 bits in place of cut, which loses no bit; NaN where |b| is above 1.79e308. */
@inline
export function exactProductTail(a: v128, b: v128, product: v128): v128 {
  return splitProductTail(a, b, leading(i64x2.add(b, v128.load64_splat(COMMON, 32))), product);
}

@inline
function splitProductTail(a: v128, b: v128, bHead: v128, product: v128): v128 {
  const aHead = leading(a);
  const aRest = f64x2.sub(a, aHead);
  const bRest = f64x2.sub(b, bHead);
  const rest = f64x2.sub(f64x2.mul(aHead, bHead), product);
  return f64x2.add(f64x2.add(f64x2.add(rest, f64x2.mul(aHead, bRest)), f64x2.mul(aRest, bHead)), f64x2.mul(aRest, bRest));
}

/** `x` held to [-limit, limit]; NaN stays NaN. */
@inline
export function clamp(x: v128, limit: v128): v128 {
  return f64x2.pmax(f64x2.pmin(x, limit), f64x2.neg(limit));
}

/** `y`, but NaN where `x` is. */
@inline
export function keepNaN(y: v128, x: v128): v128 {
  return v128.or(y, f64x2.ne(x, x));
}

@inline
export function zero(): v128 {
  return i64x2.splat(0);
}

@inline
export function negative(x: v128): v128 {
  return f64x2.lt(x, zero());
}

/**
 * (a + aLow) * (b + bLow), rounded once: aHead is a value of 26 bits near a, aRest what it leaves of a + aLow;
 * |bLow| <= 2^-8 * |b|.
 */
@inline
export function splitProduct(aHead: v128, aRest: v128, b: v128, bLow: v128): v128 {
  const bHead = leading(b);
  const bRest = f64x2.add(f64x2.sub(b, bHead), bLow);
  const low = f64x2.add(f64x2.mul(f64x2.add(aHead, aRest), bRest), f64x2.mul(aRest, bHead));
  return f64x2.add(f64x2.mul(aHead, bHead), low);
}

/** 1 where `mask` is all ones, 0 elsewhere. */
@inline
export function indicator(mask: v128): v128 {
  return v128.and(mask, one());
}

/** All ones in both lanes if `condition` holds. */
@inline
export function allLanes(condition: bool): v128 {
  return i64x2.splat(-(<i64>condition));
}

/** What `product = x * (q + qLow)` is after one rounding, q being of 26 bits. */
@inline
export function timesQuotient(x: v128, q: v128, qLow: v128): v128 {
  const xHead = leading(x);
  const low = f64x2.add(f64x2.mul(f64x2.sub(x, xHead), q), f64x2.mul(x, qLow));
  return f64x2.add(f64x2.mul(xHead, q), low);
}
