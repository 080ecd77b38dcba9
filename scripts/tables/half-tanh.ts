import type { Real } from '../../src/verify/oracle.js';
import { unitNodes } from './series.js';

/** 2 tanh(r/2) = r (r^2 + numerator) / (scale (r^2 + denominator)) */
export interface HalfTanh {
  readonly scale: Real;
  readonly numerator: Real;
  readonly denominator: Real;
}

/** Agrees with 2 tanh(r/2) where r^2 is one of the three Chebyshev nodes of [0, bound^2]. */
export function fitHalfTanh(bound: Real): HalfTanh {
  const square = bound.mul(bound);
  const [a, b, c] = unitNodes(2).map((node) => {
    const u = square.mul(node.add(1)).div(2);
    const half = u.sqrt().div(2);
    return { u, f: half.tanh().div(half) };
  });
  // u + numerator = f u scale + f scale denominator, less the first node's equation, by Cramer's rule in scale and scale * denominator.
  const rows = [b!, c!].map(({ u, f }) => ({ x: f.mul(u).sub(a!.f.mul(a!.u)), y: f.sub(a!.f), right: u.sub(a!.u) }));
  const [p, q] = [rows[0]!, rows[1]!];
  const determinant = p.x.mul(q.y).sub(q.x.mul(p.y));
  const scale = p.right.mul(q.y).sub(q.right.mul(p.y)).div(determinant);
  const product = p.x.mul(q.right).sub(q.x.mul(p.right)).div(determinant);
  const numerator = a!.f.mul(a!.u.mul(scale).add(product)).sub(a!.u);
  return { scale, numerator, denominator: product.div(scale) };
}
