import type { NumericType } from '../../src/abi/types.js';
import type { ActivationEntry, ElementwiseEntry, Parameter, RowEntry } from '../../src/activations/entry.js';
import { type ErrorCode, LanewiseError } from '../../src/errors.js';
import { type BindOptions, bindTransforms } from '../../src/plan/bind.js';
import type { OutputColumn } from '../../src/plan/job.js';
import type { Column, Schema, Shape } from '../../src/plan/schema.js';

/** A catalogue with one function of each kind that the planner tells apart. */
export const CATALOGUE: readonly ActivationEntry[] = [
  elementwise('linear'),
  elementwise('sigmoid', [number('clip', 500, { keywords: { none: Number.MAX_VALUE }, min: 0, exclusiveMin: true })]),
  elementwise('relu'),
  elementwise('clip', [number('min', -500), number('max', 500)]),
  elementwise('affine', [number('scale', 1), number('shift', 0)]),
  elementwise('gelu', [number('approximate', 0, { keywords: { none: 0, tanh: 1 }, keywordsOnly: true })]),
  elementwise('threshold', [number('threshold', undefined), number('value', undefined)]),
  elementwise('leaky_relu', [number('alpha', 0.01, { min: 0, max: 10 })]),
  row('softmax', 'width', { parameters: [temperature()] }),
  row('logsumexp', 'one'),
  row('argmax', 'one', { outputType: 'int32' }),
  row('softmax_deriv', 'width', { parameters: [temperature()], grad: true }),
  row('softmax_jacobian', 'square', { parameters: [temperature()], nulls: false, maxWidth: 3 }),
];

function elementwise(name: string, parameters: readonly Parameter[] = []): ElementwiseEntry {
  return {
    kind: 'elementwise',
    name,
    summary: `The ${name} function.`,
    formula: `${name}(x)`,
    parameters,
    specialValues: [{ input: 'NaN', output: 'NaN' }],
    maxUlp: 1,
    derivative: { formula: `${name}'(x)`, maxUlp: 2 },
  };
}

function row(name: string, outputs: RowEntry['outputs'], options: Partial<RowEntry> = {}): RowEntry {
  return {
    kind: 'row',
    name,
    summary: `The ${name} function.`,
    formula: `${name}(x)_i`,
    parameters: [],
    specialValues: [],
    maxUlp: 2,
    outputs,
    outputType: 'float64',
    grad: false,
    nulls: true,
    neutral: Number.NEGATIVE_INFINITY,
    maxWidth: 6,
    ...options,
  };
}

function number(name: string, value: number | undefined, options: Partial<Parameter> = {}): Parameter {
  return { name, default: value, help: `The ${name}.`, ...options };
}

function temperature(): Parameter {
  return number('temperature', 1, { min: 0, exclusiveMin: true });
}

export interface ColumnOptions {
  readonly nullable?: boolean;
  readonly shape?: Shape;
  readonly typeName?: string;
  readonly isMapKey?: boolean;
}

export interface ColumnSpec extends ColumnOptions {
  /** Dots separate a struct from its children. */
  readonly name: string;
  readonly type: NumericType | undefined;
}

export function column(name: string, type: NumericType = 'float64', options: ColumnOptions = {}): ColumnSpec {
  return { name, type, ...options };
}

/** A column that can't be transformed. */
export function opaque(name: string, typeName = 'utf8'): ColumnSpec {
  return { name, type: undefined, typeName };
}

export function fixedSizeList(name: string, listSize: number, type: NumericType = 'float64'): ColumnSpec {
  return column(name, type, {
    shape: { kind: 'fixed_size_list', listSize },
    typeName: `fixed_size_list<${type}>[${listSize}]`,
  });
}

export function list(name: string, type: NumericType = 'float64'): ColumnSpec {
  return column(name, type, { shape: { kind: 'list' }, typeName: `list<${type}>` });
}

/** Numbers in lists of structs, lists of lists or maps. */
export function nested(name: string, options: ColumnOptions = {}): ColumnSpec {
  return column(name, 'float64', { shape: { kind: 'nested' }, ...options });
}

/** A schema of top-level fields and of struct children, which stand after their struct. */
export function schemaOf(...specs: readonly (ColumnSpec | string)[]): Schema {
  const fieldNames: string[] = [];
  const columns = specs.map((spec, index): Column => {
    const { name, type, nullable, shape, typeName, isMapKey = false } = typeof spec === 'string' ? column(spec) : spec;
    const path = name.split('.');
    if (path.length === 1) fieldNames.push(name);
    return {
      index,
      fieldIndex: fieldNames.length - 1,
      path,
      name,
      type,
      typeName: typeName ?? type ?? 'utf8',
      nullable: nullable ?? false,
      shape: shape ?? { kind: 'flat' },
      ...(isMapKey && { isMapKey }),
    };
  });
  return { columns, fieldNames };
}

/** What a call throws, as `code: message`. */
export function errorOf(call: () => unknown): `${ErrorCode}: ${string}` | undefined {
  try {
    call();
  } catch (error) {
    if (error instanceof LanewiseError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return undefined;
}

/** A schema with a column of every kind that binding tells apart. */
export const SCHEMA = schemaOf(
  column('id', 'int64'),
  'logit_a',
  'logit_b',
  'logit_c',
  column('score', 'float32', { nullable: true }),
  column('half', 'float16'),
  column('flag', 'bool'),
  opaque('name'),
  opaque('point', 'struct<x: double, y: double, inner: struct<z: double>>'),
  'point.x',
  'point.y',
  opaque('point.inner', 'struct<z: double>'),
  'point.inner.z',
  fixedSizeList('emb_4', 4),
  fixedSizeList('emb_8', 8),
  list('ragged'),
  'dx',
);

export function outputsOf(
  transforms: string | readonly string[],
  options: BindOptions = {},
  schema = SCHEMA,
): OutputColumn[] {
  return bindTransforms([transforms].flat(), schema, options, CATALOGUE).jobs.flatMap(({ outputs }) => outputs);
}

export function namesOf(...transforms: readonly string[]): string[] {
  return outputsOf(transforms).map(({ name }) => name);
}

export function failureOf(transforms: string | readonly string[], schema: Schema = SCHEMA): string | undefined {
  return errorOf(() => outputsOf(transforms, {}, schema));
}
