/** A range of a column's values to the body of a data page: levels, values, compression, statistics. */

import { definitionLevelsHead, type EncodePageTask, type ValueEncoding } from '../../src/abi/pages.js';
import type { TaskResult } from '../../src/abi/task.js';
import { BITS_PER_VALUE } from '../../src/abi/types.js';
import { zlib } from '../codecs/zlib.js';
import { compressBody } from './page-body.js';
import { kernelOf, type PageContext } from './page-context.js';
import { settlePage, writeLevels } from './result-levels.js';
import { minMaxWords } from './statistics.js';
import { chooseValueEncoding } from './value-encoding.js';
import { DENSE_BYTE_LENGTH } from './values.js';

const NO_BYTES = new Uint8Array(0);

/** @returns what `EncodePageTask` says */
export function encodePage(task: EncodePageTask, context: PageContext): TaskResult {
  const { memory } = context;
  const { count, body, codec, levels } = task;
  const page = settlePage(task, context);
  const { source, valueCount } = page;
  const { validity } = source;
  const validCount = validity === 0 ? count : kernelOf(context, 'bitmap_popcount')(validity, count);
  const hasNulls = validCount < count;
  const minMax = minMaxWords(context, task.type, source, count) ?? [];
  const width = DENSE_BYTE_LENGTH[task.physicalValue];
  if (hasNulls && isAsWideInPages(task)) {
    kernelOf(context, `compact_by_validity_${width}`)(source.values, validity, 0, count, source.values);
  }
  const encoding =
    task.encoding === 'auto'
      ? chooseValueEncoding(context, source.values, validCount, width === 4 ? 4 : 8)
      : task.encoding;
  const head = levels === 'validity' ? definitionLevelsHead(count, hasNulls) : NO_BYTES;
  const bitmap =
    levels === 'validity' && hasNulls ? memory.subarray(validity, validity + Math.ceil(count / 8)) : NO_BYTES;
  const describe = (byteLength: number, uncompressedByteLength: number, crc: number): TaskResult => [
    byteLength,
    uncompressedByteLength,
    encoding === 'byte_stream_split' ? 1 : 0,
    valueCount,
    valueCount - validCount,
    crc,
    page.rowCount,
    page.firstRepetitionLevel,
    ...minMax,
  ];

  if (body === 0) {
    const values = memory.subarray(source.values, source.values + validCount * width);
    const byteLength = head.length + bitmap.length + values.length;
    const crc = task.crc ? zlib().crc32(values, zlib().crc32(bitmap, zlib().crc32(head))) : 0;
    return describe(byteLength, byteLength, crc);
  }

  let uncompressedByteLength: number;
  let byteLength: number;
  let address: number;
  if (codec !== 'none' && encoding === 'plain' && page.levels === undefined && !hasNulls && isAsWideInPages(task)) {
    // The levels go in front of the values, over bytes that are put back.
    const start = source.values - head.length;
    const before = memory.slice(start, source.values);
    memory.set(head, start);
    uncompressedByteLength = head.length + count * width;
    address = task.target;
    byteLength = compressBody(task, context, start, uncompressedByteLength);
    memory.set(before, start);
  } else {
    memory.set(head, body);
    memory.set(bitmap, body + head.length);
    const levelsByteLength = head.length + bitmap.length + writeLevels(page, body, context);
    const valuesByteLength = writeValues({ ...task, source, encoding }, context, body + levelsByteLength, validCount);
    uncompressedByteLength = levelsByteLength + valuesByteLength;
    address = codec === 'none' ? body : task.target;
    byteLength = codec === 'none' ? uncompressedByteLength : compressBody(task, context, body, uncompressedByteLength);
  }
  const crc = task.crc ? zlib().crc32(memory.subarray(address, address + byteLength)) : 0;
  return describe(byteLength, uncompressedByteLength, crc);
}

/** Whether the values of a region, nulls left out, are those of a PLAIN page as they are. */
function isAsWideInPages({ type, physicalValue }: EncodePageTask): boolean {
  return type !== 'bool' && DENSE_BYTE_LENGTH[physicalValue] * 8 === BITS_PER_VALUE[type];
}

/**
 * Writes the values that are valid as they lie in pages, unaligned; those that are as wide in pages have had nulls squeezed
 * out. Returns how many bytes they take.
 */
function writeValues(
  task: EncodePageTask & { readonly encoding: ValueEncoding },
  context: PageContext,
  target: number,
  validCount: number,
): number {
  const { memory, view } = context;
  const { source, count, physicalValue, type } = task;
  const width = DENSE_BYTE_LENGTH[physicalValue];
  if (type === 'bool') return writeBooleans(memory, source.values, source.validity, count, target);
  if (isAsWideInPages(task)) {
    if (task.encoding === 'plain') memory.copyWithin(target, source.values, source.values + validCount * width);
    else kernelOf(context, `byte_stream_split_encode_${width}`)(source.values, validCount, target);
    return validCount * width;
  }
  let at = target;
  for (let row = 0; row < count; row++) {
    if (!isValid(memory, source.validity, row)) continue;
    view.setInt32(at, readSmallInteger(view, type, source.values, row), true);
    at += 4;
  }
  return at - target;
}

function writeBooleans(memory: Uint8Array, values: number, validity: number, count: number, target: number): number {
  let to = 0;
  for (let row = 0; row < count; row++) {
    if (!isValid(memory, validity, row)) continue;
    const bit = ((memory[values + (row >> 3)] as number) >> (row & 7)) & 1;
    const at = target + (to >> 3);
    memory[at] = (to & 7) === 0 ? bit : (memory[at] as number) | (bit << (to & 7));
    to++;
  }
  return Math.ceil(to / 8);
}

function readSmallInteger(view: DataView, type: EncodePageTask['type'], values: number, row: number): number {
  switch (type) {
    case 'int8':
      return view.getInt8(values + row);
    case 'uint8':
      return view.getUint8(values + row);
    case 'int16':
      return view.getInt16(values + 2 * row, true);
    case 'uint16':
      return view.getUint16(values + 2 * row, true);
    default:
      throw new RangeError(`${type} is no small integer`);
  }
}

function isValid(memory: Uint8Array, validity: number, row: number): boolean {
  return validity === 0 || (((memory[validity + (row >> 3)] as number) >> (row & 7)) & 1) === 1;
}
