import type { ActivationEntry } from '../activations/entry.js';
import {
  derivativeTransform,
  dialectFacts,
  exampleTransform,
  measuredFact,
  outputsFact,
  parameterFacts,
} from './function-facts.js';

/** The page docs/functions.md: the same bytes for the same catalogue. */
export function renderCatalogueMarkdown(catalogue: readonly ActivationEntry[]): string {
  const elementwise = catalogue.filter(({ kind }) => kind === 'elementwise');
  const row = catalogue.filter(({ kind }) => kind === 'row');
  const lines = [
    '# Functions',
    '',
    'What every function computes, with its parameters, derivative, special values and largest error. `lanewise functions NAME` prints the same.',
    '',
    '## Elementwise functions',
    '',
    'Applied to each selected column by itself. Each has its derivative, `<name>_deriv`, with the same parameters and `grad=<columns>`.',
    '',
    ...indexTable(elementwise),
    '',
    '## Row functions',
    '',
    'Applied to all selected columns as one row, or to each list of a list column. `m` is the maximum of the row.',
    '',
    ...indexTable(row),
    ...catalogue.flatMap(entrySection),
  ];
  return `${lines.join('\n')}\n`;
}

function indexTable(entries: readonly ActivationEntry[]): string[] {
  return table(
    ['function', 'formula', 'parameters'],
    entries.map((entry) => [
      `[\`${entry.name}\`](#${entry.name})`,
      code(entry.formula),
      parameterFacts(entry)
        .map(({ usage }) => code(usage))
        .join(' '),
    ]),
  );
}

function entrySection(entry: ActivationEntry): string[] {
  const parameters = parameterFacts(entry);
  return [
    '',
    `### ${entry.name}`,
    '',
    escapeText(entry.summary),
    '',
    ...formulaBlock(entry.formula),
    ...(parameters.length === 0
      ? []
      : [
          '',
          ...table(
            ['parameter', 'default', 'allowed', ''],
            parameters.map((fact) => [
              code(fact.name),
              escapeText(fact.default),
              escapeText(fact.domain),
              escapeText(fact.help),
            ]),
          ),
        ]),
    ...dialectLines(entry),
    ...(entry.kind === 'elementwise' ? derivativeLines(entry) : ['', escapeText(outputsFact(entry))]),
    ...(entry.specialValues.length === 0
      ? []
      : [
          '',
          ...table(
            ['in', 'out'],
            entry.specialValues.map(({ input, output }) => [escapeText(input), escapeText(output)]),
          ),
        ]),
    '',
    `Largest error: ${entry.maxUlp} ULP${entry.kind === 'elementwise' ? `, derivative ${entry.derivative.maxUlp} ULP` : ''}. ${escapeText(measuredFact(entry))}`.trim(),
    '',
    '```sh',
    `lanewise apply in.arrow -o out.arrow -t '${exampleTransform(entry)}'`,
    '```',
  ];
}

function dialectLines(entry: ActivationEntry): string[] {
  const facts = dialectFacts(entry);
  if (facts.length === 0) return [];
  return [
    '',
    ...table(
      ['`--dialect`', 'defaults'],
      facts.map(({ dialect, usage }) => [escapeText(dialect), code(usage)]),
    ),
  ];
}

function derivativeLines(entry: ActivationEntry & { readonly kind: 'elementwise' }): string[] {
  const { formula, atKink } = entry.derivative;
  return [
    '',
    `Derivative, as in ${code(derivativeTransform(entry))}:`,
    '',
    ...formulaBlock(formula),
    ...(atKink === undefined ? [] : ['', `At the kink: ${escapeText(atKink)}`]),
  ];
}

function formulaBlock(formula: string): string[] {
  return ['```text', formula, '```'];
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)];
}

function code(text: string): string {
  return `\`${text}\``;
}

/** Keeps characters that Markdown would take for its own. */
function escapeText(text: string): string {
  return text.replaceAll(/[*_<>`[\]]/g, '\\$&');
}
