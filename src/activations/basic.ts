import type { ElementwiseEntry, Parameter } from './entry.js';
import { specialValues } from './special.js';

const LARGEST = Number.MAX_VALUE;

const MIN: Parameter = { name: 'min', default: -500, help: 'the lower bound' };
const MAX: Parameter = { name: 'max', default: 500, help: 'the upper bound; it wins where it lies below min' };

/** The identity, its bounded and scaled forms, and the exponential and logarithm. */
export const BASIC_ENTRIES: readonly ElementwiseEntry[] = [
  {
    kind: 'elementwise',
    name: 'linear',
    summary: 'The identity: useful to convert a column to another float type.',
    formula: 'x',
    parameters: [],
    specialValues: specialValues('-inf', '+inf', [{ input: '-0', output: '-0' }]),
    maxUlp: 0,
    derivative: { formula: '1', maxUlp: 0 },
  },
  {
    kind: 'elementwise',
    name: 'affine',
    summary: 'Scales and shifts, rounded after the product and after the sum.',
    formula: 'scale * x + shift',
    parameters: [
      { name: 'scale', default: 1, min: -LARGEST, max: LARGEST, help: 'the factor' },
      { name: 'shift', default: 0, min: -LARGEST, max: LARGEST, help: 'what is added to the product' },
    ],
    specialValues: specialValues(
      '-inf, +inf for scale < 0, NaN for scale = 0',
      '+inf, -inf for scale < 0, NaN for scale = 0',
    ),
    maxUlp: 0,
    derivative: { formula: 'scale', maxUlp: 0 },
  },
  {
    kind: 'elementwise',
    name: 'clip',
    summary: 'Holds the values to a range.',
    formula: 'min(max(x, min), max)',
    parameters: [MIN, MAX],
    specialValues: specialValues('min', 'max'),
    maxUlp: 0,
    derivative: { formula: '1 for min <= x <= max, else 0', atKink: '1 at both bounds', maxUlp: 0 },
  },
  {
    kind: 'elementwise',
    name: 'hard_tanh',
    summary: 'A piecewise linear stand-in for tanh.',
    formula: 'min(max(x, min), max)',
    parameters: [
      { ...MIN, default: -1 },
      { ...MAX, default: 1 },
    ],
    specialValues: specialValues('min', 'max'),
    maxUlp: 0,
    derivative: { formula: '1 for min < x < max, else 0', atKink: '0 at both bounds', maxUlp: 0 },
  },
  {
    kind: 'elementwise',
    name: 'exp',
    summary: 'The exponential function.',
    formula: 'e^x',
    parameters: [],
    specialValues: specialValues('0', '+inf', [
      { input: 'x > 709.78', output: '+inf' },
      { input: 'x < -745.13', output: '0' },
    ]),
    maxUlp: 1,
    derivative: { formula: 'e^x', maxUlp: 2 },
  },
  {
    kind: 'elementwise',
    name: 'expm1',
    summary: 'The exponential less 1, accurate also around 0.',
    formula: 'e^x - 1',
    parameters: [],
    specialValues: specialValues('-1', '+inf', [{ input: '-0', output: '-0' }]),
    maxUlp: 1,
    derivative: { formula: 'e^x', maxUlp: 2 },
  },
  {
    kind: 'elementwise',
    name: 'log1p',
    summary: 'The natural logarithm of 1 + x, accurate also around 0.',
    formula: 'ln(1 + x)',
    parameters: [],
    specialValues: specialValues('NaN', '+inf', [
      { input: '-1', output: '-inf' },
      { input: 'x < -1', output: 'NaN' },
      { input: '-0', output: '-0' },
    ]),
    maxUlp: 1,
    derivative: { formula: '1 / (1 + x), NaN for x < -1', maxUlp: 2 },
  },
];
