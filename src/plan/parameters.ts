import type { ActivationEntry, Parameter } from '../activations/entry.js';
import { LanewiseError } from '../errors.js';
import { suggestion } from './nearest.js';
import { isGlob, literalText } from './pattern.js';
import { quote } from './quote.js';
import type { Call, NamedValue, Pattern } from './transform.js';

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const NULLS = ['propagate', 'skip'] as const;

export interface BoundParameters {
  /** Values in the order in which the kernel reads them. */
  readonly params: readonly number[];
  readonly nulls: (typeof NULLS)[number];
  /** Selectors of the upstream gradient's columns; `grad=` may stand several times, as columns may. */
  readonly grads: readonly Pattern[];
}

/**
 * Checks the parameters of a call against its function's entry and fills in the defaults.
 *
 * @param takesGrad whether the function is a derivative that takes `grad=<columns>`
 */
export function bindParameters(call: Call, entry: ActivationEntry, takesGrad: boolean): BoundParameters {
  const given = new Map<string, NamedValue>();
  const grads: Pattern[] = [];
  const takesNulls = entry.kind === 'row' && entry.nulls;
  for (const namedValue of call.parameters) {
    const { name, value } = namedValue;
    if (name === 'grad' && takesGrad) {
      grads.push(value);
      continue;
    }
    if (!(name === 'nulls' && takesNulls) && !entry.parameters.some((parameter) => parameter.name === name)) {
      throw unknownParameter(call, name, entry, takesGrad);
    }
    if (given.has(name)) {
      throw new LanewiseError('LW_TRANSFORM_SYNTAX', `${call.function} is given ${name} twice: give it once`);
    }
    given.set(name, namedValue);
  }
  return {
    params: entry.parameters.map((parameter) => parameterValue(call, parameter, given.get(parameter.name)?.value)),
    nulls: nullsValue(call, given.get('nulls')?.value),
    grads,
  };
}

function unknownParameter(call: Call, name: string, entry: ActivationEntry, takesGrad: boolean): LanewiseError {
  const names = entry.parameters.map((parameter) => parameter.name);
  if (takesGrad) names.push('grad');
  if (entry.kind === 'row' && entry.nulls) names.push('nulls');
  if (name === 'grad' && entry.kind === 'elementwise') {
    return new LanewiseError(
      'LW_UNKNOWN_PARAMETER',
      `${call.function} takes no grad: a gradient goes to its derivative, ${entry.name}_deriv`,
    );
  }
  const takes = names.length === 0 ? 'it takes no parameters' : `it takes ${names.join(', ')}`;
  return new LanewiseError(
    'LW_UNKNOWN_PARAMETER',
    `${call.function} has no parameter ${quote(name)}${suggestion(name, names)}: ${takes}`,
  );
}

function parameterValue(call: Call, parameter: Parameter, value: Pattern | undefined): number {
  const where = `${call.function}: ${parameter.name}`;
  if (value === undefined) {
    if (parameter.default !== undefined) return parameter.default;
    throw new LanewiseError(
      'LW_PARAMETER_RANGE',
      `${where} has no default: give ${parameter.name}=<${parameterDomain(parameter)}>`,
    );
  }
  const text = isGlob(value) ? value.text : literalText(value);
  if (parameter.keywords !== undefined && Object.hasOwn(parameter.keywords, text)) return parameter.keywords[text]!;
  const number = parameter.keywordsOnly ? undefined : parseNumber(text);
  if (number === undefined || !isInRange(number, parameter)) {
    throw new LanewiseError('LW_PARAMETER_RANGE', `${where} must be ${parameterDomain(parameter)}, not ${quote(text)}`);
  }
  return number;
}

function isInRange(value: number, { min, max, exclusiveMin }: Parameter): boolean {
  if (min !== undefined && (exclusiveMin ? value <= min : value < min)) return false;
  return max === undefined || value <= max;
}

/** What a parameter may be, in words: `a number above 0 and at most 500 or none`. Every number is finite. */
export function parameterDomain({ keywords, keywordsOnly, min, max, exclusiveMin }: Parameter): string {
  const words = Object.keys(keywords ?? {});
  if (!keywordsOnly) {
    const bounds: string[] = [];
    if (min !== undefined && min > -Number.MAX_VALUE) bounds.push(`${exclusiveMin ? 'above' : 'of at least'} ${min}`);
    if (max !== undefined && max < Number.MAX_VALUE) bounds.push(`${bounds.length === 0 ? 'of ' : ''}at most ${max}`);
    words.unshift(['a number', bounds.join(' and ')].filter((part) => part !== '').join(' '));
  }
  const last = words.pop() ?? '';
  return words.length === 0 ? last : `${words.join(', ')} or ${last}`;
}

/** A finite decimal number, or a fraction of two (`1/6`). */
function parseNumber(text: string): number | undefined {
  const parts = text.split('/');
  if (parts.length > 2 || !parts.every((part) => NUMBER.test(part))) return undefined;
  const value = parts.map(Number).reduce((numerator, denominator) => numerator / denominator);
  return Number.isFinite(value) ? value : undefined;
}

function nullsValue(call: Call, value: Pattern | undefined): BoundParameters['nulls'] {
  if (value === undefined) return 'propagate';
  const nulls = isGlob(value) ? undefined : NULLS.find((word) => word === literalText(value));
  if (nulls !== undefined) return nulls;
  throw new LanewiseError(
    'LW_PARAMETER_RANGE',
    `${call.function}: nulls must be ${NULLS.join(' or ')}, not ${quote(value.text)}`,
  );
}
