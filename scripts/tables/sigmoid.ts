import { exact, Real } from '../../src/verify/oracle.js';
import { constantsText, nearest, roundToBits, tableText } from './float64.js';
import { fitHalfTanh } from './half-tanh.js';

/** Nodes lie this close, and as many on either side of 0. */
export const NODES_PER_UNIT = 32;
export const REACH = 16;
/** Of a node's first word, so that its product with a number of 27 bits is exact. */
const HEAD_DIGITS = 26;
export const HALF_TANH = fitHalfTanh(new Real(1).div(2 * NODES_PER_UNIT));

const HEADING = `The sigmoid s at c = i/${NODES_PER_UNIT} from -${REACH} to ${REACH}, a row of four words each:

  word 0, 1  s in two parts, the first of ${HEAD_DIGITS} bits    word 2  s (1 - s) / scale    word 3  (s - 1/2) / scale

32 KiB. Then what makes 2 tanh(r/2) = r (r^2 + NUMERATOR) / (scale (r^2 + DENOMINATOR)) for |r| <= 1/${2 * NODES_PER_UNIT}. Written by
scripts/kernel-tables.ts.`;

/** workers/kernels/sigmoid-table.ts */
export function sigmoidTable(): string {
  const { scale, numerator, denominator } = HALF_TANH;
  const one = new Real(1);
  const rows = nodes().map((c) => {
    const s = one.div(c.neg().exp().add(1));
    const head = roundToBits(s, HEAD_DIGITS);
    const slope = s.mul(one.sub(s)).div(scale);
    return [head, nearest(s.sub(exact(head))), nearest(slope), nearest(s.sub(0.5).div(scale))].map(String);
  });
  const constants = constantsText({ NUMERATOR: nearest(numerator), DENOMINATOR: nearest(denominator) });
  return `${tableText(HEADING, 'SIGMOID_TABLE', 'f64', rows)}\n${constants}`;
}

export function nodes(): readonly Real[] {
  return Array.from({ length: 2 * REACH * NODES_PER_UNIT + 1 }, (_, i) => exact(i / NODES_PER_UNIT - REACH));
}
