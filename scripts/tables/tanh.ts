import { exact, Real } from '../../src/verify/oracle.js';
import { bitsOf, constantsText, nearest, numberOf, rest, tableText } from './float64.js';
import { fitPolynomial } from './series.js';

/** Intervals in each power of two, by the leading bits of the fraction. */
const FRACTION_BITS = 5;
const WIDTH_BITS = BigInt(52 - FRACTION_BITS);
const FIRST = 1 / 32;
const LAST = 22;
/** Up to there x - tanh x is computed by itself. */
const SHRUNK = new Real(1).div(4);

const HEADING = `tanh at a node c of each interval of [0, ${LAST}], a row of four words each: [0, 1/${1 / FIRST}) with c = 0, then those that share their exponent and
the leading ${FRACTION_BITS} bits of the fraction, with c in the middle:

  word 0  c    word 1, 2  tanh c in two parts    word 3  1 - tanh(c)^2

ROW_COUNT rows, 9.5 KiB. Then (tanh r - r) / r^3 as a polynomial of r^2 for |r| <= 1/${1 / FIRST}; 1/3 in two parts, and what
(x - tanh x) / x^3 has beside it, as x^2 times a polynomial of x^2, for |x| <= 1/4. Written by scripts/kernel-tables.ts.`;

/** workers/kernels/tanh-table.ts */
export function tanhTable(): string {
  const first = bitsOf(FIRST) >> WIDTH_BITS;
  const count = Number((bitsOf(LAST) >> WIDTH_BITS) - first) + 1;
  const rows = Array.from({ length: count }, (_, i) => {
    const c = exact(numberOf(((first + BigInt(i)) << WIDTH_BITS) + (1n << (WIDTH_BITS - 1n))));
    const t = c.tanh();
    return [nearest(c), nearest(t), rest(t), nearest(new Real(1).sub(t.mul(t)))];
  });
  const lines = [[0, 0, 0, 1], ...rows].map((row) => row.map(String));
  const [t0, t1, t2, t3] = fitPolynomial(curve, new Real(0), new Real(FIRST).pow(2), 3).map(nearest);
  const third = new Real(1).div(3);
  const shrunk = fitPolynomial((u) => curve(u).neg().sub(third).div(u), new Real(0), SHRUNK.pow(2), 7).map(nearest);
  const constants = constantsText({
    T0: t0!,
    T1: t1!,
    T2: t2!,
    T3: t3!,
    THIRD: nearest(third),
    THIRD_LOW: rest(third),
    ...Object.fromEntries(shrunk.map((coefficient, i) => [`Q${i}`, coefficient])),
  });
  return `${tableText(HEADING.replace('ROW_COUNT', String(lines.length)), 'TANH_TABLE', 'f64', lines)}\n${constants}`;
}

/** (tanh r - r) / r^3 for u = r^2 > 0. */
function curve(u: Real): Real {
  const r = u.sqrt();
  return r.tanh().div(r).sub(1).div(u);
}
