import type { ElementwiseEntry, Parameter } from './entry.js';
import { specialValues } from './special.js';

const LAMBD: Parameter = {
  name: 'lambd',
  default: 0.5,
  min: 0,
  max: Number.MAX_VALUE,
  help: 'half the width of the range around 0 that becomes 0',
};

/** The functions that pull values towards 0. */
export const SHRINKER_ENTRIES: readonly ElementwiseEntry[] = [
  {
    kind: 'elementwise',
    name: 'softshrink',
    summary: 'Moves the values towards 0 by lambd.',
    formula: 'x - lambd for x > lambd, x + lambd for x < -lambd, else 0',
    parameters: [LAMBD],
    specialValues: specialValues('-inf', '+inf'),
    maxUlp: 1,
    derivative: { formula: '1 for |x| > lambd, else 0', atKink: '0 at both', maxUlp: 0 },
  },
  {
    kind: 'elementwise',
    name: 'hardshrink',
    summary: 'Makes the values near 0 exactly 0.',
    formula: 'x for |x| > lambd, else 0',
    parameters: [LAMBD],
    specialValues: specialValues('-inf', '+inf'),
    maxUlp: 0,
    derivative: { formula: '1 for |x| > lambd, else 0', atKink: '0 at both', maxUlp: 0 },
  },
  {
    kind: 'elementwise',
    name: 'tanhshrink',
    summary: 'The part of a value that tanh takes away, accurate also around 0.',
    formula: 'x - tanh(x)',
    parameters: [],
    specialValues: specialValues('-inf', '+inf'),
    maxUlp: 1,
    derivative: { formula: 'tanh(x)^2', maxUlp: 2 },
  },
];
