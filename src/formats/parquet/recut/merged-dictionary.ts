/** The dictionaries of several column chunks as one, and where the values of each stand in it. */
import { LanewiseError } from '../../../errors.js';
import type { ReadableFile } from '../../../storage/file.js';
import { MemoryFile } from '../../../storage/memory-file.js';
import type { PageReader } from '../lists.js';
import type { DictionaryPageInfo } from '../page-header.js';
import { DistinctValues } from './distinct-values.js';
import type { StoredDictionary } from './recut-task.js';

export interface MergedDictionary {
  /** In the PLAIN encoding. */
  readonly bytes: Uint8Array;
  readonly valueCount: number;
  /** For each dictionary the places of its values; those of the first stay where they are. */
  readonly maps: ReadonlyMap<DictionaryPageInfo, Uint32Array | undefined>;
}

/** What a dictionary may come to before values are written instead: where writers stop to make one. */
export const MERGED_BYTE_LENGTH_MAX = 1 << 20;
const LENGTH_BYTE_LENGTH = 4;

/**
 * @param valueByteLength 0 for values that stand behind their lengths
 * @returns `undefined` where it would be too large to be worth it
 * @throws LW_CORRUPT_INPUT where a dictionary doesn't hold its values
 */
export function mergeDictionaries(
  file: ReadableFile,
  reader: PageReader,
  name: string,
  dictionaries: readonly DictionaryPageInfo[],
  valueByteLength: number,
): MergedDictionary | undefined {
  if (dictionaries.some(({ uncompressedByteLength }) => uncompressedByteLength > MERGED_BYTE_LENGTH_MAX))
    return undefined;
  const maps = new Map<DictionaryPageInfo, Uint32Array | undefined>();
  const values = new DistinctValues(MERGED_BYTE_LENGTH_MAX);
  for (const dictionary of dictionaries) {
    const bytes = reader.readDictionary(file, dictionary, name);
    const isFirst = maps.size === 0;
    const map = new Uint32Array(dictionary.valueCount);
    let at = 0;
    for (let index = 0; index < dictionary.valueCount; index++) {
      const end = valueEnd(bytes, at, valueByteLength);
      if (end > bytes.length) {
        throw new LanewiseError(
          'LW_CORRUPT_INPUT',
          `${file.name}: column "${name}": a dictionary of ${dictionary.valueCount} values in ${bytes.length} bytes`,
        );
      }
      // The first dictionary stays as it is, with what may be in it twice.
      const place = isFirst ? values.add(bytes, at, end) : values.placeOf(bytes, at, end);
      if (place === undefined) return undefined;
      map[index] = place;
      at = end;
    }
    maps.set(dictionary, isFirst ? undefined : map);
  }
  return { bytes: values.bytes, valueCount: values.count, maps };
}

/** A merged dictionary as one that lies in a file. */
export function storedInMemory(name: string, { bytes, valueCount }: MergedDictionary): StoredDictionary {
  const byteLength = bytes.length;
  const file = new MemoryFile(name, bytes);
  return {
    file,
    position: 0,
    byteLength,
    uncompressedByteLength: byteLength,
    valueCount,
    codec: 'none',
    crc: undefined,
  };
}

/** The places of a dictionary's values in the merged one, as uint32; absent where they are the same. */
export function placesFile(
  merged: MergedDictionary | undefined,
  dictionary: DictionaryPageInfo,
): ReadableFile | undefined {
  const places = merged?.maps.get(dictionary);
  return places === undefined ? undefined : new MemoryFile('places of values', new Uint8Array(places.buffer));
}

/** The bytes of the longest value of a dictionary whose values stand behind their lengths. */
export function longestValue(bytes: Uint8Array, valueCount: number): number {
  let longest = 0;
  let at = 0;
  for (let index = 0; index < valueCount && at < bytes.length; index++) {
    const end = valueEnd(bytes, at, 0);
    longest = Math.max(longest, end - at - LENGTH_BYTE_LENGTH);
    at = end;
  }
  return longest;
}

function valueEnd(bytes: Uint8Array, at: number, valueByteLength: number): number {
  if (valueByteLength > 0) return at + valueByteLength;
  if (at + LENGTH_BYTE_LENGTH > bytes.length) return Number.POSITIVE_INFINITY;
  const low = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
  return at + LENGTH_BYTE_LENGTH + low + bytes[at + 3]! * 2 ** 24;
}
