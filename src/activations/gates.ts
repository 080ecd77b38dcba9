import type { ElementwiseEntry } from './entry.js';
import { specialValues } from './special.js';

/** The functions that multiply x by a gate between 0 and 1. */
export const GATE_ENTRIES: readonly ElementwiseEntry[] = [
  {
    kind: 'elementwise',
    name: 'silu',
    summary: 'x times its sigmoid, also known as swish.',
    formula: 'x / (1 + e^-x)',
    parameters: [],
    specialValues: specialValues('0', '+inf'),
    maxUlp: 1,
    derivative: { formula: 's(x) * (1 + x * s(-x)) with s(x) = 1 / (1 + e^-x)', maxUlp: 2 },
  },
  {
    kind: 'elementwise',
    name: 'gelu',
    summary: 'x times the normal distribution function at x, exact or in its tanh approximation.',
    formula: 'x * Phi(x); with approximate=tanh 0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3)))',
    parameters: [
      {
        name: 'approximate',
        default: 0,
        keywords: { none: 0, tanh: 1 },
        keywordsOnly: true,
        help: 'whether to compute the function itself or its approximation by tanh',
      },
    ],
    specialValues: specialValues('0', '+inf'),
    maxUlp: 1,
    derivative: {
      formula:
        "Phi(x) + x * phi(x); with approximate=tanh s(v) * (1 + x * v' * s(-v)) with v = 2 * sqrt(2 / pi) * (x + 0.044715 * x^3)",
      maxUlp: 2,
    },
  },
  {
    kind: 'elementwise',
    name: 'mish',
    summary: 'x times the tanh of its softplus.',
    formula: 'x * tanh(ln(1 + e^x))',
    parameters: [],
    specialValues: specialValues('0', '+inf'),
    maxUlp: 1,
    derivative: {
      formula: 'e^x * ((e^x + 2) * d + 4 * x * (1 + e^x)) / d^2 with d = e^(2x) + 2 * e^x + 2',
      maxUlp: 2,
    },
  },
  {
    kind: 'elementwise',
    name: 'hard_swish',
    summary: 'A piecewise quadratic stand-in for silu.',
    formula: 'x * min(1, max(0, x / 6 + 1 / 2))',
    parameters: [],
    specialValues: specialValues('0', '+inf'),
    maxUlp: 1,
    derivative: { formula: '0 for x <= -3, 1 for x >= 3, else (2 * x + 3) / 6', atKink: '0 at -3, 1 at 3', maxUlp: 2 },
  },
];
