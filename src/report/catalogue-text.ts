import type { ActivationEntry } from '../activations/entry.js';
import { resolveFunction } from '../plan/resolve.js';
import {
  derivativeTransform,
  dialectFacts,
  exampleTransform,
  measuredFact,
  outputsFact,
  parameterFacts,
} from './function-facts.js';
import { tableLines, wrap } from './text-layout.js';

const INDENT = '  ';

/** All functions with formulas and parameters, as `lanewise functions` prints them on a terminal of that many columns. */
export function renderCatalogue(width: number, catalogue: readonly ActivationEntry[]): string {
  const elementwise = catalogue.filter(({ kind }) => kind === 'elementwise');
  const row = catalogue.filter(({ kind }) => kind === 'row');
  return [
    ...wrap(
      'Elementwise functions are applied to each column by itself. Each has its derivative, <name>_deriv, with the same parameters and grad=<columns>.',
      width,
    ),
    '',
    ...catalogueTable(elementwise, width),
    '',
    ...wrap(
      'Row functions take all selected columns as one row, or each list of a list column; m is the maximum of the row.',
      width,
    ),
    '',
    ...catalogueTable(row, width),
    '',
    ...wrap('`lanewise functions NAME` explains one.', width),
  ].join('\n');
}

/**
 * One function in full, as `lanewise functions NAME` prints it. The name of a derivative gives its function's text.
 * Throws `LW_UNKNOWN_FUNCTION` with the nearest names.
 */
export function renderActivation(name: string, width: number, catalogue: readonly ActivationEntry[]): string {
  const { entry } = resolveFunction(name, catalogue);
  return [
    ...section(entry.name, wrap(entry.summary, width - INDENT.length)),
    ...section('Formula', wrap(entry.formula, width - INDENT.length)),
    ...section('Parameters', parameterLines(entry, width - INDENT.length)),
    ...section('Dialects', dialectLines(entry, width - INDENT.length)),
    ...(entry.kind === 'row'
      ? section('Output', wrap(outputsFact(entry), width - INDENT.length))
      : section('Derivative', derivativeLines(entry, width - INDENT.length))),
    ...section('Special values', specialValueLines(entry, width - INDENT.length)),
    ...section('Accuracy', wrap(accuracyText(entry), width - INDENT.length)),
    ...section('Example', [`lanewise apply in.arrow -o out.arrow -t '${exampleTransform(entry)}'`]),
  ]
    .join('\n')
    .trimEnd();
}

function catalogueTable(entries: readonly ActivationEntry[], width: number): string[] {
  const rows = entries.map((entry) => {
    const parameters = parameterFacts(entry).map(({ usage }) => usage);
    return [entry.name, entry.formula, parameters.join(' ')];
  });
  return indented(tableLines([['function', 'formula', 'parameters'], ...rows], width - INDENT.length));
}

/** A heading with indented lines and a blank line below; nothing where there are no lines. */
function section(heading: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [heading, ...indented(lines), ''];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? '' : INDENT + line));
}

function parameterLines(entry: ActivationEntry, width: number): string[] {
  const rows = parameterFacts(entry).map((fact) => [fact.usage, `${fact.help} (${fact.domain})`]);
  return tableLines(rows, width);
}

function dialectLines(entry: ActivationEntry, width: number): string[] {
  const rows = dialectFacts(entry).map(({ dialect, usage }) => [`--dialect ${dialect}`, usage]);
  return tableLines(rows, width);
}

function derivativeLines(entry: ActivationEntry & { readonly kind: 'elementwise' }, width: number): string[] {
  const { formula, atKink } = entry.derivative;
  return [
    ...wrap(formula, width),
    ...(atKink === undefined ? [] : wrap(`At the kink: ${atKink}`, width)),
    ...wrap(`As a transform: ${derivativeTransform(entry)}`, width),
  ];
}

function specialValueLines(entry: ActivationEntry, width: number): string[] {
  if (entry.specialValues.length === 0) return [];
  const rows = entry.specialValues.map(({ input, output }) => [input, output]);
  return tableLines([['in', 'out'], ...rows], width);
}

function accuracyText(entry: ActivationEntry): string {
  const derivative = entry.kind === 'elementwise' ? `; the derivative, ${entry.derivative.maxUlp} ULP` : '';
  return `The error is at most ${entry.maxUlp} ULP over the whole range of float64${derivative}. ${measuredFact(entry)}`.trim();
}
