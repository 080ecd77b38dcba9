/**
 * Results that stand in the places of nested values have those values' levels: which list a value begins, which struct
 * or list is null instead, survives as it is in the input.
 */
import { LanewiseError } from '../../errors.js';
import type { Job, OutputColumn } from '../../plan/job.js';
import type { Column } from '../../plan/schema.js';
import { Repetition } from './definitions.js';
import type { Leaf, ParquetSchema, SchemaNode } from './schema.js';

export interface CarriedLevels {
  /** The column whose levels they are. */
  readonly column: Column;
  readonly maxDefinitionLevel: number;
  readonly maxRepetitionLevel: number;
  /** By definition level of the column: that of a result that is null or has no place there. */
  readonly absent: readonly number[];
  /** Definition level of the column from which on there is a place for a result. */
  readonly leastPresent: number;
  /** The one from which on the innermost list has an element; 0 where there is none. */
  readonly leastElement: number;
}

/** Of lists that an input has in another form: their levels are made of where they stand. */
export interface NewListLevels {
  /** Definition level of a null list. */
  readonly nullLevel: number;
  readonly maxDefinitionLevel: number;
  readonly maxRepetitionLevel: number;
}

/**
 * The column whose levels a result has; `undefined` for a flat result, whose validity is all there is to tell.
 * @throws LW_UNSUPPORTED_OPTION where it isn't among the columns that the result is computed of
 */
export function levelsColumn(job: Job, output: OutputColumn, schema: ParquetSchema): Column | undefined {
  const { replaces, shape } = output;
  const isList = shape.kind !== 'flat';
  if (replaces === undefined) return isList ? job.operands[0] : undefined;
  const leaf = schema.leafOfColumn.get(replaces.index);
  const node = schema.nodeOfColumn.get(replaces.index);
  if (leaf === undefined || node === undefined || (replaces.shape.kind !== 'flat') !== isList) return undefined;
  const own = node.repetition === Repetition.optional ? 1 : 0;
  if (!isList && leaf.maxDefinitionLevel <= own) return undefined;
  if (job.operands.some(({ index }) => index === replaces.index)) return replaces;
  throw new LanewiseError(
    'LW_UNSUPPORTED_OPTION',
    `"${replaces.name}" can be replaced only by what is computed of itself, since it is a list or part of a struct that may be null; name a new target, such as '${replaces.path.join('_')}_new = …'`,
  );
}

/** Columns of which the jobs' results have the levels, by their index. */
export function levelsColumns(jobs: readonly Job[], schema: ParquetSchema): ReadonlySet<number> {
  const columns = jobs.flatMap((job) => job.outputs.map((output) => levelsColumn(job, output, schema)));
  return new Set(columns.flatMap((column) => column?.index ?? []));
}

/** The nodes from a top-level field down to a leaf. */
export function nodesTo(schema: ParquetSchema, leaf: Leaf): readonly SchemaNode[] {
  const find = (node: SchemaNode): readonly SchemaNode[] | undefined => {
    if (node.leaf === leaf) return [node];
    for (const child of node.children) {
      const below = find(child);
      if (below !== undefined) return [node, ...below];
    }
    return undefined;
  };
  return find(schema.root)?.slice(1) ?? [];
}

/**
 * Levels of a result in the column's own place.
 * @param nodes from the top-level field down to the column's leaf
 * @param isOptional whether the result's own leaf may be null
 */
export function carryLevels(column: Column, nodes: readonly SchemaNode[], isOptional: boolean): CarriedLevels {
  const leaf = nodes.at(-1);
  const innermost = nodes.findLast(({ repetition }) => repetition === Repetition.repeated);
  const maxLevel = leaf?.maxDefinitionLevel ?? 0;
  const leastPresent = maxLevel - (leaf?.repetition === Repetition.optional ? 1 : 0);
  return {
    column,
    maxDefinitionLevel: leastPresent + (isOptional ? 1 : 0),
    maxRepetitionLevel: countRepeated(nodes),
    absent: Array.from({ length: maxLevel + 1 }, (_, level) => Math.min(level, leastPresent)),
    leastPresent,
    leastElement: innermost?.maxDefinitionLevel ?? 0,
  };
}

/** A new field's levels, with what lists it has, from the outermost on: whether each may be null. */
export interface NewLists {
  readonly levels: CarriedLevels;
  readonly areNullable: readonly boolean[];
}

/**
 * Levels of a result with a field of its own at the top, which has the lists that the column is in, and not the structs:
 * where a struct is null, the list is that was in it, or the value.
 *
 *     column  optional s { optional l { repeated list { optional element { required x } } } }
 *     levels           1            2               3                   4
 *     result  optional y              { repeated list { optional element } }
 *     levels  0 0 1 2 3: of an input's value of the level 0 to 4
 *
 * @param nodes from the top-level field down to the column's leaf
 * @param hasOwnNulls whether a result may be null where the value isn't
 */
export function newListLevels(column: Column, nodes: readonly SchemaNode[], hasOwnNulls: boolean): NewLists {
  const areNullable: boolean[] = [];
  const absent: number[] = [];
  /** The result's level where all lists so far have elements. */
  let base = 0;
  let leastElement = 0;
  let isNullable = false;
  for (const { repetition } of nodes) {
    if (repetition === Repetition.required) continue;
    if (repetition === Repetition.optional) {
      absent.push(base);
      isNullable = true;
      continue;
    }
    const presentLevel = base + (isNullable ? 1 : 0);
    absent.push(presentLevel);
    areNullable.push(isNullable);
    base = presentLevel + 1;
    leastElement = absent.length;
    isNullable = false;
  }
  absent.push(base);
  const maxDefinitionLevel = base + (isNullable || hasOwnNulls ? 1 : 0);
  const maxRepetitionLevel = areNullable.length;
  const levels = { column, maxDefinitionLevel, maxRepetitionLevel, absent, leastPresent: leastElement, leastElement };
  return { levels, areNullable };
}

function countRepeated(nodes: readonly SchemaNode[]): number {
  return nodes.filter(({ repetition }) => repetition === Repetition.repeated).length;
}
