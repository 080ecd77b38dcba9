import type { Column } from './schema.js';

/** A transform's call bound to columns: a tree whose leaves are columns. It holds no widths or types; those are the columns'. */
export type Expression =
  | { readonly kind: 'column'; readonly column: Column }
  | {
      readonly kind: 'elementwise';
      readonly kernel: string;
      readonly params: readonly number[];
      readonly source: Expression;
      /** The upstream gradient that the result is multiplied by. */
      readonly grad: Column | undefined;
    }
  | { readonly kind: 'rowOutput'; readonly row: RowExpression; readonly index: number };

/** A row function, of which each `rowOutput` takes one output. */
export interface RowExpression {
  readonly kernel: string;
  readonly params: readonly number[];
  readonly nulls: 'propagate' | 'skip';
  /** What stands in the place of a null that is skipped. */
  readonly neutral: number;
  /** The elements of a row; or the one list column whose lists are the rows. */
  readonly sources: readonly Expression[];
  /** The upstream gradient: one column for each source, or none. */
  readonly grads: readonly Column[];
  readonly outputs: 'width' | 'one' | 'square';
  /** Whether the rows are the lists of a list column. */
  readonly overLists: boolean;
}
