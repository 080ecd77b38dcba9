/** Hashes of the values of a part of a page, for the bloom filter of a column chunk. */
import { type HashValuesTask, NO_HASH } from '../../src/abi/recode.js';
import type { TaskResult } from '../../src/abi/task.js';
import { valuePlace } from './open-dictionary.js';
import { kernelOf, type PageContext } from './page-context.js';
import { openPart } from './part-values.js';
import { cutSharedPrefixes } from './shared-prefixes.js';
import { decodeIndices, decodeStored, type PageValues } from './stored-values.js';

const HASH_BYTE_LENGTH = 8;
/** What the context's scratch holds of a value that isn't in the slot as a whole. */
const SCRATCH_BYTE_LENGTH = 1 << 16;

/** @returns what `HashValuesTask` says */
export function hashValues(task: HashValuesTask, context: PageContext): TaskResult {
  const { part, levels } = task;
  const values = openPart(task, context, part, levels, levels + part.to - part.from);
  if (values.count === 0) return [0];
  if (values.encoding === 'dictionary') return [hashIndexed(task, context, values)];
  if (values.encoding === 'delta_byte_array') return [hashShared(task, context, values)];
  const end = decodeStored(context, task, values, undefined, task.values);
  if (task.value === 'byte_array') return [kernelOf(context, 'xxh64_byte_arrays')(task.values, end, task.hashes)];
  kernelOf(context, 'xxh64_fixed')(task.values, values.count, task.valueByteLength, task.hashes);
  return [values.count];
}

/** Of values in a dictionary, each once. */
function hashIndexed(task: HashValuesTask, context: PageContext, values: PageValues): number {
  const { dictionary } = task.part;
  if (dictionary === undefined) throw new RangeError(`"${task.name}" has indices without a dictionary`);
  const hash = kernelOf(context, 'xxh64_fixed');
  const isSeen = new Uint8Array(dictionary.valueCount);
  let count = 0;
  for (const index of decodeIndices(context, values, dictionary.valueCount, task.values)) {
    if (isSeen[index] === 1) continue;
    isSeen[index] = 1;
    const { address, byteLength } = valuePlace(context, dictionary, task.valueByteLength, index);
    hash(address, 1, byteLength, task.hashes + HASH_BYTE_LENGTH * count++);
  }
  return count;
}

/** Of values that are put together of what they share, one after the other. */
function hashShared(task: HashValuesTask, context: PageContext, values: PageValues): number {
  const { memory, scratch } = context;
  const hash = kernelOf(context, 'xxh64_fixed');
  let count = 0;
  let isTooLong = false;
  cutSharedPrefixes(context, values, task.values, (value) => {
    isTooLong ||= value.length > SCRATCH_BYTE_LENGTH;
    if (isTooLong) return;
    memory.set(value, scratch);
    hash(scratch, 1, value.length, task.hashes + HASH_BYTE_LENGTH * count++);
  });
  return isTooLong ? NO_HASH : count;
}
