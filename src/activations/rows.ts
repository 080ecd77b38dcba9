import type { Parameter, RowEntry, SpecialValue } from './entry.js';

const TEMPERATURE: Parameter = {
  name: 'temperature',
  default: 1,
  min: 0,
  max: Number.MAX_VALUE,
  exclusiveMin: true,
  help: 'divides the values before the function: above 1 flattens the result, below 1 sharpens it',
};

const INFINITIES: Parameter = {
  name: 'infinities',
  default: 0,
  keywords: { limit: 0, nan: 1 },
  keywordsOnly: true,
  help: 'whether a row with +inf (for softmin -inf) gives the limit of the function, or NaN as in PyTorch, ONNX Runtime and Keras',
};

const MAX_WIDTH = 4096;

const PROBABILITY_SPECIAL_VALUES: readonly SpecialValue[] = [
  { input: 'a NaN in the row', output: 'NaN in the whole row' },
  { input: 'n values of +inf', output: '1/n for each of them, 0 for the rest; NaN with infinities=nan' },
  { input: '-inf', output: '0' },
  { input: 'only -inf', output: 'NaN in the whole row' },
];

const ROW_FUNCTION = {
  kind: 'row',
  outputType: 'float64',
  grad: false,
  nulls: true,
  neutral: Number.NEGATIVE_INFINITY,
  maxWidth: MAX_WIDTH,
  maxUlp: 2,
} as const;

/** The functions of a row of values, with m = max x_j. Each is the kernel of its name in workers/kernels. */
export const ROW_ENTRIES: readonly RowEntry[] = [
  {
    ...ROW_FUNCTION,
    name: 'softmax',
    summary: 'Turns a row of scores into probabilities that add up to 1.',
    formula: 'e^((x_i - m)/temperature) / sum of e^((x_j - m)/temperature)',
    outputs: 'width',
    parameters: [TEMPERATURE, INFINITIES],
    specialValues: PROBABILITY_SPECIAL_VALUES,
  },
  {
    ...ROW_FUNCTION,
    name: 'log_softmax',
    summary: 'The natural logarithm of softmax, accurate also where softmax is nearly 1 or underflows.',
    formula: '(x_i - m)/temperature - ln(sum of e^((x_j - m)/temperature))',
    outputs: 'width',
    parameters: [TEMPERATURE, INFINITIES],
    specialValues: [
      { input: 'a NaN in the row', output: 'NaN in the whole row' },
      { input: 'n values of +inf', output: '-ln n for each of them, -inf for the rest; NaN with infinities=nan' },
      { input: '-inf', output: '-inf' },
      { input: 'only -inf', output: 'NaN in the whole row' },
    ],
  },
  {
    ...ROW_FUNCTION,
    name: 'softmin',
    neutral: Number.POSITIVE_INFINITY,
    summary: 'The softmax of the negated values: the smallest value gets the largest probability.',
    formula: 'softmax(-x)_i',
    outputs: 'width',
    parameters: [TEMPERATURE, INFINITIES],
    specialValues: [
      { input: 'a NaN in the row', output: 'NaN in the whole row' },
      { input: 'n values of -inf', output: '1/n for each of them, 0 for the rest; NaN with infinities=nan' },
      { input: '+inf', output: '0' },
      { input: 'only +inf', output: 'NaN in the whole row' },
    ],
  },
  {
    ...ROW_FUNCTION,
    name: 'logsumexp',
    summary: 'A smooth maximum of the row: the logarithm of the sum of its exponentials.',
    formula: 'm + ln(sum of e^(x_j - m))',
    outputs: 'one',
    parameters: [],
    specialValues: [
      { input: 'a NaN in the row', output: 'NaN' },
      { input: 'a +inf in the row', output: '+inf' },
      { input: '-inf', output: 'adds nothing' },
      { input: 'only -inf', output: '-inf' },
    ],
  },
  {
    ...ROW_FUNCTION,
    name: 'softmax_deriv',
    summary:
      'The derivative of softmax with respect to x/temperature: with grad the vector-Jacobian product, without it the diagonal of the Jacobian.',
    formula: 'p_i * (g_i - sum of g_j p_j) with grad=g, p_i * (1 - p_i) without; p = softmax(x)',
    outputs: 'width',
    grad: true,
    parameters: [TEMPERATURE, INFINITIES],
    specialValues: [
      { input: 'a NaN in the row or its gradients', output: 'NaN in the whole row' },
      {
        input: 'n values of +inf',
        output: 'the formula with p = 1/n for each of them, 0 for the rest; NaN with infinities=nan',
      },
      { input: '-inf', output: '0' },
      { input: 'only -inf', output: 'NaN in the whole row' },
    ],
  },
  {
    ...ROW_FUNCTION,
    name: 'softmax_jacobian',
    summary: 'All derivatives of softmax: one column for each pair of an output i and an input j.',
    formula: 'p_i * (delta_ij - p_j), p = softmax(x)',
    outputs: 'square',
    nulls: false,
    maxWidth: 64,
    parameters: [TEMPERATURE, INFINITIES],
    specialValues: [
      { input: 'a NaN in the row', output: 'NaN in the whole row' },
      {
        input: 'n values of +inf',
        output: 'the formula with p = 1/n for each of them, 0 for the rest; NaN with infinities=nan',
      },
      { input: '-inf', output: '0 or -0' },
      { input: 'only -inf', output: 'NaN in the whole row' },
    ],
  },
  {
    ...ROW_FUNCTION,
    name: 'argmax',
    summary: 'The place of the largest value in the row, counted from 0; the first of equal ones.',
    formula: 'the least i with x_i = m',
    outputs: 'one',
    outputType: 'int32',
    neutral: Number.NaN,
    maxUlp: 0,
    parameters: [],
    specialValues: [
      { input: 'a NaN in the row', output: 'null' },
      { input: '+inf', output: 'as any other largest value' },
      { input: 'only -inf', output: '0' },
    ],
  },
  {
    ...ROW_FUNCTION,
    name: 'entropy',
    summary:
      'The Shannon entropy of softmax in nats: 0 for a row with one certain outcome, ln(width) for equal values.',
    formula: '-sum of p_j ln p_j, p = softmax(x)',
    outputs: 'one',
    parameters: [],
    specialValues: [
      { input: 'a NaN in the row', output: 'NaN' },
      { input: 'n values of +inf', output: 'ln n' },
      { input: '-inf', output: 'adds nothing' },
      { input: 'only -inf', output: 'NaN' },
    ],
  },
];
