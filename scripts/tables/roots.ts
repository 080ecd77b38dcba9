import { elementwiseReference } from '../../src/verify/elementwise-oracle.js';
import { exact, Real } from '../../src/verify/oracle.js';
import { nearest, rest, tableText } from './float64.js';
import { fitPolynomial } from './series.js';

/** Half of the interval that a series is for. */
const RADIUS = new Real(2).pow(-6);
const DEGREE = 9;
const ITERATIONS = 12;

/** Derivatives with a root: what its table is called, the kernel, its parameters, and about where. */
const ROOTS = [
  { name: 'GELU_ROOT', kernel: 'gelu_deriv', params: [0], near: -0.75179 },
  { name: 'GELU_TANH_ROOT', kernel: 'gelu_deriv', params: [1], near: -0.75246 },
  { name: 'SILU_ROOT', kernel: 'silu_deriv', params: [], near: -1.27846 },
  { name: 'MISH_ROOT', kernel: 'mish_deriv', params: [], near: -1.19243 },
] as const;

/** workers/kernels/root-table.ts */
export function rootTable(): string {
  return ROOTS.map(({ name, kernel, params, near }) => {
    const f = elementwiseReference(kernel, params);
    const root = findRoot(f, new Real(near));
    const head = exact(nearest(root));
    // In terms of the distance from the root as a float64, which is what the kernel has for the slope.
    const slopeAt = (d: Real) => f(head.add(d)).div(head.add(d).sub(root));
    const [slope, ...others] = fitPolynomial(slopeAt, RADIUS.neg(), RADIUS, DEGREE);
    const heading = `${kernel}${params[0] === 1 ? ' with approximate=tanh' : ''} beside its root, for \`besideRoot\`: the root and the slope there in two parts each, then the
coefficients of the slope's growth. Written by scripts/kernel-tables.ts.`;
    const rows = [[nearest(root), nearest(root.sub(head))], [nearest(slope!), rest(slope!)], others.map(nearest)].map(
      (row) => row.map(String),
    );
    return tableText(heading, name, 'f64', rows);
  }).join('\n');
}

/** By secants. */
function findRoot(f: (x: Real) => Real, near: Real): Real {
  let [a, b] = [near, near.add('1e-6')];
  let [fa, fb] = [f(a), f(b)];
  for (let i = 0; i < ITERATIONS && !fb.eq(fa); i++) {
    const next = b.sub(fb.mul(b.sub(a)).div(fb.sub(fa)));
    [a, fa] = [b, fb];
    [b, fb] = [next, f(next)];
  }
  return b;
}
