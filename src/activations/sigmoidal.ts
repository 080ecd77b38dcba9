import type { ElementwiseEntry, Parameter } from './entry.js';
import { specialValues } from './special.js';

const CLIP: Parameter = {
  name: 'clip',
  default: 500,
  keywords: { none: Number.POSITIVE_INFINITY },
  min: 0,
  help: 'limits the input to [-clip, clip] before the function; none switches it off',
};

/** The S-shaped functions and the softplus, whose derivative is one. */
export const SIGMOIDAL_ENTRIES: readonly ElementwiseEntry[] = [
  {
    kind: 'elementwise',
    name: 'sigmoid',
    summary: 'Maps a score to a probability between 0 and 1.',
    formula: '1 / (1 + e^-x)',
    parameters: [CLIP],
    specialValues: specialValues('sigmoid(-clip), 0 without a clip', '1 (sigmoid(clip) for a small clip)'),
    maxUlp: 1,
    derivative: { formula: 'e / (1 + e)^2 with e = e^-|x|, of the clipped x', maxUlp: 2 },
  },
  {
    kind: 'elementwise',
    name: 'tanh',
    summary: 'The hyperbolic tangent: maps to the range from -1 to 1.',
    formula: '(e^x - e^-x) / (e^x + e^-x)',
    parameters: [{ ...CLIP, default: Number.POSITIVE_INFINITY }],
    specialValues: specialValues('-1 (tanh(-clip) where it is set)', '1 (tanh(clip) where it is set)', [
      { input: '-0', output: '-0' },
    ]),
    maxUlp: 1,
    derivative: { formula: '4e / (1 + e)^2 with e = e^(-2|x|), of the clipped x', maxUlp: 2 },
  },
  {
    kind: 'elementwise',
    name: 'softplus',
    summary: 'A smooth stand-in for relu.',
    formula: 'x for beta * x > threshold, else ln(1 + e^(beta * x)) / beta',
    parameters: [
      {
        name: 'beta',
        default: 1,
        min: 0,
        max: Number.MAX_VALUE,
        exclusiveMin: true,
        help: 'how sharply the curve bends at 0',
      },
      { ...CLIP, help: 'limits beta * x to [-clip, clip]; none switches it off' },
      {
        name: 'threshold',
        default: Number.POSITIVE_INFINITY,
        keywords: { none: Number.POSITIVE_INFINITY },
        help: 'where beta * x is above it the result is x itself, as in PyTorch; none for the function everywhere',
      },
    ],
    specialValues: specialValues(
      'ln(1 + e^-clip) / beta, 0 without a clip',
      'ln(1 + e^clip) / beta, +inf without a clip or with a threshold',
    ),
    maxUlp: 1,
    derivative: {
      formula: '1 for beta * x > threshold, else 1 / (1 + e^(-beta * x)), of the clipped beta * x',
      maxUlp: 2,
    },
  },
  {
    kind: 'elementwise',
    name: 'log_sigmoid',
    summary: 'The natural logarithm of sigmoid, accurate also where sigmoid underflows or is nearly 1.',
    formula: '-ln(1 + e^-x)',
    parameters: [],
    specialValues: specialValues('-inf', '0'),
    maxUlp: 1,
    derivative: { formula: '1 / (1 + e^x)', maxUlp: 2 },
  },
  {
    kind: 'elementwise',
    name: 'softsign',
    summary: 'An S-shaped function that approaches its limits slowly.',
    formula: 'x / (1 + |x|)',
    parameters: [],
    specialValues: specialValues('-1', '1', [{ input: '-0', output: '-0' }]),
    maxUlp: 1,
    derivative: { formula: '1 / (1 + |x|)^2', maxUlp: 2 },
  },
  {
    kind: 'elementwise',
    name: 'hard_sigmoid',
    summary: 'A piecewise linear stand-in for sigmoid.',
    formula: 'min(1, max(0, slope * x + shift))',
    parameters: [
      {
        name: 'slope',
        default: 1 / 6,
        min: -Number.MAX_VALUE,
        max: Number.MAX_VALUE,
        help: 'the slope between the bounds: 1/6 as in PyTorch, 0.2 as in ONNX',
      },
      { name: 'shift', default: 0.5, min: -Number.MAX_VALUE, max: Number.MAX_VALUE, help: 'the value at 0' },
    ],
    specialValues: specialValues('0, 1 for slope < 0', '1, 0 for slope < 0', [
      { input: '-inf or +inf with slope = 0', output: 'shift held to [0, 1]' },
    ]),
    maxUlp: 1,
    derivative: { formula: 'slope for 0 < slope * x + shift < 1, else 0', atKink: '0 at both bounds', maxUlp: 0 },
  },
];
