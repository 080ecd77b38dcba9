import { exact, exp, normalDistribution, Real } from '../../src/verify/oracle.js';
import { bitsOf, nearest, numberOf, roundToBits, tableText } from './float64.js';
import { fitPolynomial } from './series.js';

/** Rows are numbered by a + OFFSET, whose intervals share the exponent and the leading 7 bits of the fraction. */
const OFFSET = 4;
const WIDTH_BITS = 45n;
const COUNT = 430;
const DEGREE = 7;
/** Of c_0: its product with another number of 26 bits is exact. */
const HEAD_DIGITS = 26;
/** Terms of Taylor's series that a polynomial is fitted to. */
const TERMS = 20;
const DENSITY_AT_0 = new Real(1).div(Real.acos(-1).mul(2).sqrt());

const HEADING = `G(a) = e^(a^2/2) * erfc(a / sqrt 2) / 2, Mills' ratio over sqrt(2 pi), for 0 <= a < 39.5, a row of ten words for each
interval of a + ${OFFSET} that shares its exponent and the leading seven bits of its fraction: G = sum c_i t^i with t the
distance from the interval's middle.

  word 0, 1   c_0 in two parts, the first of ${HEAD_DIGITS} bits    words 2-8   c_1 .. c_${DEGREE}    word 9   nothing

${COUNT} rows, 33.6 KiB. The error of the series is below 2^-63 of G. Written by scripts/kernel-tables.ts.`;

/** workers/kernels/mills-table.ts */
export function millsTable(): string {
  const first = bitsOf(OFFSET);
  const rows = Array.from({ length: COUNT }, (_, i) => {
    const start = first + (BigInt(i) << WIDTH_BITS);
    const middle = exact(numberOf(start + (1n << (WIDTH_BITS - 1n))));
    const half = exact(numberOf(start + (1n << WIDTH_BITS))).sub(middle);
    const [c0, ...others] = intervalSeries(middle.sub(OFFSET), half);
    const head = roundToBits(c0!, HEAD_DIGITS);
    return [head, nearest(c0!.sub(exact(head))), ...others.map(nearest), 0].map(String);
  });
  return tableText(HEADING, 'MILLS_TABLE', 'f64', rows);
}

/** The polynomial in t for G(middle + t), |t| <= half. */
function intervalSeries(middle: Real, half: Real): readonly Real[] {
  // G' = a G - 1/sqrt(2 pi), so G^(n+1) = a G^(n) + n G^(n-1).
  const value = normalDistribution(middle.neg()).mul(exp(middle.mul(middle).div(2)));
  const derivatives = [value, middle.mul(value).sub(DENSITY_AT_0)];
  for (let n = 1; n < TERMS; n++) derivatives.push(middle.mul(derivatives[n]!).add(derivatives[n - 1]!.mul(n)));
  let factorial = new Real(1);
  const terms = derivatives.map((derivative, n) => {
    factorial = factorial.mul(Math.max(1, n));
    return derivative.div(factorial);
  });
  const taylor = (t: Real) => terms.reduceRight((sum, term) => sum.mul(t).add(term), new Real(0));
  return fitPolynomial(taylor, half.neg(), half, DEGREE);
}
