import { Real } from '../../src/verify/oracle.js';

/**
 * The polynomial of `degree` that agrees with `f` at the Chebyshev nodes of [low, high]: its error is that of the best
 * one but for a factor near 1.
 * @returns coefficients in powers of x, lowest first
 */
export function fitPolynomial(f: (x: Real) => Real, low: Real, high: Real, degree: number): readonly Real[] {
  const middle = low.add(high).div(2);
  const radius = high.sub(low).div(2);
  const nodes = unitNodes(degree).map((node) => middle.add(radius.mul(node)));
  // Newton's divided differences, then Horner's scheme on polynomials.
  const differences = nodes.map(f);
  for (let order = 1; order <= degree; order++) {
    for (let i = degree; i >= order; i--) {
      const rise = differences[i]!.sub(differences[i - 1]!);
      differences[i] = rise.div(nodes[i]!.sub(nodes[i - order]!));
    }
  }
  let polynomial: readonly Real[] = [];
  for (let i = degree; i >= 0; i--) polynomial = add(timesDistance(polynomial, nodes[i]!), differences[i]!);
  return polynomial;
}

const knownNodes = new Map<number, readonly Real[]>();

/** The Chebyshev nodes of [-1, 1] for a polynomial of `degree`. */
export function unitNodes(degree: number): readonly Real[] {
  const known = knownNodes.get(degree);
  if (known !== undefined) return known;
  const step = Real.acos(-1).div(2 * (degree + 1));
  const nodes = Array.from({ length: degree + 1 }, (_, i) => step.mul(2 * i + 1).cos());
  knownNodes.set(degree, nodes);
  return nodes;
}

/** polynomial * (x - node) */
function timesDistance(polynomial: readonly Real[], node: Real): readonly Real[] {
  const shifted = [new Real(0), ...polynomial];
  return shifted.map((coefficient, i) => coefficient.sub(node.mul(polynomial[i] ?? 0)));
}

function add([first = new Real(0), ...rest]: readonly Real[], constant: Real): readonly Real[] {
  return [first.add(constant), ...rest];
}
