import type { Program } from '../abi/program.js';
import type { NumericType } from '../abi/types.js';
import type { Column, Shape } from './schema.js';

/**
 * What a job's values are counted in: rows of a record batch; the elements of one list column (an elementwise function
 * on a list column); or whole lists (a row function on one list column).
 */
export type Domain = 'rows' | 'elements' | 'lists';

/** A unit of computation that shares no value with another: one column of an elementwise transform, or one row function. */
export interface Job {
  /** The transform as the user wrote it, for messages and `--dry-run`. */
  readonly transform: string;
  readonly domain: Domain;
  readonly program: Program;
  /** Columns read, in the order of the program's operands. */
  readonly operands: readonly Column[];
  /** Columns written, in the order of the program's results. */
  readonly outputs: readonly OutputColumn[];
}

export interface OutputColumn {
  readonly name: string;
  readonly type: NumericType;
  readonly shape: Shape;
  readonly nullable: boolean;
  /** The column whose place and field it takes; `undefined` for a new column, which stands after all others. */
  readonly replaces: Column | undefined;
}

/** The transforms of one run, bound to a schema: jobs in the order of the transforms. */
export interface BoundTransforms {
  readonly jobs: readonly Job[];
}

/** Whether a result may be null where no value that it is computed of is: an empty list has no logsumexp, NaN no argmax. */
export function hasOwnNulls({ domain, program }: Job, output: OutputColumn, index: number): boolean {
  return program.results[index]?.nanIsNull === true || (domain === 'lists' && output.shape.kind === 'flat');
}
