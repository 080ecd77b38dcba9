import type { ElementwiseEntry, Parameter } from './entry.js';
import { specialValues } from './special.js';

const LARGEST = Number.MAX_VALUE;

const ALPHA: Parameter = {
  name: 'alpha',
  default: 1,
  min: -LARGEST,
  max: LARGEST,
  help: 'the limit towards -inf is -alpha',
};

/** The factors of selu: their product and its parts are normal numbers. */
const SELU_CONSTANT = { min: 1e-100, max: 1e100 };

/** relu and its relatives: x itself on the right, something flatter on the left. */
export const RECTIFIER_ENTRIES: readonly ElementwiseEntry[] = [
  {
    kind: 'elementwise',
    name: 'relu',
    summary: 'Keeps the positive values and makes the others 0.',
    formula: 'max(0, x)',
    parameters: [],
    specialValues: specialValues('0', '+inf', [{ input: '-0', output: '+0' }]),
    maxUlp: 0,
    derivative: { formula: '1 for x > 0, else 0', atKink: '0', maxUlp: 0 },
  },
  {
    kind: 'elementwise',
    name: 'leaky_relu',
    summary: 'relu with a small slope on the left.',
    formula: 'x for x > 0, else alpha * x',
    parameters: [{ ...ALPHA, default: 0.01, help: 'the slope on the left' }],
    specialValues: specialValues('-inf (0 for alpha = 0, +inf for alpha < 0)', '+inf'),
    maxUlp: 1,
    derivative: { formula: '1 for x > 0, else alpha', atKink: 'alpha', maxUlp: 0 },
  },
  {
    kind: 'elementwise',
    name: 'relu6',
    summary: 'relu that stops at 6.',
    formula: 'min(6, max(0, x))',
    parameters: [],
    specialValues: specialValues('0', '6', [{ input: '-0', output: '+0' }]),
    maxUlp: 0,
    derivative: { formula: '1 for 0 < x < 6, else 0', atKink: '0 at both bounds', maxUlp: 0 },
  },
  {
    kind: 'elementwise',
    name: 'elu',
    summary: 'relu with an exponential curve on the left, accurate also around 0.',
    formula: 'x for x >= 0, else alpha * (e^x - 1)',
    parameters: [ALPHA],
    specialValues: specialValues('-alpha', '+inf', [{ input: '-0', output: '-0' }]),
    maxUlp: 1,
    derivative: { formula: '1 for x >= 0, else alpha * e^x', atKink: '1', maxUlp: 2 },
  },
  {
    kind: 'elementwise',
    name: 'selu',
    summary: 'elu scaled so that deep networks normalise themselves.',
    formula: 'scale * x for x >= 0, else scale * alpha * (e^x - 1)',
    parameters: [
      {
        ...SELU_CONSTANT,
        name: 'alpha',
        default: 1.6732632423543772,
        help: 'the limit towards -inf is -scale * alpha',
      },
      { ...SELU_CONSTANT, name: 'scale', default: 1.0507009873554805, help: 'the slope on the right' },
    ],
    specialValues: specialValues('-scale * alpha, which is -1.7580993408473766 by default', '+inf', [
      { input: '-0', output: '-0' },
    ]),
    maxUlp: 1,
    derivative: { formula: 'scale for x >= 0, else scale * alpha * e^x', atKink: 'scale', maxUlp: 2 },
  },
  {
    kind: 'elementwise',
    name: 'celu',
    summary: 'elu whose derivative is continuous for every alpha.',
    formula: 'max(0, x) + min(0, alpha * (e^(x / alpha) - 1))',
    parameters: [{ ...ALPHA, min: 0, exclusiveMin: true }],
    specialValues: specialValues('-alpha', '+inf', [{ input: '-0', output: '-0' }]),
    maxUlp: 1,
    derivative: { formula: '1 for x >= 0, else e^(x / alpha)', atKink: '1', maxUlp: 2 },
  },
  {
    kind: 'elementwise',
    name: 'threshold',
    summary: 'Keeps the values above a threshold and replaces the others.',
    formula: 'x for x > threshold, else value',
    parameters: [
      { name: 'threshold', default: undefined, help: 'what a value must exceed to be kept' },
      { name: 'value', default: undefined, help: 'what stands in for the others' },
    ],
    specialValues: specialValues('value', '+inf'),
    maxUlp: 0,
    derivative: { formula: '1 for x > threshold, else 0', atKink: '0', maxUlp: 0 },
  },
];
