import { exact, exp, log1p, Real } from './oracle.js';

/** A row function from its definition, for finite values. `gradients` belongs to softmax_deriv_grad. */
export function rowReference(
  kernel: string,
  row: readonly number[],
  temperature: number,
  gradients: readonly number[],
): Real[] {
  const values = row.map((x) => exact(kernel === 'softmin' ? -x : x).div(exact(temperature)));
  const m = Real.max(...values);
  const z = values.map((x) => x.sub(m));
  const known = new Map<string, Real>();
  const e = z.map((x) => {
    const key = x.toString();
    const y = known.get(key) ?? exp(x);
    known.set(key, y);
    return y;
  });
  const total = add(e);
  const p = e.map((x) => x.div(total));
  // The logarithm and 1 - p of the maximum from the sum of the others: where that is tiny, the total doesn't show it.
  const top = z.findIndex((x) => x.isZero());
  const others = add(e.filter((_, i) => i !== top));
  const spread = (x: Real, i: number): Real => x.mul(i === top ? others : total.sub(at(e, i))).div(total);
  switch (kernel) {
    case 'softmax':
    case 'softmin':
      return p;
    case 'log_softmax':
      return subtract(z, log1p(others));
    case 'logsumexp':
      return [m.add(log1p(others))];
    case 'entropy':
      return [log1p(others).sub(add(p.map((x, i) => x.mul(at(z, i)))))];
    case 'argmax':
      return [new Real(row.indexOf(Math.max(...row)))];
    case 'softmax_deriv':
      return p.map(spread);
    case 'softmax_jacobian':
      return p.flatMap((x, i) => p.map((y, j) => (i === j ? spread(x, i) : x.mul(y).neg())));
    case 'softmax_deriv_grad': {
      const g = gradients.map((x) => exact(x).sub(exact(gradients[top] ?? 0)));
      const mean = add(p.map((x, i) => x.mul(at(g, i))));
      return p.map((x, i) => x.mul(at(g, i).sub(mean)));
    }
    default:
      throw new Error(`no oracle for ${kernel}`);
  }
}

function subtract(values: readonly Real[], x: Real): Real[] {
  return values.map((value) => value.sub(x));
}

function at(values: readonly Real[], i: number): Real {
  return values[i] ?? new Real(Number.NaN);
}

function add(values: readonly Real[]): Real {
  return values.reduce((sum, x) => sum.add(x), new Real(0));
}
