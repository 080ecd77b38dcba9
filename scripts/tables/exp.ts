import { exact, Real } from '../../src/verify/oracle.js';
import { bitsOf, constantsText, nearest, roundToBits, tableText } from './float64.js';
import { fitPolynomial } from './series.js';

const INTERVAL_BITS = 9;
const COUNT = 2 ** INTERVAL_BITS;
const LN2 = new Real(2).ln();
const STEP = LN2.div(COUNT);
/** Of the first part of a step: its product with a number of 21 bits is exact. */
const STEP_DIGITS = 32;

const HEADING = `The ${COUNT} values t = 2^(i/${COUNT}), a row of two words each:

  word 0  the bits of t rounded to float64, less i << ${52 - INTERVAL_BITS}, so that adding k << ${52 - INTERVAL_BITS} gives the bits of 2^(k/${COUNT}) for k % ${COUNT} = i
  word 1  (t - rounded) / rounded, as float64

8 KiB. Then ln2/${COUNT} in two parts, the first of ${STEP_DIGITS} bits, and the second in two again; (e^r - 1 - r) / r^2 for |r| <= ln2/${2 * COUNT} as
polynomials of degree 2 and 3, and of degree 2 for |r| <= ln2/${COUNT}; and 1/3! to 1/7!. Written by scripts/kernel-tables.ts.`;

/** workers/kernels/exp-table.ts */
export function expTable(): string {
  const rows = Array.from({ length: COUNT }, (_, i) => {
    const t = STEP.mul(i).exp();
    const bits = (bitsOf(nearest(t)) - (BigInt(i) << BigInt(52 - INTERVAL_BITS))) & 0xffffffffffffffffn;
    const low = t.sub(exact(nearest(t))).div(exact(nearest(t)));
    return [`0x${bits.toString(16).padStart(16, '0')}`, hex(nearest(low))];
  });
  const high = roundToBits(STEP, STEP_DIGITS);
  const low = STEP.sub(exact(high));
  const middle = roundToBits(low, STEP_DIGITS);
  const bound = STEP.div(2).mul('1.0001');
  const [s2, s3, s4] = curve(bound, 2);
  const [c2, c3, c4, c5] = curve(bound, 3);
  const [d2, d3, d4] = curve(bound.mul(2), 2);
  const constants = constantsText({
    STEPS_PER_UNIT: nearest(new Real(1).div(STEP)),
    STEP_HIGH: high,
    STEP_LOW: nearest(low),
    STEP_MIDDLE: middle,
    STEP_REST: nearest(low.sub(exact(middle))),
    S2: nearest(s2!),
    S3: nearest(s3!),
    S4: nearest(s4!),
    C2: nearest(c2!),
    C3: nearest(c3!),
    C4: nearest(c4!),
    C5: nearest(c5!),
    D2: nearest(d2!),
    D3: nearest(d3!),
    D4: nearest(d4!),
    ...Object.fromEntries([3, 4, 5, 6, 7].map((n) => [`E${n}`, nearest(inverseFactorial(n))])),
  });
  const pairs = Array.from({ length: COUNT / 2 }, (_, i) => [...rows[2 * i]!, ...rows[2 * i + 1]!]);
  return `${tableText(HEADING, 'EXP_TABLE', 'u64', pairs)}\n${constants}`;
}

function inverseFactorial(n: number): Real {
  return n === 0 ? new Real(1) : inverseFactorial(n - 1).div(n);
}

function hex(x: number): string {
  return `0x${bitsOf(x).toString(16).padStart(16, '0')}`;
}

function curve(bound: Real, degree: number): readonly Real[] {
  return fitPolynomial(curveAt, bound.neg(), bound, degree);
}

/** (e^r - 1 - r) / r^2 = 1/2! + r/3! + r^2/4! + ..., for small r. */
function curveAt(r: Real): Real {
  let term = new Real(0.5);
  let sum = term;
  for (let n = 3; n < 30; n++) {
    term = term.mul(r).div(n);
    sum = sum.add(term);
  }
  return sum;
}
