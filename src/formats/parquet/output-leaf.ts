/** The columns that jobs write, as leaves of the output's schema: how their values are stored, and in which codec. */
import type { EncodingOption, PhysicalValue } from '../../abi/pages.js';
import { LanewiseError } from '../../errors.js';
import type { Job, OutputColumn } from '../../plan/job.js';
import type { Column } from '../../plan/schema.js';
import type { CodecChoice } from './codec-choice.js';
import { Repetition } from './definitions.js';
import { chooseEncoding, type EncodingChoice } from './encoding-choice.js';
import {
  type CarriedLevels,
  carryLevels,
  levelsColumn,
  type NewListLevels,
  newListLevels,
  nodesTo,
} from './leaf-levels.js';
import { listField } from './list-field.js';
import { createElement, STORAGE } from './output-element.js';
import type { Leaf, ParquetSchema, SchemaNode } from './schema.js';
import type { ThriftStruct } from './thrift.js';

export interface OutputLeaf extends CodecChoice, EncodingChoice {
  readonly output: OutputColumn;
  /** What the column is computed with: its pages come together with those of the other outputs. */
  readonly job: Pick<Job, 'outputs'>;
  readonly path: readonly string[];
  /** The leaf whose place it takes; `undefined` for a new one behind all others. */
  readonly replaces: Leaf | undefined;
  /** Schema elements of the field, the leaf's own last: those of the groups of a list stand before it. */
  readonly elements: readonly ThriftStruct[];
  /** The first of the input's elements in whose place they stand; the last is the replaced leaf's. */
  readonly replacedElement: number | undefined;
  readonly physicalType: number;
  readonly physicalValue: PhysicalValue;
  /** None of a required column; as the validity has it, for a flat one; else those of the input's values or lists. */
  readonly levels: 'none' | 'validity' | CarriedLevels | NewListLevels;
}

export interface OutputLeafOptions {
  readonly schema: ParquetSchema;
  readonly choose: (replaces: Leaf | undefined) => CodecChoice;
  readonly encoding: EncodingOption;
}

/** @throws LW_UNSUPPORTED_OPTION where the output can't have the levels that its place asks for */
export function createOutputLeaf(output: OutputColumn, job: Job, options: OutputLeafOptions): OutputLeaf {
  const { schema, choose, encoding } = options;
  const replaces = output.replaces === undefined ? undefined : schema.leafOfColumn.get(output.replaces.index);
  const common = { output, job, replaces, ...stored(output, choose(replaces), encoding) };
  const column = levelsColumn(job, output, schema);
  if (column !== undefined) return { ...common, ...nestedField(output, job, column, schema) };
  const { replaces: replaced } = output;
  const node = replaced === undefined ? undefined : schema.nodeOfColumn.get(replaced.index);
  if (replaced !== undefined && node !== undefined) requireFlatPlace(output, replaced, node);
  return {
    ...common,
    path: replaced?.path ?? [output.name],
    elements: [flatElement(replaced?.path.at(-1) ?? output.name, output, node)],
    replacedElement: node?.elementIndex,
    levels: output.nullable ? 'validity' : 'none',
  };
}

/** A leaf of a schema that is made anew, for a column without structs around it. */
export function createNewLeaf(
  output: OutputColumn,
  job: Pick<Job, 'outputs'>,
  choice: CodecChoice,
  encoding: EncodingOption,
): OutputLeaf {
  const name = output.replaces?.name ?? output.name;
  return {
    output,
    job,
    replaces: undefined,
    ...(output.shape.kind === 'flat' ? newFlatField(name, output) : newListField(name, output)),
    replacedElement: undefined,
    ...stored(output, choice, encoding),
  };
}

function newFlatField(name: string, output: OutputColumn) {
  const levels = output.nullable ? 'validity' : 'none';
  return { path: [name], elements: [flatElement(name, output, undefined)], levels } as const;
}

/** A list whose elements may be null. */
function newListField(name: string, output: OutputColumn) {
  return {
    ...listField(name, [output.nullable], createElement('', output.type, Repetition.optional, undefined)),
    levels: { nullLevel: 0, maxDefinitionLevel: output.nullable ? 3 : 2, maxRepetitionLevel: 1 },
  };
}

function stored({ type }: OutputColumn, codec: CodecChoice, encoding: EncodingOption) {
  const { physicalType, physicalValue } = STORAGE[type];
  return { physicalType, physicalValue, ...codec, ...chooseEncoding(type, codec.pageCodec, encoding) };
}

function flatElement(name: string, output: OutputColumn, node: SchemaNode | undefined): ThriftStruct {
  const repetition = output.nullable ? Repetition.optional : Repetition.required;
  const { type } = output.replaces ?? {};
  // What takes the place of a list has nothing of its annotations.
  const old = node === undefined ? undefined : { element: node.element, type: node.leaf ? type : undefined };
  return createElement(name, output.type, repetition, old);
}

/** The field of a result whose values stand where a nested column's do: that column's, or new lists like its own. */
function nestedField(output: OutputColumn, job: Job, column: Column, schema: ParquetSchema) {
  const leaf = schema.leafOfColumn.get(column.index);
  const nodes = leaf === undefined ? [] : nodesTo(schema, leaf);
  const leafNode = nodes.at(-1);
  if (leaf === undefined || leafNode === undefined) throw new RangeError(`"${column.name}" is no numeric column`);
  const hasNulls = mayAddNulls(output, job, column);
  if (output.replaces === undefined) {
    const { levels, areNullable } = newListLevels(column, nodes, hasNulls);
    const isOptional = levels.maxDefinitionLevel > levels.absent.at(-1)!;
    const repetition = isOptional ? Repetition.optional : Repetition.required;
    const element = createElement('', output.type, repetition, undefined);
    return { ...listField(output.name, areNullable, element), replacedElement: undefined, levels };
  }
  const repetition = hasNulls ? optionalRepetition(job, column, leafNode) : leafNode.repetition;
  return {
    path: leaf.path,
    elements: [createElement(leafNode.name, output.type, repetition, { element: leafNode.element, type: column.type })],
    replacedElement: leaf.elementIndex,
    levels: carryLevels(column, nodes, repetition === Repetition.optional),
  };
}

/** Whether a result may be null where the column's value isn't. */
function mayAddNulls(output: OutputColumn, job: Job, column: Column): boolean {
  const result = job.program.results[job.outputs.indexOf(output)];
  return job.operands.some((operand) => operand.index !== column.index) || result?.nanIsNull === true;
}

/** The repetition with which a leaf has a place for nulls. */
function optionalRepetition(job: Job, column: Column, { repetition }: SchemaNode): number {
  if (repetition !== Repetition.repeated) return Repetition.optional;
  throw new LanewiseError(
    'LW_UNSUPPORTED_OPTION',
    `${job.transform}: the lists of "${column.name}" are of a form of Parquet's that has no place for null elements, which a gradient may bring; name a new target, such as '${column.path.join('_')}_new = …'`,
  );
}

/** Results with a value a row can't stand among structs whose nulls only the elements of a list tell. */
function requireFlatPlace(output: OutputColumn, replaced: Column, node: SchemaNode): void {
  const own = node.repetition === Repetition.required ? 0 : 1;
  const isWholeList = replaced.shape.kind !== 'flat' && output.shape.kind === 'flat';
  if (isWholeList && node.maxDefinitionLevel === own) return;
  if (replaced.shape.kind === output.shape.kind) return;
  throw new LanewiseError(
    'LW_UNSUPPORTED_OPTION',
    `"${replaced.name}" has another shape than what is to replace it, or is part of a struct that may be null; name a new target, such as '${replaced.path.join('_')}_new = …'`,
  );
}
