import { exact, Real } from '../../src/verify/oracle.js';
import { bitsOf, constantsText, nearest, tableText } from './float64.js';
import { logarithmCurve } from './log.js';
import { fitPolynomial } from './series.js';

const COUNT = 256;
/** Of a factor: its product with a number of 26 bits is exact, and so is the sum with the logarithm. */
const FACTOR_STEP = 2 ** -20;
/** Of a logarithm: one bit less than float64 has. */
const LOGARITHM_DIGITS = 52;
/** What a logarithm may lose to rounding, in units in the last place. */
const TOLERANCE = 2 ** -8;
const FRACTION_BITS = 160n;
const FIXED_ONE = 1n << FRACTION_BITS;

const HEADING = `ln(1 + e) for 0 <= e <= 1: a row of two words for each i = round(${COUNT} e):

  word 0  c, about 1 / (1 + i/${COUNT}), of 20 bits
  word 1  -ln c, in ${LOGARITHM_DIGITS} bits: each c is the nearest of which these are good to ${Math.log2(1 / TOLERANCE)} bits more

4 KiB. Then (ln(1 + z) - z) / z^2 for |z| <= RADIUS as a polynomial of degree 4, RADIUS being the largest c (1 + e) - 1. Written by
scripts/kernel-tables.ts.`;

interface Row {
  readonly factor: number;
  readonly logarithm: number;
}

/** workers/kernels/softplus-table.ts */
export function softplusTable(): string {
  const rows = Array.from({ length: COUNT + 1 }, (_, i) => findRow(i));
  const radius = Math.max(...rows.map(({ factor }, i) => farthest(factor, i)));
  const bound = new Real(radius);
  const [p0, p1, p2, p3, p4] = fitPolynomial(logarithmCurve, bound.neg(), bound, 4).map(nearest);
  const words = rows.map(({ factor, logarithm }) => [hex(factor), hex(logarithm)]);
  const pairs = Array.from({ length: Math.ceil(words.length / 2) }, (_, i) => words.slice(2 * i, 2 * i + 2).flat());
  const constants = { P0: p0!, P1: p1!, P2: p2!, P3: p3!, P4: p4! };
  const heading = HEADING.replace('RADIUS as', `${radius.toFixed(5)} as`).replace('RADIUS being', 'which is');
  return `${tableText(heading, 'SOFTPLUS_TABLE', 'u64', pairs)}\n${constantsText(constants)}`;
}

/** The factor nearest to 1 / (1 + i/COUNT) whose logarithm is nearly a number of few bits. */
function findRow(i: number): Row {
  if (i === 0) return { factor: 1, logarithm: 0 };
  const middle = Math.round(COUNT / (COUNT + i) / FACTOR_STEP) * FACTOR_STEP;
  const negativeLogarithm = exact(middle).ln().neg();
  const digits = 2 ** -(LOGARITHM_DIGITS - 1 - Math.floor(Math.log2(negativeLogarithm.toNumber())));
  const unit = BigInt(
    exact(digits)
      .mul(new Real(2).pow(Number(FRACTION_BITS)))
      .toFixed(0),
  );
  const atMiddle = BigInt(negativeLogarithm.mul(new Real(2).pow(Number(FRACTION_BITS))).toFixed(0));
  for (let distance = 0; ; distance = distance > 0 ? -distance : 1 - distance) {
    const step = distance * FACTOR_STEP;
    const value = atMiddle - fixedLog1p((BigInt(step / FACTOR_STEP) * FIXED_ONE) / BigInt(middle / FACTOR_STEP));
    const nearestUnit = (2n * value + unit) / (2n * unit);
    if (abs(value - nearestUnit * unit) * BigInt(2 / TOLERANCE) > unit) continue;
    return { factor: middle + step, logarithm: Number(nearestUnit) * digits };
  }
}

/** ln(1 + u) in fixed point, for small u. */
function fixedLog1p(u: bigint): bigint {
  let power = u;
  let sum = u;
  for (let n = 2n; power !== 0n && power !== -1n; n++) {
    power = -(power * u) >> FRACTION_BITS;
    sum += power / n;
  }
  return sum;
}

function abs(x: bigint): bigint {
  return x < 0n ? -x : x;
}

/** The largest |c (1 + e) - 1| in interval i. */
function farthest(factor: number, i: number): number {
  const low = Math.max(0, (i - 0.5) / COUNT);
  const high = Math.min(1, (i + 0.5) / COUNT);
  return Math.max(Math.abs(factor * (1 + low) - 1), Math.abs(factor * (1 + high) - 1));
}

function hex(x: number): string {
  return `0x${bitsOf(x).toString(16).padStart(16, '0')}`;
}
