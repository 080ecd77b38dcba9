import type { NumericType } from '../abi/types.js';

/** How the values of a column stand: one a row, or a list of them a row. */
export type Shape =
  | { readonly kind: 'flat' }
  | { readonly kind: 'fixed_size_list'; readonly listSize: number }
  | { readonly kind: 'list' }
  | { readonly kind: 'large_list' }
  /** Lists of lists, of any depth: one number is as good as another there, but no list is a row. */
  | { readonly kind: 'nested_list' };

/** A column as the planner sees it, whatever the format: a top-level field, or a struct's child by its dotted path. */
export interface Column {
  /** Place among all columns of the schema, struct children included, in depth-first order. */
  readonly index: number;
  /** Place of the top-level field that it is or belongs to. */
  readonly fieldIndex: number;
  /** Field names from the top down: `['point', 'x']`. */
  readonly path: readonly string[];
  /** The path joined with dots, as a selector names it. */
  readonly name: string;
  /** Type of the values (of the elements, for a list), or `undefined` where the type can't be transformed. */
  readonly type: NumericType | undefined;
  /** The full type in the format's own words, for messages and `inspect`. */
  readonly typeName: string;
  readonly nullable: boolean;
  readonly shape: Shape;
}

export interface Schema {
  readonly columns: readonly Column[];
  /** Names of the top-level fields in their order; a name may occur twice. */
  readonly fieldNames: readonly string[];
}
