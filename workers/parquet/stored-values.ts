/** Values of any physical type to the PLAIN encoding: numbers as columns have them, and everything that is bytes. */
import type { PhysicalValue } from '../../src/abi/pages.js';
import type { OpenDictionary, RecodePageTask, StoredValue } from '../../src/abi/recode.js';
import { readLengths } from './delta-lengths.js';
import { corruptColumn, kernelOf, type PageContext } from './page-context.js';
import { decodeValues, type EncodedValues } from './values.js';

/** Values of one page, as its levels leave them, in the encoding of the page. */
export interface PageValues extends Omit<EncodedValues, 'physicalValue'> {
  readonly encoding: Parameters<typeof decodeValues>[1];
}

/**
 * Decodes the values `skip` to `skip + count` to an address; booleans to a byte each.
 * @returns where they end
 * @throws LW_CORRUPT_INPUT where the bytes don't hold the values
 */
export function decodeStored(
  context: PageContext,
  { value, valueByteLength }: Pick<RecodePageTask, 'value' | 'valueByteLength'>,
  values: PageValues,
  dictionary: OpenDictionary | undefined,
  target: number,
): number {
  const physicalValue = numberOf(value, valueByteLength);
  if (physicalValue !== undefined) {
    decodeValues(context, values.encoding, { ...values, physicalValue }, dictionary, target);
    return target + values.count * valueByteLength;
  }
  if (values.encoding === 'dictionary') return gather(context, values, valueByteLength, dictionary, target);
  if (value === 'byte_array') return decodeByteArrays(context, values, target);
  return decodeFixed(context, values, valueByteLength, target);
}

/** What a kernel decodes; float16 stands for whatever has two bytes. */
function numberOf(value: StoredValue, byteLength: number): PhysicalValue | undefined {
  switch (value) {
    case 'byte_array':
    case 'int96':
      return undefined;
    case 'fixed':
      return byteLength === 2 ? 'float16' : undefined;
    default:
      return value;
  }
}

/** Decodes the values `skip` to `skip + count` of a page of indices, as uint32. */
export function decodeIndices(
  context: PageContext,
  { name, start, end, skip, count }: PageValues,
  dictionaryLength: number,
  target: number,
): Uint32Array {
  const { memory } = context;
  const indices = new Uint32Array(memory.buffer, target, count);
  if (count === 0) return indices;
  if (start >= end) throw corruptColumn(name, `a page ends before its ${skip + count} indices`);
  const bitWidth = memory[start] as number;
  const decode = kernelOf(context, 'rle_bit_packed_decode');
  const decoded = bitWidth > 32 ? 0 : decode(start + 1, end - start - 1, bitWidth, skip, count, target);
  if (decoded !== count) throw corruptColumn(name, `a page ends after ${skip + decoded} of ${skip + count} indices`);
  for (let i = 0; i < count; i++) {
    if ((indices[i] as number) >= dictionaryLength) {
      throw corruptColumn(name, `a dictionary index where the dictionary's ${dictionaryLength} values don't reach`);
    }
  }
  return indices;
}

const LENGTH_BYTE_LENGTH = 4;

/** The length of the byte array whose length stands at `at`. */
export function lengthAt(name: string, view: DataView, at: number, end: number): number {
  const byteLength = at + LENGTH_BYTE_LENGTH <= end ? view.getUint32(at, true) : Number.POSITIVE_INFINITY;
  if (at + LENGTH_BYTE_LENGTH + byteLength > end) throw corruptColumn(name, 'a page ends in the middle of a value');
  return byteLength;
}

/** Indices that are decoded at a time: uint32 in the context's 64 KiB of scratch. */
const INDEX_BATCH_LENGTH = 16384;

function gather(
  context: PageContext,
  values: PageValues,
  valueByteLength: number,
  dictionary: OpenDictionary | undefined,
  target: number,
): number {
  const { scratch } = context;
  if (dictionary === undefined) throw corruptColumn(values.name, 'a page refers to a dictionary, and there is none');
  const { address, places, valueCount } = dictionary;
  const gatherArrays = kernelOf(context, 'byte_arrays_gather');
  const gatherFixed = kernelOf(context, 'fixed_gather');
  let at = target;
  for (let done = 0; done < values.count; done += INDEX_BATCH_LENGTH) {
    const count = Math.min(INDEX_BATCH_LENGTH, values.count - done);
    const batch = { ...values, skip: values.skip + done, count };
    decodeIndices(context, batch, valueCount, scratch);
    const end =
      places > 0 ? gatherArrays(scratch, count, places, at) : gatherFixed(scratch, count, address, valueByteLength, at);
    at = end >>> 0;
  }
  return at;
}

function decodeByteArrays(context: PageContext, values: PageValues, target: number): number {
  const { memory, view } = context;
  const { name, encoding, start, end, total, skip, count } = values;
  if (encoding === 'plain') {
    let at = start;
    let from = start;
    for (let i = 0; i < skip + count; i++) {
      if (i === skip) from = at;
      at += LENGTH_BYTE_LENGTH + lengthAt(name, view, at, end);
    }
    if (count > 0) memory.copyWithin(target, from, at);
    return count > 0 ? target + at - from : target;
  }
  if (encoding !== 'delta_length_byte_array') throw wrongEncoding(values, 'byte arrays');
  const { lengths, end: bytes } = readLengths(name, memory, start, end, total);
  if (lengths.length < skip + count) throw corruptColumn(name, `a page has ${lengths.length} of ${total} values`);
  let from = bytes;
  for (const length of lengths.subarray(0, skip)) from += length;
  let at = target;
  for (const length of lengths.subarray(skip, skip + count)) {
    if (from + length > end) throw corruptColumn(name, 'a page ends in the middle of a value');
    view.setUint32(at, length, true);
    memory.copyWithin(at + LENGTH_BYTE_LENGTH, from, from + length);
    at += LENGTH_BYTE_LENGTH + length;
    from += length;
  }
  return at;
}

/** Values of 12 bytes, or of any other number. */
function decodeFixed({ memory }: PageContext, values: PageValues, byteLength: number, target: number): number {
  const { name, encoding, start, end, total, skip, count } = values;
  const needed = (encoding === 'byte_stream_split' ? total : skip + count) * byteLength;
  if (start + needed > end) throw corruptColumn(name, `a page of ${total} values has ${end - start} bytes`);
  if (encoding === 'plain') {
    memory.copyWithin(target, start + skip * byteLength, start + (skip + count) * byteLength);
  } else if (encoding === 'byte_stream_split') {
    for (let i = 0; i < count; i++) {
      for (let byte = 0; byte < byteLength; byte++) {
        memory[target + i * byteLength + byte] = memory[start + byte * total + skip + i] as number;
      }
    }
  } else throw wrongEncoding(values, 'values of a fixed length');
  return target + count * byteLength;
}

function wrongEncoding({ name, encoding }: PageValues, what: string) {
  return corruptColumn(name, `a page of ${what} in the encoding ${encoding}, which isn't defined for them`);
}
