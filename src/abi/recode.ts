/** Parts of pages put together as a new page, whatever the type of their values: what a thread needs to know of it. */
import type { DataPage, DictionaryPage, LeveledColumn, PageCodec } from './pages.js';
import type { NumericType } from './types.js';

/** In which order values are compared for their smallest and largest: numbers, or bytes as unsigned or signed numbers. */
export type ValueOrder = NumericType | 'bytes' | 'signed_bytes';

/** Parquet's physical types. */
export type StoredValue = 'boolean' | 'int32' | 'int64' | 'int96' | 'float' | 'double' | 'byte_array' | 'fixed';

/** A dictionary that stands in the slot decompressed, once its task is done: values back to back in the PLAIN encoding. */
export interface OpenDictionary {
  readonly address: number;
  readonly valueCount: number;
  /** Where, as uint32, the address of the length of each value stands; 0 where all values have the same. */
  readonly places: number;
}

/** Opens a dictionary for the tasks behind it. Its result is empty. */
export interface OpenDictionaryTask {
  readonly kind: 'open_dictionary';
  /** What messages call the column. */
  readonly name: string;
  readonly page: DictionaryPage;
  /** Bytes of a value; of variable length, 0. */
  readonly valueByteLength: number;
  /** At the page's own address where that isn't compressed. */
  readonly opened: OpenDictionary;
}

/** Values `from` to `to` of a page, counted from its first one. */
export interface PagePart {
  readonly page: DataPage;
  readonly from: number;
  readonly to: number;
  /** What the page's values are indices into, if they are. */
  readonly dictionary: OpenDictionary | undefined;
  /** Where, for each of the dictionary's values, its place in the output's stands as uint32; 0 where it is the same. */
  readonly indexMap: number;
}

/** How the values of the new page are encoded: all parts' in a form that leads there. */
export type RecodeEncoding = 'plain' | 'dictionary' | 'byte_stream_split' | 'delta_byte_array';

/** Bytes of a smallest or largest value that are told; of longer ones nothing is. */
export const BOUND_BYTE_LENGTH_MAX = 256;

/** The length of a smallest or largest value where there is none: all values are null or NaN. */
export const NO_BOUND = -1;
/** The same where there is one, but it isn't known. */
export const UNKNOWN_BOUND = -2;

/**
 * Makes the body of one data page (version 1) of parts of others.
 *
 * Its result is `[byteLength, uncompressedByteLength, valueCount, nullCount, crc, rowCount, firstRepetitionLevel,
 * minByteLength, maxByteLength]`, all but the last two as `EncodePageTask` has them: the smallest value stands at
 * `bounds`, the largest `BOUND_BYTE_LENGTH_MAX` bytes behind. Their lengths are `NO_BOUND` or
 * `UNKNOWN_BOUND` where there are none.
 */
export interface RecodePageTask extends LeveledColumn {
  readonly kind: 'recode_page';
  readonly value: StoredValue;
  /** Bytes of a value: of a boolean while it isn't a bit, 1; of variable length, 0. */
  readonly valueByteLength: number;
  /** Undefined where the format doesn't say how values are compared. */
  readonly order: ValueOrder | undefined;
  readonly encoding: RecodeEncoding;
  readonly parts: readonly PagePart[];
  /** Of indices. */
  readonly bitWidth: number;
  readonly codec: PageCodec;
  readonly crc: boolean;
  /** Room for the largest page decompressed, and for a byte for each value of the largest page. */
  readonly scratch: number;
  readonly levelsScratch: number;
  /** Room for the new page's levels, a byte each: definition levels, then repetition levels. */
  readonly levels: number;
  /** Room for its values as they are decoded, or their indices as uint32. */
  readonly values: number;
  /** Room for its body before it is compressed; the body itself where the codec is `none`. */
  readonly body: number;
  readonly target: number;
  readonly targetCapacity: number;
  /** Room for the smallest and the largest value. */
  readonly bounds: number;
}

/** What stands in the place of a number of hashes where there are values that can't be hashed. */
export const NO_HASH = -1;

/**
 * Hashes the values of a part of a page that aren't null. Its result is `[count]`: as many hashes, of 8 bytes each, stand at
 * `hashes`; or `NO_HASH`. A value of a dictionary is hashed once.
 */
export interface HashValuesTask extends LeveledColumn {
  readonly kind: 'hash_values';
  readonly value: StoredValue;
  readonly valueByteLength: number;
  readonly part: PagePart;
  /** As `RecodePageTask` has them. */
  readonly scratch: number;
  readonly levelsScratch: number;
  readonly levels: number;
  readonly values: number;
  readonly hashes: number;
}

/** Lengths of byte arrays that are encoded together. */
export const LENGTHS_BLOCK_LENGTH = 128;

/** Bytes that lengths of byte arrays take at most in the encoding DELTA_BINARY_PACKED. */
export function lengthsByteLength(count: number): number {
  const blocks = Math.ceil(count / LENGTHS_BLOCK_LENGTH);
  return 20 + blocks * (9 + 4 * LENGTHS_BLOCK_LENGTH);
}

/** Bytes that indices into a dictionary take at most, behind their bit width. */
export function indicesByteLength(count: number, bitWidth: number): number {
  return 16 + Math.ceil(count / 8) * bitWidth + Math.ceil(count / 16) * 8;
}
