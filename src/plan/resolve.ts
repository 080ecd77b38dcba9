import type { ActivationEntry } from '../activations/entry.js';
import { LanewiseError } from '../errors.js';
import { suggestion } from './nearest.js';
import { quote } from './quote.js';

const DERIVATIVE_SUFFIX = '_deriv';

/** A function as a transform names it, with the kernels that compute it. */
export interface ResolvedFunction {
  readonly entry: ActivationEntry;
  readonly kernel: string;
  readonly takesGrad: boolean;
}

/** Finds a function, or the derivative of an elementwise one. Throws `LW_UNKNOWN_FUNCTION` with the nearest names. */
export function resolveFunction(name: string, catalogue: readonly ActivationEntry[]): ResolvedFunction {
  const entry = catalogue.find((candidate) => candidate.name === name);
  if (entry !== undefined) return { entry, kernel: name, takesGrad: entry.kind === 'row' && entry.grad };
  if (name.endsWith(DERIVATIVE_SUFFIX)) {
    const base = name.slice(0, -DERIVATIVE_SUFFIX.length);
    const source = catalogue.find((candidate) => candidate.name === base && candidate.kind === 'elementwise');
    if (source !== undefined) return { entry: source, kernel: name, takesGrad: true };
  }
  throw unknownFunction(name, catalogue);
}

export function unknownFunction(name: string, catalogue: readonly ActivationEntry[]): LanewiseError {
  return new LanewiseError(
    'LW_UNKNOWN_FUNCTION',
    `there is no function ${quote(name)}${suggestion(name, functionNames(catalogue))}: \`lanewise functions\` lists them all`,
  );
}

/** Every name that a transform may call. */
export function functionNames(catalogue: readonly ActivationEntry[]): string[] {
  return catalogue.flatMap(({ name, kind }) =>
    kind === 'elementwise' ? [name, `${name}${DERIVATIVE_SUFFIX}`] : [name],
  );
}
