/** The dictionaries of several column chunks as one, and where the values of each stand in it. */
import { LanewiseError } from '../../errors.js';
import type { ReadableFile } from '../../storage/file.js';
import type { PageReader } from './lists.js';
import type { DictionaryPageInfo } from './page-header.js';

export interface MergedDictionary {
  /** In the PLAIN encoding. */
  readonly bytes: Uint8Array;
  readonly valueCount: number;
  /** For each dictionary the places of its values; those of the first stay where they are. */
  readonly maps: ReadonlyMap<DictionaryPageInfo, Uint32Array | undefined>;
}

/** What a dictionary may come to before values are written instead, unless the first is larger by itself. */
const BYTE_LENGTH_MAX = 1 << 18;
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
  const places = new Map<string, number>();
  const maps = new Map<DictionaryPageInfo, Uint32Array | undefined>();
  const limit = Math.max(BYTE_LENGTH_MAX, dictionaries[0]?.uncompressedByteLength ?? 0);
  const parts: Uint8Array[] = [];
  let byteLength = 0;
  let valueCount = 0;
  for (const dictionary of dictionaries) {
    const bytes = reader.readDictionary(file, dictionary, name);
    const isFirst = valueCount === 0 && maps.size === 0;
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
      const value = bytes.subarray(at, end);
      at = end;
      const key = latin1(value);
      let place = places.get(key);
      // The first dictionary stays as it is, with what may be in it twice.
      if (place === undefined || isFirst) {
        place = valueCount++;
        places.set(key, place);
        parts.push(value.slice());
        byteLength += value.length;
        if (byteLength > limit) return undefined;
      }
      map[index] = place;
    }
    maps.set(dictionary, isFirst ? undefined : map);
  }
  return { bytes: concatenate(parts, byteLength), valueCount, maps };
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
  const length = new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(0, true);
  return at + LENGTH_BYTE_LENGTH + length;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

function concatenate(parts: readonly Uint8Array[], byteLength: number): Uint8Array {
  const bytes = new Uint8Array(byteLength);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
