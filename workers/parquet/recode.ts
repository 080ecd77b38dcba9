/** Parts of pages to one new page: levels and values are decoded as far as the new page's form asks for, and encoded. */
import { levelBitWidth } from '../../src/abi/pages.js';
import {
  BOUND_BYTE_LENGTH_MAX,
  NO_BOUND,
  type OpenDictionary,
  type PagePart,
  type RecodePageTask,
  UNKNOWN_BOUND,
} from '../../src/abi/recode.js';
import type { TaskResult } from '../../src/abi/task.js';
import type { NumericType } from '../../src/abi/types.js';
import { zlib } from '../codecs/zlib.js';
import { valuePlace } from './open-dictionary.js';
import { compressBody } from './page-body.js';
import { kernelOf, type PageContext } from './page-context.js';
import { openPart } from './part-values.js';
import { cutSharedPrefixes } from './shared-prefixes.js';
import { minMaxWords } from './statistics.js';
import { decodeIndices, decodeStored, lengthAt, type PageValues } from './stored-values.js';
import { ValueBounds } from './value-bounds.js';

/** @returns what `RecodePageTask` says */
export function recodePage(task: RecodePageTask, context: PageContext): TaskResult {
  const { memory } = context;
  const bounds = new ValueBounds(context, task.order);
  const count = task.parts.reduce((sum, { from, to }) => sum + to - from, 0);
  const levels = { definition: task.levels, repetition: task.levels + count };
  let done = 0;
  let validCount = 0;
  let valuesEnd = task.values;
  const seen = new Map<OpenDictionary, Uint8Array>();
  for (const part of task.parts) {
    const values = openPart(task, context, part, levels.definition + done, levels.repetition + done);
    valuesEnd = addValues(task, context, part, values, valuesEnd, bounds, seen);
    done += part.to - part.from;
    validCount += values.count;
  }
  if (task.encoding === 'plain' || task.encoding === 'byte_stream_split') {
    findBounds(task, context, valuesEnd, validCount, bounds);
  }
  const rows = countRows(memory, task, levels.repetition, count);
  const levelsEnd = writeLevels(task, context, levels, count, task.body);
  const bodyEnd = writeValues(task, context, valuesEnd, validCount, levelsEnd);
  const uncompressedByteLength = bodyEnd - task.body;
  const isCompressed = task.codec !== 'none';
  const byteLength = isCompressed
    ? compressBody(task, context, task.body, uncompressedByteLength)
    : uncompressedByteLength;
  const address = isCompressed ? task.target : task.body;
  const crc = task.crc ? zlib().crc32(memory.subarray(address, address + byteLength)) : 0;
  return [
    byteLength,
    uncompressedByteLength,
    count,
    count - validCount,
    crc,
    rows.count,
    rows.firstLevel,
    ...writeBounds(task, context, bounds),
  ];
}

/**
 * Decodes a part's values to an address; returns where they end.
 * @param seen by dictionary, for each value whether it has been compared with the smallest and the largest
 */
function addValues(
  task: RecodePageTask,
  context: PageContext,
  { dictionary, indexMap }: PagePart,
  values: PageValues,
  target: number,
  bounds: ValueBounds,
  seen: Map<OpenDictionary, Uint8Array>,
): number {
  const { name, encoding, valueByteLength } = task;
  if (encoding === 'delta_byte_array') {
    const canCompare = task.order === 'bytes' || task.order === 'signed_bytes';
    return cutSharedPrefixes(context, values, target, (value) => {
      if (canCompare) bounds.addBytes(value);
    });
  }
  if (encoding !== 'dictionary') return decodeStored(context, task, values, dictionary, target);
  if (dictionary === undefined) throw new RangeError(`"${name}" has indices without a dictionary`);
  const { valueCount } = dictionary;
  const indices = decodeIndices(context, values, valueCount, target);
  if (task.order !== undefined) {
    const isSeen = seen.get(dictionary) ?? new Uint8Array(valueCount);
    seen.set(dictionary, isSeen);
    for (const index of indices) {
      if (isSeen[index] === 1) continue;
      isSeen[index] = 1;
      const { address, byteLength } = valuePlace(context, dictionary, valueByteLength, index);
      bounds.add(address, byteLength);
    }
  }
  if (indexMap > 0) {
    const map = new Uint32Array(context.memory.buffer, indexMap, valueCount);
    for (let i = 0; i < indices.length; i++) indices[i] = map[indices[i] as number] as number;
  }
  return target + indices.byteLength;
}

/** Looks at values that stand in the PLAIN encoding, but for booleans, which have a byte each. */
function findBounds(
  { name, value, valueByteLength, order, values }: RecodePageTask,
  context: PageContext,
  end: number,
  count: number,
  bounds: ValueBounds,
): void {
  if (order === undefined || count === 0) return;
  if (order === 'signed_bytes' && value === 'byte_array') {
    for (let at = values; at < end; ) {
      const byteLength = lengthAt(name, context.view, at, end);
      bounds.add(at + 4, byteLength);
      at += 4 + byteLength;
    }
  } else if (order === 'bytes' || order === 'signed_bytes') {
    const signBit = order === 'bytes' ? 0 : 0x80;
    kernelOf(context, 'bytes_bounds')(values, end, valueByteLength, signBit, context.scratch);
    const [min = 0, minLength = 0, max = 0, maxLength = 0] = new Uint32Array(context.memory.buffer, context.scratch, 4);
    bounds.add(min, minLength);
    bounds.add(max, maxLength);
  } else if (order === 'bool') {
    for (let i = 0; i < count; i++) bounds.add(values + i, 1);
  } else {
    const words = minMaxWords(context, order satisfies NumericType, { values, validity: 0 }, count);
    if (words === undefined) return;
    const bytes = new Uint8Array(Uint32Array.from(words).buffer);
    bounds.addBytes(bytes.subarray(0, valueByteLength));
    bounds.addBytes(bytes.subarray(8, 8 + valueByteLength));
  }
}

function countRows(memory: Uint8Array, { maxRepetitionLevel }: RecodePageTask, repetition: number, count: number) {
  if (maxRepetitionLevel === 0) return { count, firstLevel: 0 };
  let rows = 0;
  for (let i = 0; i < count; i++) rows += memory[repetition + i] === 0 ? 1 : 0;
  return { count: rows, firstLevel: memory[repetition] as number };
}

/** Writes both kinds of levels, each behind its length; returns where they end. */
function writeLevels(
  { maxDefinitionLevel, maxRepetitionLevel }: RecodePageTask,
  context: PageContext,
  { definition, repetition }: { readonly definition: number; readonly repetition: number },
  count: number,
  target: number,
): number {
  let at = target;
  const write = (levels: number, maxLevel: number): void => {
    if (maxLevel === 0) return;
    const byteLength = kernelOf(context, 'levels_encode')(levels, count, levelBitWidth(maxLevel), at + 4);
    context.view.setUint32(at, byteLength, true);
    at += 4 + byteLength;
  };
  write(repetition, maxRepetitionLevel);
  write(definition, maxDefinitionLevel);
  return at;
}

/** Writes the values behind the levels, encoded; returns where they end. */
function writeValues(
  { value, valueByteLength, encoding, values, bitWidth }: RecodePageTask,
  context: PageContext,
  valuesEnd: number,
  count: number,
  target: number,
): number {
  const { memory } = context;
  if (encoding === 'dictionary') {
    memory[target] = bitWidth;
    return target + 1 + kernelOf(context, 'indices_encode')(values, count, bitWidth, target + 1);
  }
  if (encoding === 'byte_stream_split') {
    kernelOf(context, `byte_stream_split_encode_${valueByteLength}`)(values, count, target);
    return target + count * valueByteLength;
  }
  if (value === 'boolean' && encoding === 'plain') {
    const byteLength = Math.ceil(count / 8);
    memory.fill(0, target, target + byteLength);
    for (let i = 0; i < count; i++) {
      const at = target + (i >> 3);
      memory[at] = (memory[at] as number) | ((memory[values + i] as number) << (i & 7));
    }
    return target + byteLength;
  }
  memory.copyWithin(target, values, valuesEnd);
  return target + valuesEnd - values;
}

/** Puts the smallest and the largest value where they are to stand; returns their lengths. */
function writeBounds(task: RecodePageTask, { memory }: PageContext, { min, max }: ValueBounds): [number, number] {
  if (task.order === undefined) return [UNKNOWN_BOUND, UNKNOWN_BOUND];
  if (min === undefined || max === undefined) return [NO_BOUND, NO_BOUND];
  if (min.length > BOUND_BYTE_LENGTH_MAX || max.length > BOUND_BYTE_LENGTH_MAX) return [UNKNOWN_BOUND, UNKNOWN_BOUND];
  memory.set(withZeroSign(task, min, true), task.bounds);
  memory.set(withZeroSign(task, max, false), task.bounds + BOUND_BYTE_LENGTH_MAX);
  return [min.length, max.length];
}

/** A zero is -0 where it is the smallest and +0 where it is the largest. */
function withZeroSign({ order }: RecodePageTask, value: Uint8Array, isNegative: boolean): Uint8Array {
  if (order !== 'float64' && order !== 'float32' && order !== 'float16') return value;
  const last = value.length - 1;
  const isZero = value.every((byte, at) => (at === last ? byte & 0x7f : byte) === 0);
  if (!isZero) return value;
  const zero = new Uint8Array(value.length);
  if (isNegative) zero[last] = 0x80;
  return zero;
}
