import type { NumericType } from '../abi/types.js';

/** How the values of a column stand: one a row, or a list of them a row. */
export type Shape =
  | { readonly kind: 'flat' }
  | { readonly kind: 'fixed_size_list'; readonly listSize: number }
  | { readonly kind: 'list' }
  | { readonly kind: 'large_list' }
  /** Deeper in lists: in lists of lists, structs in lists, maps. One number is as good as another there, no list is a row. */
  | { readonly kind: 'nested' };

/**
 * A column as the planner sees it, whatever the format: a top-level field, or what is in one by its dotted path. Lists
 * have no name of their own in it, and maps have a `key` and a `value`: `points.x`, `prices.value`.
 */
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
  /** Whether it is the keys of maps, which would be other maps with others. @default false */
  readonly isMapKey?: boolean;
}

export interface Schema {
  readonly columns: readonly Column[];
  /** Names of the top-level fields in their order; a name may occur twice. */
  readonly fieldNames: readonly string[];
}
