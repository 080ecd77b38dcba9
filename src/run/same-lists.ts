import { LanewiseError } from '../errors.js';
import type { PartitionLists, SourcePartition } from '../formats/format.js';
import type { Job } from '../plan/job.js';
import type { Column } from '../plan/schema.js';

export function listsOf(source: SourcePartition, column: Column): PartitionLists {
  if (source.lists === undefined) throw new TypeError(`column '${column.name}' comes from a format without lists`);
  return source.lists(column);
}

/**
 * Makes sure that the operands of a job over list columns, a column and its gradient, have the same lists.
 * @throws LW_COLUMN_TYPE
 */
export function checkSameLists(job: Job, source: SourcePartition): void {
  const [first, ...others] = job.operands;
  for (const other of others) {
    if (first === undefined || (first.shape.kind === 'fixed_size_list' && other.shape.kind === 'fixed_size_list'))
      continue;
    checkAlike(listsOf(source, first), listsOf(source, other), (list, ends) => {
      const [end, otherEnd] = ends;
      return new LanewiseError(
        'LW_COLUMN_TYPE',
        `${job.transform}: list ${list} of a record batch or row group ends at element ${end} in '${first.name}', at ${otherEnd} in '${other.name}'; a gradient needs lists of the same lengths`,
      );
    });
  }
}

/** @param failure makes the error for a list that ends at one element in the one, and at another in the other */
function checkAlike(
  lists: PartitionLists,
  others: PartitionLists,
  failure: (list: number, ends: readonly [number, number]) => LanewiseError,
): void {
  for (let list = 0; list <= lists.count; list++) {
    const start = lists.elementStart(list);
    const otherStart = others.elementStart(list);
    if (start !== otherStart) throw failure(Math.max(0, list - 1), [start, otherStart]);
  }
  const { elementLists } = lists;
  if (elementLists !== undefined && others.elementLists !== undefined)
    checkAlike(elementLists, others.elementLists, failure);
}
