import type { Region } from '../abi/task.js';
import { valuesByteLength } from '../abi/types.js';
import { hasOwnNulls, type Job } from '../plan/job.js';
import type { Load } from '../slab/load.js';

/** Where an output isn't. */
export const NOWHERE: Region = { values: 0, validity: 0 };

/** Reserves what `count` values of a job's output take: nothing for values that stand where the operand's do. */
export function placeOutput(
  load: Load<unknown>,
  job: Job,
  index: number,
  isInPlace: boolean,
  operands: readonly Region[],
  count: number,
): Region {
  const output = job.outputs[index];
  const result = job.program.results[index];
  const operand = operands[index];
  if (output === undefined || result === undefined) throw new RangeError(`${job.transform} has no output ${index}`);
  const values =
    isInPlace && operand !== undefined ? operand.values : load.allocate(valuesByteLength(output.type, count));
  const hasNulls =
    hasOwnNulls(job, output, index) || result.validityFrom.some((from) => operands[from]?.validity !== 0);
  return { values, validity: hasNulls ? load.allocate(Math.ceil(count / 8)) : 0 };
}
