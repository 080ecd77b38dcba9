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

/**
 * @param node of the column: a list's outermost group, or a struct's child
 * @param isNew whether the result is a field of its own, at the top, and not in the column's place
 * @param isOptional whether the result's own leaf may be null
 */
export function carryLevels(
  column: Column,
  node: SchemaNode,
  { maxDefinitionLevel, maxRepetitionLevel }: Leaf,
  leafNode: SchemaNode,
  { isNew, isOptional }: { readonly isNew: boolean; readonly isOptional: boolean },
): CarriedLevels {
  const leastPresent = maxDefinitionLevel - (leafNode.repetition === Repetition.optional ? 1 : 0);
  // Structs around a new list's model are gone: where one of them is null, the list is, at level 0.
  const listLevel = node.maxDefinitionLevel - (node.repetition === Repetition.repeated ? 1 : 0);
  const newListLevel = node.repetition === Repetition.repeated ? 0 : Math.min(1, listLevel);
  const moved = isNew ? listLevel - newListLevel : 0;
  const least = leastPresent - moved;
  const max = least + (isOptional ? 1 : 0);
  const absent = Array.from({ length: maxDefinitionLevel + 1 }, (_, level) => {
    if (isNew && level < listLevel) return 0;
    return Math.min(level - moved, leastPresent - moved);
  });
  return { column, maxDefinitionLevel: max, maxRepetitionLevel, absent, leastPresent };
}
