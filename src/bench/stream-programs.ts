import type { Program } from '../abi/program.js';

/**
 * What the bandwidth of memory is measured with: the scale and the product of McCalpin's STREAM, on the same loads and
 * stores that every kernel uses.
 */
export const STREAM_PROGRAMS: readonly { readonly name: string; readonly program: Program }[] = [
  {
    name: 'scale',
    program: {
      operands: ['float64'],
      steps: [{ kind: 'elementwise', kernel: 'affine', params: [3, 0], sources: [0], targets: [1] }],
      results: [{ register: 1, type: 'float64', validityFrom: [0], nullWhere: 'any', nanIsNull: false }],
      registerCount: 2,
    },
  },
  {
    name: 'product',
    program: {
      operands: ['float64', 'float64'],
      steps: [{ kind: 'multiply', sources: [0, 1], targets: [2] }],
      results: [{ register: 2, type: 'float64', validityFrom: [0, 1], nullWhere: 'any', nanIsNull: false }],
      registerCount: 3,
    },
  },
];
