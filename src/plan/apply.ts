import type { ActivationEntry } from '../activations/entry.js';
import { LanewiseError } from '../errors.js';
import { applyRow } from './apply-row.js';
import { type BoundParameters, bindParameters } from './parameters.js';
import { quote, shorten } from './quote.js';
import { type ResolvedFunction, resolveFunction } from './resolve.js';
import type { Schema } from './schema.js';
import { type NumericColumn, selectColumns } from './select.js';
import type { Call, Pattern } from './transform.js';
import { describe, sameShape, type Value, widened } from './value.js';

/** Binds a call and the calls in it to columns. Each value is one output of the outermost function. */
export function applyCall(call: Call, schema: Schema, catalogue: readonly ActivationEntry[]): Value[] {
  const resolved = resolveFunction(call.function, catalogue);
  const parameters = bindParameters(call, resolved.entry, resolved.takesGrad);
  const sources = sourceValues(call, schema, catalogue);
  const grads = gradColumns(call, parameters, sources, schema);
  return resolved.entry.kind === 'row'
    ? applyRow(call, resolved.entry, parameters, sources, grads)
    : sources.map((source, index) => applyElementwise(resolved, parameters, source, grads[index]));
}

function sourceValues(call: Call, schema: Schema, catalogue: readonly ActivationEntry[]): Value[] {
  const selected = new Set<NumericColumn>();
  const values = call.sources.flatMap((source) =>
    source.kind === 'call'
      ? nestedValues(call, source, schema, catalogue)
      : selectedValues(call, source, schema, selected),
  );
  if (values.length > 0) return values;
  throw new LanewiseError('LW_TRANSFORM_SYNTAX', `${call.function} is given no column, only parameters`);
}

function nestedValues(outer: Call, call: Call, schema: Schema, catalogue: readonly ActivationEntry[]): Value[] {
  const values = applyCall(call, schema, catalogue);
  if (values.every(({ type }) => type !== 'int32')) return values;
  throw new LanewiseError(
    'LW_TRANSFORM_SYNTAX',
    `${call.function} gives places, not values: it can't stand inside ${outer.function}`,
  );
}

/** @param selected the columns that the call has selected so far */
function selectedValues(call: Call, pattern: Pattern, schema: Schema, selected: Set<NumericColumn>): Value[] {
  return selectColumns(pattern, schema).map(({ column, star }): Value => {
    if (selected.has(column)) {
      throw new LanewiseError(
        'LW_TARGET_COLLISION',
        `${call.function} selects column ${quote(column.name)} twice: select it once`,
      );
    }
    selected.add(column);
    return {
      expression: { kind: 'column', column },
      name: column.name,
      star: star === undefined ? undefined : { text: star, glob: pattern },
      type: widened(column.type),
      shape: column.shape,
      domain: column.shape.kind === 'flat' ? 'rows' : 'elements',
    };
  });
}

/** The upstream gradient's columns: one for each source, like it in shape and type; or none. */
function gradColumns(
  call: Call,
  parameters: BoundParameters,
  sources: readonly Value[],
  schema: Schema,
): readonly NumericColumn[] {
  if (parameters.grads.length === 0) return [];
  const grads = parameters.grads.flatMap((pattern) => selectColumns(pattern, schema).map(({ column }) => column));
  if (grads.length !== sources.length) {
    throw new LanewiseError(
      'LW_COLUMN_TYPE',
      `${call.function} has ${counted(sources.length, 'column')} but grad selects ${counted(grads.length, 'column')} (${listed(grads)}): give one for each`,
    );
  }
  for (const [index, grad] of grads.entries()) {
    const source = sources[index]!;
    if (source.domain === 'lists' && source.shape.kind === 'flat') {
      throw new LanewiseError(
        'LW_COLUMN_TYPE',
        `${call.function} takes no grad here: each of its values comes from a whole list`,
      );
    }
    if (!sameShape(source.shape, grad.shape) || source.type !== widened(grad.type)) {
      throw new LanewiseError(
        'LW_COLUMN_TYPE',
        `${call.function}: grad column ${quote(grad.name)} is ${shorten(grad.typeName)}, but ${quote(source.name)} is ${describe(source)}: they must be alike`,
      );
    }
  }
  return grads;
}

function applyElementwise(
  { kernel }: ResolvedFunction,
  { params }: BoundParameters,
  source: Value,
  grad: NumericColumn | undefined,
): Value {
  return { ...source, expression: { kind: 'elementwise', kernel, params, source: source.expression, grad } };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** The first names, quoted. */
function listed(columns: readonly NumericColumn[]): string {
  const names = columns.slice(0, 4).map(({ name }) => quote(name));
  return columns.length > 4 ? `${names.join(', ')}, …` : names.join(', ');
}
