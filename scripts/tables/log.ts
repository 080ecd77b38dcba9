import { exact, Real } from '../../src/verify/oracle.js';
import { constantsText, nearest, numberOf, rest, roundToBits, tableText } from './float64.js';
import { fitPolynomial } from './series.js';

const COUNT = 128;
/** The bits of 0.705, where the first interval starts; an interval has the same leading 7 bits of the fraction. */
const FIRST = 0x3fe6900000000000n;
const WIDTH_BITS = 45n;
/** Of a factor. */
const FACTOR_DIGITS = 20;
/** Of the first part of ln2: its product with a number of 11 bits is exact. */
const LN2_DIGITS = 42;
const LN2 = new Real(2).ln();

const HEADING = `The ${COUNT} intervals of [0.705, 1.41), a row of four words each:

  word 0  c, about 1 / the interval's middle, of ${FACTOR_DIGITS} bits; exactly 1 for the interval around 1
  word 1  -ln c, as float64
  word 2  what word 1 leaves of -ln c
  word 3  nothing: it makes a row's address a shift

4 KiB. Then ln2 in two parts, the first of ${LN2_DIGITS} bits, and (ln(1 + z) - z) / z^2 for |z| <= 1/${2 * COUNT} as a polynomial of degree 6. Written
by scripts/kernel-tables.ts.`;

/** workers/kernels/log-table.ts */
export function logTable(): string {
  const rows = Array.from({ length: COUNT }, (_, i) => {
    const start = FIRST + (BigInt(i) << WIDTH_BITS);
    const middle = numberOf(start + (1n << (WIDTH_BITS - 1n)));
    const end = numberOf(start + (1n << WIDTH_BITS));
    const factor = numberOf(start) <= 1 && end > 1 ? 1 : roundToBits(new Real(1).div(exact(middle)), FACTOR_DIGITS);
    const logarithm = factor === 1 ? new Real(0) : exact(factor).ln().neg();
    return [factor, nearest(logarithm), rest(logarithm), 0].map(String);
  });
  const bound = new Real(1).div(2 * COUNT);
  const curve = fitPolynomial(logarithmCurve, bound.neg(), bound, 6);
  const high = roundToBits(LN2, LN2_DIGITS);
  const constants = { LN2_HIGH: high, LN2_LOW: nearest(LN2.sub(exact(high))) };
  const coefficients = Object.fromEntries(curve.map((coefficient, i) => [`L${i}`, nearest(coefficient)]));
  return `${tableText(HEADING, 'LOG_TABLE', 'f64', rows)}\n${constantsText({ ...constants, ...coefficients })}`;
}

/** (ln(1 + z) - z) / z^2 = -1/2 + z/3 - z^2/4 + ..., for small z. */
export function logarithmCurve(z: Real): Real {
  let power = new Real(-1);
  let sum = new Real(0);
  for (let n = 2; n < 40; n++) {
    sum = sum.add(power.div(n));
    power = power.mul(z).neg();
  }
  return sum;
}
