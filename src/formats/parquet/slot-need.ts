/** What a slot should have room for, by the pages of a row group. */
import { valuesByteLength } from '../../abi/types.js';
import { canStandInPlace } from '../../plan/in-place.js';
import type { Job } from '../../plan/job.js';
import type { Column } from '../../plan/schema.js';
import { USUAL_SLOT_BYTE_LENGTH } from '../../slab/slab.js';
import type { RowGroupPartition } from './partition.js';

/** A result that doesn't stand in the place of an operand takes room as values and compressed. */
const RESULT_COPIES = 2;
/** What the allocations for one column may lose to alignment. */
const COLUMN_RESERVE = 256;
/** The same, and what a page takes that is made anew, where only the footer is known. */
const BOUND_RESERVE = 1024;
const LARGEST_VALUE_BYTE_LENGTH = 8;
/** Values of each operand of several below which the calls around a chunk, and its pages, cost more than its memory. */
const TOGETHER_COUNT = 65536;
/** Of a usual slot: what takes no more than this is loaded whole. */
const WHOLE_SHARE = 2;
/** A page is decompressed for each chunk that has values of it: no more often than this. */
const DECOMPRESSIONS_MAX = 16;

/** Room for as many values of the operands as are best decoded together, and for the job's results. */
export function wantedByteLength(partition: RowGroupPartition, operands: readonly Column[], job?: Job): number {
  const together = togetherByteLength(partition, operands, job);
  // What is left over of a column chunk would be a load of its own, and as much work to describe and to hand over.
  const whole = wholeByteLength(partition, operands, job);
  return whole <= WHOLE_SHARE * USUAL_SLOT_BYTE_LENGTH ? Math.max(together, whole) : together;
}

/** Room for all values of the operands, and for the job's results however little they can be compressed. */
function wholeByteLength(partition: RowGroupPartition, operands: readonly Column[], job?: Job): number {
  const loaded = firstValues(partition, operands, Number.POSITIVE_INFINITY);
  const { count } = loaded;
  let { byteLength, scratchByteLength } = loaded;
  for (const [index, { type }] of job?.outputs.entries() ?? []) {
    const values = valuesByteLength(type, count);
    const isInPlace = job !== undefined && canStandInPlace(job.program, index);
    byteLength += (isInPlace ? 0 : values) + values + (values >> 6) + Math.ceil(count / 8) + BOUND_RESERVE;
    scratchByteLength = Math.max(scratchByteLength, values + Math.ceil(count / 8) + BOUND_RESERVE);
  }
  return byteLength + scratchByteLength;
}

function togetherByteLength(partition: RowGroupPartition, operands: readonly Column[], job?: Job): number {
  const pageCount = operands.reduce((most, column) => Math.max(most, partition.wantedValueCount(column)), 0);
  const count = pageCount > 0 && operands.length > 1 ? Math.max(pageCount, TOGETHER_COUNT) : pageCount;
  const loaded = firstValues(partition, operands, count);
  const { scratchByteLength, count: end } = loaded;
  let { byteLength } = loaded;
  for (const [index, { type }] of job?.outputs.entries() ?? []) {
    const values = valuesByteLength(type, end);
    const operand = job !== undefined && canStandInPlace(job.program, index) ? operands[index] : undefined;
    const spare = operand === undefined ? 0 : partition.spareByteLength(operand, 0, end);
    byteLength += (spare < values ? RESULT_COPIES * values : 0) + Math.ceil(end / 8) + COLUMN_RESERVE;
  }
  return byteLength + scratchByteLength;
}

/** What as many values of each operand take as it has, up to `limit`; `count` of the one that has most. */
function firstValues(partition: RowGroupPartition, operands: readonly Column[], limit: number) {
  let byteLength = 0;
  let scratchByteLength = 0;
  let count = 0;
  for (const column of operands) {
    const end = Math.min(limit, partition.valueCount(column));
    byteLength += partition.loadByteLength(column, 0, end) + COLUMN_RESERVE;
    scratchByteLength = Math.max(scratchByteLength, partition.scratchByteLength(column, 0, end));
    count = Math.max(count, end);
  }
  return { byteLength, scratchByteLength, count };
}

/** Room for the largest page of each operand with a part of its values, and for the job's results. */
export function leastByteLength(partition: RowGroupPartition, operands: readonly Column[], job?: Job): number {
  let byteLength = 0;
  let scratchByteLength = 0;
  let count = 0;
  for (const column of operands) {
    let largest = 0;
    for (const { firstValue, valueCount } of partition.columnPages(column).pages) {
      const part = Math.ceil(valueCount / DECOMPRESSIONS_MAX);
      largest = Math.max(largest, partition.loadByteLength(column, firstValue, firstValue + part));
      scratchByteLength = Math.max(
        scratchByteLength,
        partition.scratchByteLength(column, firstValue, firstValue + part),
      );
      count = Math.max(count, part);
    }
    byteLength += largest + COLUMN_RESERVE;
  }
  for (const { type } of job?.outputs ?? []) {
    byteLength += RESULT_COPIES * valuesByteLength(type, count) + Math.ceil(count / 8) + COLUMN_RESERVE;
  }
  return byteLength + scratchByteLength;
}

/** What a footer tells of a column chunk. */
export interface ChunkSize {
  readonly byteLength: number;
  readonly uncompressedByteLength: number;
  readonly valueCount: number;
}

/** No less than `leastByteLength` comes to for column chunks of these sizes, whatever their pages are. */
export function leastByteLengthBound(chunks: readonly ChunkSize[], job?: Pick<Job, 'outputs'>): number {
  let byteLength = 0;
  let scratchByteLength = 0;
  let most = 0;
  for (const chunk of chunks) {
    const { valueCount } = chunk;
    const part = Math.ceil(valueCount / DECOMPRESSIONS_MAX);
    // Values, their bitmap and both kinds of levels; the page and the dictionary, with room to make a page of them anew.
    const values = LARGEST_VALUE_BYTE_LENGTH * part + 2 * part + Math.ceil(part / 8);
    const bodies = chunk.byteLength + Math.ceil(valueCount / 8) + COLUMN_RESERVE;
    byteLength += values + bodies + (bodies >> 6) + BOUND_RESERVE;
    const own =
      chunk.uncompressedByteLength + chunk.byteLength + Math.ceil(valueCount / 8) + LARGEST_VALUE_BYTE_LENGTH * part;
    scratchByteLength = Math.max(scratchByteLength, own + BOUND_RESERVE);
    most = Math.max(most, part);
  }
  for (const { type } of job?.outputs ?? []) {
    byteLength += RESULT_COPIES * valuesByteLength(type, most) + Math.ceil(most / 8) + COLUMN_RESERVE;
  }
  return byteLength + scratchByteLength;
}
