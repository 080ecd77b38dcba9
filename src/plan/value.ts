import type { NumericType } from '../abi/types.js';
import type { Expression } from './expression.js';
import type { Domain } from './job.js';
import type { Shape } from './schema.js';
import type { Pattern } from './transform.js';

export type FloatType = Extract<NumericType, 'float64' | 'float32' | 'float16'>;

/** One value for each row (or each list, or each element of one): what a call gives, and what the call around it takes. */
export interface Value {
  readonly expression: Expression;
  /** What an output is named after: the column, or the function where several columns became one. */
  readonly name: string;
  /** What a target's `*` stands for, and the glob that matched it; a Jacobian's places have no glob. */
  readonly star: { readonly text: string; readonly glob: Pattern | undefined } | undefined;
  readonly type: FloatType | 'int32';
  readonly shape: Shape;
  readonly domain: Domain;
}

/** The type of a result that is computed from columns of a type: floats keep theirs, the rest gives float64. */
export function widened(type: NumericType): FloatType {
  return type === 'float32' || type === 'float16' ? type : 'float64';
}

/** The type of what is computed from several values: the one that holds all of them. */
export function widest(values: readonly Value[]): FloatType {
  const types = new Set(values.map(({ type }) => type));
  return (['float64', 'float32'] as const).find((type) => types.has(type)) ?? 'float16';
}

export function sameShape(a: Shape, b: Shape): boolean {
  if (a.kind !== b.kind) return false;
  return a.kind !== 'fixed_size_list' || b.kind !== 'fixed_size_list' || a.listSize === b.listSize;
}

/** Type and shape in words, for messages. */
export function describe({ type, shape }: Value): string {
  if (shape.kind === 'flat') return type;
  if (shape.kind === 'nested') return `${type} in lists`;
  return shape.kind === 'fixed_size_list' ? `fixed_size_list<${type}>[${shape.listSize}]` : `${shape.kind}<${type}>`;
}
