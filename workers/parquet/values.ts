/** The encodings of a page's values: each decodes values `skip` to `skip + count`, back to back, to an address. */
import type { PageEncoding, PhysicalValue } from '../../src/abi/pages.js';
import type { LanewiseError } from '../../src/errors.js';
import { corruptColumn, kernelOf, type PageContext } from './page-context.js';

/** Bytes of a decoded value; a boolean takes a byte until the column is finished. */
export const DENSE_BYTE_LENGTH: Readonly<Record<PhysicalValue, number>> = {
  boolean: 1,
  int32: 4,
  int64: 8,
  float: 4,
  double: 8,
  float16: 2,
};

/** The values of one page that are there, encoded, from `start` to `end`. */
export interface EncodedValues {
  /** What messages call the column. */
  readonly name: string;
  readonly physicalValue: PhysicalValue;
  readonly start: number;
  readonly end: number;
  /** Values in the page, all told. */
  readonly total: number;
  readonly skip: number;
  readonly count: number;
}

/** The decompressed dictionary. */
export interface Dictionary {
  readonly address: number;
  readonly valueCount: number;
}

/** @throws LW_CORRUPT_INPUT where the bytes don't hold the values */
export function decodeValues(
  context: PageContext,
  encoding: PageEncoding,
  values: EncodedValues,
  dictionary: Dictionary | undefined,
  target: number,
): void {
  switch (encoding) {
    case 'plain':
      decodePlain(context, values, target);
      return;
    case 'dictionary':
      decodeDictionary(context, values, dictionary ?? { address: 0, valueCount: 0 }, target);
      return;
    case 'byte_stream_split':
      decodeByteStreamSplit(context, values, target);
      return;
    case 'delta_binary_packed':
      decodeDeltaBinaryPacked(context, values, target);
      return;
    case 'rle':
      decodeRleBooleans(context, values, target);
      return;
    default:
      throw corruptColumn(values.name, `the encoding ${encoding} is for bytes only`);
  }
}

function decodePlain({ memory }: PageContext, values: EncodedValues, target: number): void {
  const { start, skip, count, physicalValue } = values;
  if (physicalValue === 'boolean') {
    requireBytes(values, Math.ceil((skip + count) / 8));
    for (let i = 0; i < count; i++) {
      const bit = skip + i;
      memory[target + i] = ((memory[start + (bit >> 3)] as number) >> (bit & 7)) & 1;
    }
    return;
  }
  const width = DENSE_BYTE_LENGTH[physicalValue];
  requireBytes(values, (skip + count) * width);
  memory.copyWithin(target, start + skip * width, start + (skip + count) * width);
}

/** Booleans that are decoded at a time: uint32 in the context's 64 KiB of scratch. */
const BOOLEAN_BATCH_LENGTH = 16384;

/** Booleans as a hybrid stream of bits after its length. */
function decodeRleBooleans(context: PageContext, values: EncodedValues, target: number): void {
  const { name, start, end, skip, count, physicalValue } = values;
  if (physicalValue !== 'boolean') throw corruptColumn(name, 'the encoding RLE is for booleans only');
  const { memory, view, scratch } = context;
  requireBytes(values, 4);
  const byteLength = view.getUint32(start, true);
  if (start + 4 + byteLength > end)
    throw corruptColumn(name, `${end - start} bytes of booleans claim ${byteLength + 4}`);
  const decode = kernelOf(context, 'rle_bit_packed_decode');
  for (let at = 0; at < count; at += BOOLEAN_BATCH_LENGTH) {
    const length = Math.min(BOOLEAN_BATCH_LENGTH, count - at);
    const decoded = decode(start + 4, byteLength, 1, skip + at, length, scratch);
    if (decoded !== length) throw tooFew(values, at + decoded);
    for (let i = 0; i < length; i++) memory[target + at + i] = memory[scratch + 4 * i] as number;
  }
}

const BAD_INDEX = -2;

/** Indices into the dictionary, as a hybrid stream after its bit width. */
function decodeDictionary(context: PageContext, values: EncodedValues, dictionary: Dictionary, target: number): void {
  const { name, start, end, skip, count, physicalValue } = values;
  if (physicalValue === 'boolean') throw corruptColumn(name, 'booleans have no dictionary');
  requireBytes(values, 1);
  const bitWidth = context.memory[start] as number;
  const decode = kernelOf(context, `dictionary_decode_${DENSE_BYTE_LENGTH[physicalValue]}`);
  const { address, valueCount } = dictionary;
  const decoded = decode(start + 1, end - start - 1, bitWidth, skip, count, address, valueCount, target);
  if (decoded === BAD_INDEX) {
    throw corruptColumn(name, `a dictionary index where the dictionary's ${valueCount} values don't reach`);
  }
  if (decoded !== count) throw tooFew(values, decoded);
}

/** Byte j of every value stands in stream j. */
function decodeByteStreamSplit(context: PageContext, values: EncodedValues, target: number): void {
  const { name, start, total, skip, count, physicalValue } = values;
  if (physicalValue === 'boolean') throw corruptColumn(name, 'the encoding BYTE_STREAM_SPLIT is not for booleans');
  const width = DENSE_BYTE_LENGTH[physicalValue];
  requireBytes(values, total * width);
  kernelOf(context, `byte_stream_split_decode_${width}`)(start, total, skip, count, target);
}

function decodeDeltaBinaryPacked(context: PageContext, values: EncodedValues, target: number): void {
  const { name, start, end, skip, count, physicalValue } = values;
  if (physicalValue !== 'int32' && physicalValue !== 'int64') {
    throw corruptColumn(name, 'the encoding DELTA_BINARY_PACKED is for integers only');
  }
  const decode = kernelOf(context, `delta_binary_packed_decode_${physicalValue}`);
  const decoded = decode(start, end - start, skip, count, target);
  if (decoded !== count) throw tooFew(values, decoded);
}

function requireBytes({ name, start, end, total }: EncodedValues, byteLength: number): void {
  if (start + byteLength > end) {
    throw corruptColumn(name, `a page of ${total} values has ${end - start} bytes where ${byteLength} are needed`);
  }
}

function tooFew({ name, skip, count }: EncodedValues, decoded: number): LanewiseError {
  return corruptColumn(name, `a page ends after ${skip + Math.max(0, decoded)} of ${skip + count} values`);
}
