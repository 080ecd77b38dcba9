import type { NumericType } from './types.js';

/**
 * One job compiled to kernel calls: plain data, made once by the planner, cloned once into each worker.
 *
 * Values live in registers. Registers `0 .. operands.length - 1` are the operands, widened to float64; every step
 * writes registers that no earlier step wrote; `results` names the registers that are stored, narrowed to their type.
 * A register is a column of float64 values, one for each row; the executor runs the steps tile by tile over the rows.
 * A null is left out of a `skip` row by the validity of the operands that its register was computed from.
 */
export interface Program {
  /** The type of each operand in the slot. */
  readonly operands: readonly NumericType[];
  readonly steps: readonly Step[];
  readonly results: readonly Result[];
  readonly registerCount: number;
}

export interface Result {
  readonly register: number;
  readonly type: NumericType;
  /** Operands whose nulls are nulls of this result. */
  readonly validityFrom: readonly number[];
  /** Whether the result is null where any of them is, or only where all of them are (one result of a `skip` row). */
  readonly nullWhere: 'any' | 'all';
  /** True where a NaN is stored as null. */
  readonly nanIsNull: boolean;
}

/** One kernel call. The kernel's family decides how many sources and targets there are. */
export type Step =
  | {
      /** `kernel(source, target, count, params)` */
      readonly kind: 'elementwise';
      readonly kernel: string;
      readonly params: readonly number[];
      readonly sources: readonly [number];
      readonly targets: readonly [number];
    }
  | {
      /** `multiply(a, b, target, count)`: the product with an upstream gradient. */
      readonly kind: 'multiply';
      readonly sources: readonly [number, number];
      readonly targets: readonly [number];
    }
  | {
      /**
       * `kernel(sources, targets, width, count, params, scratch)`; with an upstream gradient the sources are the row's
       * `width` columns followed by as many gradient columns.
       */
      readonly kind: 'row';
      readonly kernel: string;
      readonly params: readonly number[];
      /** Columns in a row; in a job over lists, each list is a row and all of its elements are in one register. */
      readonly width: number | 'list';
      /** A result for each element of the row, one for the whole row, or one for each pair of elements. */
      readonly outputs: 'width' | 'one' | 'square';
      readonly sources: readonly number[];
      readonly targets: readonly number[];
      /** `skip` leaves null elements out of their row: the kernel is handed `neutral` in their place, a mark if that is NaN. */
      readonly nulls: 'propagate' | 'skip';
      readonly neutral: number;
    };
