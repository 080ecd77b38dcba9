import { Real } from '../../src/verify/oracle.js';
import { constantsText, nearest, rest, tableText } from './float64.js';
import { fitPolynomial } from './series.js';
import { HALF_TANH, NODES_PER_UNIT, nodes, REACH } from './sigmoid.js';

const HEADING = `ln(1 + e^c) at c = i/${NODES_PER_UNIT} from -${REACH} to ${REACH}, with s the sigmoid there, a row of four words each:

  word 0, 1  ln(1 + e^c) in two parts    word 2  s / scale    word 3  (s - 1) / (2 scale)

32 KiB. The scale is that of sigmoid-table.ts. Then (2 artanh(v/2) - v) / v^3 as a polynomial of v^2 for |v| <= 1/${2 * NODES_PER_UNIT}. Written by
scripts/kernel-tables.ts.`;

/** workers/kernels/softplus-table.ts */
export function softplusTable(): string {
  const { scale } = HALF_TANH;
  const rows = nodes().map((c) => {
    const value = c.exp().add(1).ln();
    const s = new Real(1).div(c.neg().exp().add(1));
    return [nearest(value), rest(value), nearest(s.div(scale)), nearest(s.sub(1).div(scale.mul(2)))].map(String);
  });
  const [v0, v1, v2] = fitPolynomial(curve, new Real(0), new Real(2 * NODES_PER_UNIT).pow(-2), 2).map(nearest);
  const constants = constantsText({ V0: v0!, V1: v1!, V2: v2! });
  return `${tableText(HEADING, 'SOFTPLUS_TABLE', 'f64', rows)}\n${constants}`;
}

/** (2 artanh(v/2) - v) / v^3 = 1/12 + u/80 + u^2/448 + ... for u = v^2, small. */
function curve(u: Real): Real {
  let power = new Real('0.25');
  let sum = new Real(0);
  for (let n = 3; n < 41; n += 2) {
    sum = sum.add(power.div(n));
    power = power.mul(u).div(4);
  }
  return sum;
}
