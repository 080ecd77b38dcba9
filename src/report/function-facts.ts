import { entryInDialects } from '../activations/dialects.js';
import type { ActivationEntry, Parameter } from '../activations/entry.js';
import { parameterDomain } from '../plan/parameters.js';

/** One line of a function's parameters, in words. */
export interface ParameterFact {
  readonly name: string;
  /** How it stands in a call: `alpha=0.01` with its default, `threshold=<number>` or `grad=<columns>` without. */
  readonly usage: string;
  /** The default as a user would write it, or `required` or `optional` where there is none. */
  readonly default: string;
  /** What the value may be. */
  readonly domain: string;
  readonly help: string;
}

/** The parameters of a function, `nulls` and `grad` included where it takes them. */
export function parameterFacts(entry: ActivationEntry): ParameterFact[] {
  const facts = entry.parameters.map((parameter): ParameterFact => {
    const { name } = parameter;
    const value = defaultText(parameter);
    return {
      name,
      usage: `${name}=${value ?? '<number>'}`,
      default: value ?? 'required',
      domain: parameterDomain(parameter),
      help: parameter.help,
    };
  });
  if (entry.kind === 'row' && entry.nulls) {
    facts.push({
      name: 'nulls',
      usage: 'nulls=propagate',
      default: 'propagate',
      domain: 'propagate or skip',
      help:
        entry.outputs === 'width'
          ? 'whether a null makes its whole row null, or is left out of the row and stays null in its place'
          : 'whether a null makes its whole row null, or is left out of the row',
    });
  }
  if (entry.kind === 'row' && entry.grad) {
    facts.push({
      name: 'grad',
      usage: 'grad=<columns>',
      default: 'optional',
      domain: 'columns',
      help: 'the upstream gradient, one column for each column of the row, matched in order',
    });
  }
  return facts;
}

/** The dialects in which defaults aren't the catalogue's, each with all of those: `torch`, `clip=none threshold=20`. */
export function dialectFacts(entry: ActivationEntry): { readonly dialect: string; readonly usage: string }[] {
  return entryInDialects(entry).flatMap(({ dialect, entry: variant }) => {
    const changed = variant.parameters.filter(
      (parameter, index) => !Object.is(parameter.default, entry.parameters[index]?.default),
    );
    const usages = changed.map((parameter) => `${parameter.name}=${defaultText(parameter)}`);
    return usages.length === 0 ? [] : [{ dialect, usage: usages.join(' ') }];
  });
}

/** A default as a user would write it: the keyword where one stands for it. */
function defaultText({ default: value, keywords }: Parameter): string | undefined {
  if (value === undefined) return undefined;
  const keyword = Object.entries(keywords ?? {}).find(([, number]) => Object.is(number, value));
  return keyword === undefined ? numberText(value) : keyword[0];
}

const LONG_DECIMAL = 10;
const MAX_DENOMINATOR = 12;

/** A number as one would write it: `0.01`, but `1/6` where the decimals would run on. */
function numberText(value: number): string {
  const decimal = String(value);
  if (decimal.length < LONG_DECIMAL) return decimal;
  for (let denominator = 2; denominator <= MAX_DENOMINATOR; denominator++) {
    const numerator = Math.round(value * denominator);
    if (numerator / denominator === value) return `${numerator}/${denominator}`;
  }
  return decimal;
}

/** How a function is called at its simplest: `sigmoid(x)`, `softmax(x_*)`, `threshold(x, threshold=1, value=1)`. */
function exampleCall(entry: ActivationEntry): string {
  const required = entry.parameters.filter((parameter) => parameter.default === undefined);
  const columns = entry.kind === 'row' ? 'x_*' : 'x';
  return `${entry.name}(${[columns, ...required.map(({ name }) => `${name}=1`)].join(', ')})`;
}

/** A transform that names its output, as an example to copy. */
export function exampleTransform(entry: ActivationEntry): string {
  const target = entry.kind === 'row' && entry.outputs !== 'one' ? 'y_*' : 'y';
  return `${target} = ${exampleCall(entry)}`;
}

/** The derivative of an elementwise function with an upstream gradient: `dx = sigmoid_deriv(x, grad=dy)`. */
export function derivativeTransform(entry: ActivationEntry): string {
  return `dx = ${exampleCall(entry).replace('(', '_deriv(').replace(/\)$/, ', grad=dy)')}`;
}

/** The largest errors that were measured, as a sentence; nothing where results are exact. */
export function measuredFact(entry: ActivationEntry): string {
  const own = entry.measured === undefined ? [] : [`${entry.measured.ulp} at ${entry.measured.input}`];
  const slope = entry.kind === 'elementwise' ? entry.derivative.measured : undefined;
  if (slope !== undefined) own.push(`of the derivative, ${slope.ulp} at ${slope.input}`);
  return own.length === 0 ? '' : `The largest measured: ${own.join('; ')}.`;
}

/** What a row function makes of its columns. */
export function outputsFact(entry: ActivationEntry & { readonly kind: 'row' }): string {
  const width = `Rows are at most ${entry.maxWidth} values wide.`;
  switch (entry.outputs) {
    case 'width':
      return `One output for each column of the row; of a list column, a list column like it. ${width}`;
    case 'one': {
      const type = entry.outputType === 'int32' ? ' of type int32' : '';
      return `One output column${type}, called ${entry.name} unless a target names it. ${width}`;
    }
    case 'square':
      return `One output for each pair of columns, called <i>_<j> by their places in the row, from 0. ${width}`;
  }
}
