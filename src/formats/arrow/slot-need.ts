import { valuesByteLength } from '../../abi/types.js';
import type { Job } from '../../plan/job.js';
import type { ArrowPartition } from './batch.js';

/** Room for alignment of each column, and for the overhead that a codec has on data that it can't shrink. */
const COLUMN_BYTE_LENGTH = 1024;
const COMPRESSED_SHARE = 1.02;

/** Slot bytes that a job takes for all of a compressed record batch at once, its results compressed as well. */
export function jobByteLength(job: Job, partition: ArrowPartition): number {
  let byteLength = 0;
  let count = 0;
  for (const column of job.operands) {
    byteLength += partition.wholeByteLength(column) + COLUMN_BYTE_LENGTH;
    count = Math.max(count, partition.valueCount(column));
  }
  // Where lists begin, as the widest offsets, and their bitmap.
  if (job.domain === 'lists') byteLength += 9 * partition.rowCount + COLUMN_BYTE_LENGTH;
  for (const { type } of job.outputs) {
    const valuesAndValidity = valuesByteLength(type, count) + valuesByteLength('bool', count);
    byteLength += (1 + COMPRESSED_SHARE) * valuesAndValidity + COLUMN_BYTE_LENGTH;
  }
  return Math.ceil(byteLength);
}

/** The slot bytes with which every job holds all of a record batch like this one; 0 where any slot does. */
export function wantedSlotByteLength(partition: ArrowPartition | undefined, jobs: readonly Job[]): number {
  if (partition?.codec === undefined) return 0;
  return Math.max(0, ...jobs.map((job) => jobByteLength(job, partition)));
}
