import { Decimal } from 'decimal.js';

/** Decimals of 75 digits, about 250 bits, whose exponents never run out on float64 arguments. */
export const Real = Decimal.clone({ precision: 75, minE: -9e15, maxE: 9e15, toExpNeg: -9e15, toExpPos: 9e15 });
export type Real = Decimal;

const ZERO = new Real(0);
const ONE = new Real(1);
const EPSILON = new Real('1e-76');
const bits = new DataView(new ArrayBuffer(8));
const powersOfTwo = new Map<number, Real>();

function powerOfTwo(exponent: number): Real {
  let power = powersOfTwo.get(exponent);
  if (power === undefined) {
    power = Real.pow(2, exponent);
    powersOfTwo.set(exponent, power);
  }
  return power;
}

/** Finite `x` as significand * 2^exponent, the significand an integer. */
function split(x: number): { readonly significand: number; readonly exponent: number } {
  bits.setFloat64(0, x);
  const high = bits.getUint32(0);
  const biased = (high >>> 20) & 0x7ff;
  const fraction = (high & 0xfffff) * 2 ** 32 + bits.getUint32(4);
  const significand = biased === 0 ? fraction : fraction + 2 ** 52;
  return { significand: x < 0 ? -significand : significand, exponent: Math.max(biased, 1) - 1075 };
}

/** The finite float64 `x` as a decimal, to all digits of the precision (`new Real(x)` would take its shortest text). */
export function exact(x: number): Real {
  const { significand, exponent } = split(x);
  return powerOfTwo(exponent).mul(significand);
}

/**
 * How far `actual` is from `expected`, in units in the last place of `expected`. Where that is subnormal, the half unit
 * that rounding a correct value may cost is left out.
 */
export function ulpError(actual: number, expected: Real): number {
  if (Number.isNaN(actual)) return Number.POSITIVE_INFINITY;
  const nearest = Number(expected.toPrecision(25));
  if (!Number.isFinite(actual) || !Number.isFinite(nearest))
    return actual === nearest ? 0 : overflowError(actual, expected);
  const unit = powerOfTwo(split(nearest).exponent);
  const error = exact(actual).sub(expected).abs().div(unit).toNumber();
  return Math.abs(nearest) < 2 ** -1022 ? Math.max(0, error - 0.5) : error;
}

/** Where one of the two is infinite: at most a unit off if the finite one is the largest float64, else infinitely far. */
function overflowError(actual: number, expected: Real): number {
  const finite = Number.isFinite(actual) ? exact(actual) : expected;
  const unit = powerOfTwo(971);
  const error = powerOfTwo(1024).sub(finite.abs()).div(unit).toNumber();
  return Math.sign(actual) === Math.sign(expected.toNumber()) && error <= 1 ? error : Number.POSITIVE_INFINITY;
}

/** e^x - 1, with its relative accuracy around 0. */
export function expm1(x: Real): Real {
  if (x.abs().gt(0.1)) return exp(x).sub(1);
  let term = x;
  let sum = x;
  for (let n = 2; !term.isZero() && term.div(sum).abs().gt(EPSILON); n++) {
    term = term.mul(x).div(n);
    sum = sum.add(term);
  }
  return sum;
}

/** e^x; 0 and 10^100000 stand in for what is far beyond float64. */
export function exp(x: Real): Real {
  if (x.lt(-100_000)) return ZERO;
  if (x.gt(100_000)) return new Real('1e100000');
  return x.abs().gt(LARGEST_QUICK) ? x.exp() : quickExp(x);
}

/** Where powers of two are worth keeping. */
const LARGEST_QUICK = 1600;
const LN_2 = new Real(2).ln();
const FRACTION_BITS = 280n;
const FIXED_ONE = 1n << FRACTION_BITS;
const FIXED_SCALE = Real.pow(2, Number(FRACTION_BITS));
const HALVINGS = 12n;

/** e^x = 2^k e^r with e^r in fixed point, by whole numbers: ten times as fast as decimals, and as accurate. */
function quickExp(x: Real): Real {
  const k = x.div(LN_2).round();
  const r = BigInt(x.sub(k.mul(LN_2)).mul(FIXED_SCALE).toFixed(0)) >> HALVINGS;
  // e^r - 1 by Taylor's series, then (1 + m)^2 - 1 = m (m + 2) for each time that r was halved.
  let m = 0n;
  for (let n = 1n, term = FIXED_ONE; term !== 0n && term !== -1n; n++) {
    term = ((term * r) >> FRACTION_BITS) / n;
    m += term;
  }
  for (let i = 0n; i < HALVINGS; i++) m = (m * (m + 2n * FIXED_ONE)) >> FRACTION_BITS;
  return new Real((m + FIXED_ONE).toString()).mul(powerOfTwo(k.toNumber() - Number(FRACTION_BITS)));
}

/** ln v for v > 0: t + ln(v e^-t) with t from float64, so that what is left is below 10^-12. */
function ln(v: Real): Real {
  const t = new Real(Math.log(v.toNumber()));
  if (!t.isFinite() || t.abs().gt(LARGEST_QUICK)) return v.ln();
  const u = v.mul(exp(t.neg())).sub(1);
  let power = u;
  let sum = t.add(u);
  for (let n = 2; n <= 6; n++) {
    power = power.mul(u).neg();
    sum = sum.add(power.div(n));
  }
  return sum;
}

/** ln(1 + y), with its relative accuracy around 0. */
export function log1p(y: Real): Real {
  if (y.abs().gt(0.01)) return ln(y.add(1));
  // 2 artanh(s), s = y / (2 + y)
  const s = y.div(y.add(2));
  const square = s.mul(s);
  let power = s;
  let sum = s;
  for (let n = 3; !power.isZero() && power.div(sum).abs().gt(EPSILON); n += 2) {
    power = power.mul(square);
    sum = sum.add(power.div(n));
  }
  return sum.mul(2);
}

export function sigmoid(x: Real): Real {
  const e = exp(x.abs().neg());
  return (x.isNegative() ? e : ONE).div(e.add(1));
}

/** ln(1 + e^x). */
export function softplus(x: Real): Real {
  return Real.max(x, 0).add(log1p(exp(x.abs().neg())));
}

export function tanh(x: Real): Real {
  const m = expm1(x.abs().mul(-2));
  const y = m.neg().div(m.add(2));
  return x.isNegative() ? y.neg() : y;
}

/** x - tanh x, with its relative accuracy around 0. */
export function tanhshrink(x: Real): Real {
  if (x.abs().gt('1e-6')) return x.sub(tanh(x));
  // x^3/3 - 2 x^5/15 + 17 x^7/315 - 62 x^9/2835: the next term is below 10^-60 of the first.
  const u = x.mul(x);
  const series = u.mul(-62).div(2835).add(new Real(17).div(315)).mul(u).sub(new Real(2).div(15)).mul(u);
  return series.add(ONE.div(3)).mul(u).mul(x);
}

const PI = Real.acos(-1);
const SQRT_2_PI = PI.mul(2).sqrt();

export const TWICE_SQRT_2_OVER_PI = new Real(2).div(PI).sqrt().mul(2);

export function normalDensity(x: Real): Real {
  return exp(x.mul(x).div(-2)).div(SQRT_2_PI);
}

/** The normal distribution function. */
export function normalDistribution(x: Real): Real {
  const a = x.abs();
  if (a.gt(1000)) return x.isNegative() ? ZERO : ONE;
  if (a.gt(7)) {
    // The continued fraction of Mills' ratio: density / (a + 1 / (a + 2 / (a + ...))).
    let tail = a;
    for (let n = 160; n >= 1; n--) tail = a.add(new Real(n).div(tail));
    const y = normalDensity(a).div(tail);
    return x.isNegative() ? y : ONE.sub(y);
  }
  let term = x;
  let sum = x;
  for (let n = 3; !term.isZero() && term.div(sum).abs().gt(EPSILON); n += 2) {
    term = term.mul(x).mul(x).div(n);
    sum = sum.add(term);
  }
  return sum.mul(normalDensity(x)).add(0.5);
}
