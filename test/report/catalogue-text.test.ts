import { describe, expect, it } from 'vitest';
import { CATALOGUE as WHOLE_CATALOGUE } from '../../src/activations/catalogue.js';
import type { ActivationEntry } from '../../src/activations/entry.js';
import { bindTransforms } from '../../src/plan/bind.js';
import { renderCatalogueMarkdown } from '../../src/report/catalogue-markdown.js';
import { renderActivation, renderCatalogue } from '../../src/report/catalogue-text.js';
import { derivativeTransform, exampleTransform } from '../../src/report/function-facts.js';
import { errorOf, schemaOf } from '../plan/support.js';

const ELU: ActivationEntry = {
  kind: 'elementwise',
  name: 'elu',
  summary: 'Linear above 0, and smoothly saturating at -alpha below.',
  formula: 'x >= 0 ? x : alpha * (e^x - 1)',
  parameters: [
    { name: 'alpha', default: 1, min: 0, max: 100, help: 'what the negative side saturates at' },
    {
      name: 'clip',
      default: Number.MAX_VALUE,
      keywords: { none: Number.MAX_VALUE },
      min: 0,
      exclusiveMin: true,
      help: 'limits x',
    },
    { name: 'slope', default: 1 / 6, max: Number.MAX_VALUE, help: 'the steepness' },
    { name: 'knee', default: undefined, help: 'where the bend is' },
  ],
  specialValues: [
    { input: 'NaN', output: 'NaN' },
    { input: '-inf', output: '-alpha' },
  ],
  maxUlp: 1,
  derivative: { formula: 'x >= 0 ? 1 : alpha * e^x', atKink: 'der(0) = 1', maxUlp: 2 },
};

const SOFTMAX_DERIV: ActivationEntry = {
  kind: 'row',
  name: 'softmax_deriv',
  summary: 'The derivative of softmax.',
  formula: 'p_i * (g_i - sum(g_j * p_j)) | p_i * (1 - p_i)',
  parameters: [],
  specialValues: [],
  maxUlp: 2,
  outputs: 'width',
  outputType: 'float64',
  grad: true,
  nulls: true,
  neutral: Number.NEGATIVE_INFINITY,
  maxWidth: 4096,
};

const CATALOGUE = [ELU, SOFTMAX_DERIV];

describe('renderCatalogue', () => {
  it('lists functions, formulas and parameters', () => {
    expect(renderCatalogue(96, CATALOGUE)).toMatchInlineSnapshot(`
      "Elementwise functions are applied to each column by itself. Each has its derivative,
      <name>_deriv, with the same parameters and grad=<columns>.

        function  formula                         parameters
        elu       x >= 0 ? x : alpha * (e^x - 1)  alpha=1 clip=none slope=1/6 knee=<number>

      Row functions take all selected columns as one row, or each list of a list column; m is the
      maximum of the row.

        function       formula                                         parameters
        softmax_deriv  p_i * (g_i - sum(g_j * p_j)) | p_i * (1 - p_i)  nulls=propagate grad=<columns>

      \`lanewise functions NAME\` explains one."
    `);
  });

  it.each([48, 60, 80, 120])('keeps within %d columns', (width) => {
    const text = [renderCatalogue(width, CATALOGUE), renderActivation('softmax_deriv', width, CATALOGUE)].join('\n');
    const tooLong = text.split('\n').filter((line) => line.length > width && !line.includes('lanewise apply'));
    expect(tooLong).toEqual([]);
  });
});

describe('renderActivation', () => {
  it('explains an elementwise function', () => {
    expect(renderActivation('elu', 80, CATALOGUE)).toMatchInlineSnapshot(`
      "elu
        Linear above 0, and smoothly saturating at -alpha below.

      Formula
        x >= 0 ? x : alpha * (e^x - 1)

      Parameters
        alpha=1        what the negative side saturates at (a number of at least 0 and
                       at most 100)
        clip=none      limits x (a number above 0 or none)
        slope=1/6      the steepness (a number)
        knee=<number>  where the bend is (a number)

      Derivative
        x >= 0 ? 1 : alpha * e^x
        At the kink: der(0) = 1
        As a transform: dx = elu_deriv(x, knee=1, grad=dy)

      Special values
        in    out
        NaN   NaN
        -inf  -alpha

      Accuracy
        The error is at most 1 ULP over the whole range of float64; the derivative, 2
        ULP.

      Example
        lanewise apply in.arrow -o out.arrow -t 'y = elu(x, knee=1)'"
    `);
  });

  it('explains a row function', () => {
    expect(renderActivation('softmax_deriv', 80, CATALOGUE)).toMatchInlineSnapshot(`
      "softmax_deriv
        The derivative of softmax.

      Formula
        p_i * (g_i - sum(g_j * p_j)) | p_i * (1 - p_i)

      Parameters
        nulls=propagate  whether a null makes its whole row null, or is left out of
                         the row and stays null in its place (propagate or skip)
        grad=<columns>   the upstream gradient, one column for each column of the row,
                         matched in order (columns)

      Output
        One output for each column of the row; of a list column, a list column like
        it. Rows are at most 4096 values wide.

      Accuracy
        The error is at most 2 ULP over the whole range of float64.

      Example
        lanewise apply in.arrow -o out.arrow -t 'y_* = softmax_deriv(x_*)'"
    `);
  });

  it('explains a derivative with its function', () => {
    expect(renderActivation('elu_deriv', 80, CATALOGUE)).toBe(renderActivation('elu', 80, CATALOGUE));
  });

  it('refuses an unknown name with those near it', () => {
    expect(errorOf(() => renderActivation('el', 80, CATALOGUE))).toBe(
      'LW_UNKNOWN_FUNCTION: there is no function "el" (did you mean "elu" or "elu_deriv"?): `lanewise functions` lists them all',
    );
  });
});

describe('renderCatalogueMarkdown', () => {
  it('is a page with an index and a section for each function', () => {
    expect(renderCatalogueMarkdown(CATALOGUE)).toMatchInlineSnapshot(`
      "# Functions

      What every function computes, with its parameters, derivative, special values and largest error. \`lanewise functions NAME\` prints the same.

      ## Elementwise functions

      Applied to each selected column by itself. Each has its derivative, \`<name>_deriv\`, with the same parameters and \`grad=<columns>\`.

      | function | formula | parameters |
      | --- | --- | --- |
      | [\`elu\`](#elu) | \`x >= 0 ? x : alpha * (e^x - 1)\` | \`alpha=1\` \`clip=none\` \`slope=1/6\` \`knee=<number>\` |

      ## Row functions

      Applied to all selected columns as one row, or to each list of a list column. \`m\` is the maximum of the row.

      | function | formula | parameters |
      | --- | --- | --- |
      | [\`softmax_deriv\`](#softmax_deriv) | \`p_i * (g_i - sum(g_j * p_j)) \\| p_i * (1 - p_i)\` | \`nulls=propagate\` \`grad=<columns>\` |

      ### elu

      Linear above 0, and smoothly saturating at -alpha below.

      \`\`\`text
      x >= 0 ? x : alpha * (e^x - 1)
      \`\`\`

      | parameter | default | allowed |  |
      | --- | --- | --- | --- |
      | \`alpha\` | 1 | a number of at least 0 and at most 100 | what the negative side saturates at |
      | \`clip\` | none | a number above 0 or none | limits x |
      | \`slope\` | 1/6 | a number | the steepness |
      | \`knee\` | required | a number | where the bend is |

      Derivative, as in \`dx = elu_deriv(x, knee=1, grad=dy)\`:

      \`\`\`text
      x >= 0 ? 1 : alpha * e^x
      \`\`\`

      At the kink: der(0) = 1

      | in | out |
      | --- | --- |
      | NaN | NaN |
      | -inf | -alpha |

      Largest error: 1 ULP, derivative 2 ULP.

      \`\`\`sh
      lanewise apply in.arrow -o out.arrow -t 'y = elu(x, knee=1)'
      \`\`\`

      ### softmax_deriv

      The derivative of softmax.

      \`\`\`text
      p_i * (g_i - sum(g_j * p_j)) | p_i * (1 - p_i)
      \`\`\`

      | parameter | default | allowed |  |
      | --- | --- | --- | --- |
      | \`nulls\` | propagate | propagate or skip | whether a null makes its whole row null, or is left out of the row and stays null in its place |
      | \`grad\` | optional | columns | the upstream gradient, one column for each column of the row, matched in order |

      One output for each column of the row; of a list column, a list column like it. Rows are at most 4096 values wide.

      Largest error: 2 ULP.

      \`\`\`sh
      lanewise apply in.arrow -o out.arrow -t 'y_* = softmax_deriv(x_*)'
      \`\`\`
      "
    `);
  });
});

describe('the whole catalogue', () => {
  it.each(WHOLE_CATALOGUE.map((entry) => [entry.name, entry] as const))('gives %s examples that work', (_, entry) => {
    const schema = schemaOf('x', 'x_1', 'x_2', 'dy');
    const transforms =
      entry.kind === 'row' ? [exampleTransform(entry)] : [exampleTransform(entry), derivativeTransform(entry)];
    expect(bindTransforms(transforms, schema, {}, WHOLE_CATALOGUE).jobs).toHaveLength(transforms.length);
  });

  it('is rendered within the width of a terminal', () => {
    const texts = [
      renderCatalogue(80, WHOLE_CATALOGUE),
      ...WHOLE_CATALOGUE.map(({ name }) => renderActivation(name, 80, WHOLE_CATALOGUE)),
    ];
    const lines = texts.flatMap((text) => text.split('\n')).filter((line) => !line.includes('lanewise apply'));
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });
});
