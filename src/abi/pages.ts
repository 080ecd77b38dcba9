/** Parquet's pages as plain data: what a thread needs to know to turn them into a column in the slot, and back. */
import type { CompressionCodec, ListRows, Region } from './task.js';
import type { NumericType } from './types.js';

export type PageCodec = CompressionCodec | 'none';

/** How a value lies in a page: Parquet's physical types, as far as numbers are stored in them. */
export type PhysicalValue = 'boolean' | 'int32' | 'int64' | 'float' | 'double' | 'float16';

export type PageEncoding =
  | 'plain'
  | 'dictionary'
  | 'byte_stream_split'
  | 'delta_binary_packed'
  | 'rle'
  | 'delta_length_byte_array'
  | 'delta_byte_array';

/** How the values of results are encoded. */
export type ValueEncoding = 'plain' | 'byte_stream_split';

/** The same, or left to the values of each page. */
export type EncodingOption = ValueEncoding | 'auto';

/**
 * A data page in the slot. Its body is levels and values; of version 1 all of it is compressed, of version 2 only the
 * values are.
 */
export interface DataPage {
  readonly address: number;
  readonly byteLength: number;
  readonly uncompressedByteLength: number;
  /** CRC-32 of its bytes, if the header names it. */
  readonly crc: number | undefined;
  readonly codec: PageCodec;
  readonly encoding: PageEncoding;
  /** Place of its first value among the column chunk's. Nulls count as values. */
  readonly firstValue: number;
  readonly valueCount: number;
  /**
   * Where the levels stand: repetition levels, definition levels, values. In version 1 those that a column has stand with
   * a length of their own (`rle`) or with one that follows from the count (`bit_packed`); in version 2 the page header
   * tells how many bytes they take.
   */
  readonly levels:
    | { readonly repetition: LevelEncoding; readonly definition: LevelEncoding }
    | { readonly repetitionByteLength: number; readonly definitionByteLength: number };
}

/** What there is to know of a column whose levels are read. */
export interface LeveledColumn {
  /** What messages call it. */
  readonly name: string;
  /** 0 for a required column; a value is there where its definition level is this. */
  readonly maxDefinitionLevel: number;
  /** 0 where no value is of a list. */
  readonly maxRepetitionLevel: number;
}

export type LevelEncoding = 'rle' | 'bit_packed';

/** Levels of a range of values in the slot, a byte each. */
export interface LevelBytes {
  readonly definition: number;
  /** 0 where the column has no repetition levels. */
  readonly repetition: number;
}

/** A dictionary page in the slot: values back to back as in a PLAIN page without levels. */
export interface DictionaryPage {
  readonly address: number;
  readonly crc: number | undefined;
  readonly byteLength: number;
  readonly uncompressedByteLength: number;
  readonly codec: PageCodec;
  readonly valueCount: number;
}

/**
 * Decompresses and decodes the values `start` to `end` of a column chunk. Its result is empty.
 *
 * Values are counted as Parquet counts them: what stands for an empty list or for a null one, or for a struct that is
 * null, is a value too, and null.
 */
export interface DecodePagesTask extends LeveledColumn {
  readonly kind: 'decode_pages';
  readonly physicalValue: PhysicalValue;
  readonly type: NumericType;
  readonly dictionary: DictionaryPage | undefined;
  /** The pages that hold the values, in their order, the first and the last perhaps in part. */
  readonly pages: readonly DataPage[];
  readonly start: number;
  readonly end: number;
  /**
   * Where the column is to stand. `validity` is 0 where the metadata promises that no value is null. The 16 bytes in
   * front of the values are written, too, and put back.
   */
  readonly target: Region;
  /** Place of the value `start` in the target, behind what tasks before have put there; its levels have the same. */
  readonly targetRow: number;
  /** Where the values' levels are to stand, if anybody wants them. */
  readonly levels: LevelBytes | undefined;
  /** Room for the largest page decompressed. */
  readonly scratch: number;
  /** Room for a bit for each value of the largest page, of a column that may have nulls. */
  readonly levelsScratch: number;
  /** Room for the dictionary decompressed. */
  readonly dictionaryScratch: number;
  /** Room for `end - start` values as they lie in pages, where the column's values are narrower; otherwise 0. */
  readonly denseScratch: number;
}

/** Levels that results have after those of the input's values in whose places they stand. */
export interface ResultLevels extends LevelBytes {
  readonly maxDefinitionLevel: number;
  readonly maxRepetitionLevel: number;
  /** By level of an input's value: that of a result that is null there. */
  readonly absent: readonly number[];
  /** From this level of an input's value on there is a place for a result. */
  readonly leastPresent: number;
  /** From this one on the innermost list has an element there, which may be a struct that is null. */
  readonly leastElement: number;
}

/** Levels that results have as elements of lists, with what is made of them in the slot. */
export interface ListLevels {
  readonly lists: ListRows;
  /** Definition level of a null list; of an empty one if lists can't be null. */
  readonly nullLevel: number;
  readonly maxDefinitionLevel: number;
  /** Room for the places of the lists, as many as `listLevelsByteLength` says. */
  readonly scratch: number;
}

/** What `ListLevels.scratch` has room for: places of lists, two levels of each element and each list, a bitmap. */
export function listLevelsByteLength(elementCount: number, listCount: number): number {
  return 4 * (listCount + 1) + 2 * (elementCount + listCount) + Math.ceil(elementCount / 8);
}

/**
 * Makes the body of one data page (version 1) of the `count` values of a region, which is scratch afterwards.
 *
 * The 16 bytes in front of the region's values are written, too, and put back.
 *
 * Where `body` is 0, the page is neither compressed nor put together: its values stay in the region, nulls squeezed out,
 * behind levels that whoever writes the page takes from `definitionLevelsHead` and the region's bitmap.
 *
 * Its result is `[byteLength, uncompressedByteLength, isSplit, valueCount, nullCount, crc, rowCount, firstRepetitionLevel,
 * minLow, minHigh, maxLow, maxHigh]`: sizes of the body with its levels; 1 where its values are encoded
 * BYTE_STREAM_SPLIT; values as Parquet counts them, with those of lists without elements; the body's CRC-32, or 0 where
 * none was asked for; rows that begin in the page; 0 where its first value begins one; the smallest and the largest value
 * in the PLAIN encoding as two uint32 words each, which are left out where there are none (all values are null or NaN).
 */
export interface EncodePageTask {
  readonly kind: 'encode_page';
  /** What messages call the column. */
  readonly name: string;
  readonly physicalValue: PhysicalValue;
  readonly type: NumericType;
  /** `auto` is left to the page's values: BYTE_STREAM_SPLIT where few of them repeat. Of values of 4 or 8 bytes only. */
  readonly encoding: EncodingOption;
  /** None of a required column; as the validity has it, for a flat one. The bytes of nested ones are scratch afterwards. */
  readonly levels: 'none' | 'validity' | ResultLevels | ListLevels;
  readonly codec: PageCodec;
  readonly level: number | undefined;
  readonly crc: boolean;
  readonly source: Region;
  readonly count: number;
  /** Room for the levels and values, uncompressed, or 0. Scratch where the page is compressed. */
  readonly body: number;
  /** Room for the compressed body; unused where the codec is `none`. */
  readonly target: number;
  readonly targetCapacity: number;
}

/**
 * What stands before the values of a page (version 1) of a nullable flat column: the length of the definition levels
 * and the header of their only run. The level 1 follows if no value is null, and is part of what is returned; else the
 * validity bitmap, which is what bit-packed levels are.
 */
export function definitionLevelsHead(count: number, hasNulls: boolean): Uint8Array {
  const bitmapByteLength = Math.ceil(count / 8);
  const head: number[] = [];
  let rest = hasNulls ? bitmapByteLength * 2 + 1 : count * 2;
  for (; rest >= 128; rest = Math.floor(rest / 128)) head.push((rest % 128) | 0x80);
  head.push(rest);
  if (!hasNulls) head.push(1);
  const bytes = new Uint8Array(4 + head.length);
  new DataView(bytes.buffer).setUint32(0, head.length + (hasNulls ? bitmapByteLength : 0), true);
  bytes.set(head, 4);
  return bytes;
}

/** Bytes that the levels of a page take at most behind their length: groups of bits, and headers of runs among them. */
export function levelsCapacity(count: number, maxLevel: number): number {
  if (maxLevel === 0) return 0;
  return 4 + Math.ceil(count / 8) * levelBitWidth(maxLevel) + Math.ceil(count / 32) * 6 + 16;
}

export function levelBitWidth(maxLevel: number): number {
  return 32 - Math.clz32(maxLevel);
}

/** Bytes that `definitionLevelsHead` and a bitmap take at most. */
export function definitionLevelsCapacity(count: number): number {
  return 4 + 6 + Math.ceil(count / 8);
}
