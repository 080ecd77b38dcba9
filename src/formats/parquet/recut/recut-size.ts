/** Slot bytes that making a page of parts of others takes. */
import { levelsCapacity } from '../../../abi/pages.js';
import {
  BOUND_BYTE_LENGTH_MAX,
  indicesByteLength,
  lengthsByteLength,
  type RecodeEncoding,
} from '../../../abi/recode.js';
import { ALIGNMENT } from '../../../slab/load.js';
import { ColumnMetaData, RowGroup } from '../definitions.js';
import { readChunkInfo } from '../footer.js';
import { storedByteLength } from '../leaf-order.js';
import { scanLeafPages } from '../leaf-pages.js';
import type { DictionaryPageInfo } from '../page-header.js';
import { maxCompressedByteLength } from '../page-size.js';
import type { Leaf } from '../schema.js';
import type { ParquetSource } from '../source.js';
import { openByteLength, placesByteLength } from './loaded-dictionaries.js';
import { MERGED_BYTE_LENGTH_MAX } from './merged-dictionary.js';
import {
  DECOMPRESSIONS_MAX,
  decodedByteLength,
  PAGE_BYTE_LENGTH,
  PAGE_VALUE_COUNT,
  type PartOf,
  type SizedPage,
  split,
} from './recut-plan.js';
import type { Recoding } from './recut-task.js';

export interface RecutSize {
  readonly rooms: RecutRooms;
  readonly bodyByteLength: number;
  /** 0 where the body isn't compressed. */
  readonly targetByteLength: number;
  /** All of it, with what is read, and lost to alignment. */
  readonly byteLength: number;
}

/** Where in a task's scratch there is room for what. */
export interface RecutRooms {
  readonly page: number;
  readonly pageLevels: number;
  readonly levels: number;
  readonly values: number;
  readonly body: number;
  readonly byteLength: number;
}

/** Dictionaries that have to be opened come on top. */
export function recutSize(
  parts: readonly PartOf<SizedPage>[],
  form: Pick<Recoding, 'leaf' | 'codec' | 'bitWidth' | 'longestValue'> & { readonly encoding: RecodeEncoding },
): RecutSize {
  const { leaf, codec, encoding, bitWidth } = form;
  const { maxDefinitionLevel, maxRepetitionLevel } = leaf;
  const valueByteLength = storedByteLength(leaf);
  const count = parts.reduce((sum, { from, to }) => sum + to - from, 0);
  let read = 0;
  let page = 0;
  let pageLevels = 0;
  let values = encoding === 'delta_byte_array' ? 2 * lengthsByteLength(count) : 0;
  for (const part of parts) {
    const { page: from } = part;
    read += from.byteLength + ALIGNMENT;
    page = Math.max(page, from.uncompressedByteLength);
    if (maxDefinitionLevel > 0) pageLevels = Math.max(pageLevels, from.valueCount);
    values += decodedByteLength(part, encoding, { ...form, valueByteLength });
  }
  const encoded = encoding === 'dictionary' ? 1 + indicesByteLength(count, bitWidth) : values;
  const levels = levelsCapacity(count, maxRepetitionLevel) + levelsCapacity(count, maxDefinitionLevel);
  const bodyByteLength = levels + encoded;
  const isCompressed = codec !== 'none';
  const targetByteLength = isCompressed ? maxCompressedByteLength(codec, bodyByteLength) : 0;
  const lengths = { page, pageLevels, levels: 2 * count, values, body: isCompressed ? bodyByteLength : 0 };
  const rooms = layOutRooms(lengths);
  const stored = (isCompressed ? targetByteLength : bodyByteLength) + 2 * BOUND_BYTE_LENGTH_MAX + 2 * ALIGNMENT;
  return { rooms, bodyByteLength, targetByteLength, byteLength: read + stored + rooms.byteLength + ALIGNMENT };
}

const HASH_BYTE_LENGTH = 8;

/** The encoding that the values of a page are brought to before they are hashed. */
export function hashEncoding({ encoding }: Pick<SizedPage, 'encoding'>): RecodeEncoding {
  return encoding === 'dictionary' || encoding === 'delta_byte_array' ? encoding : 'plain';
}

/** The same for the hashes of a part's values. */
export function hashSize(
  part: PartOf<SizedPage>,
  leaf: Leaf,
): { readonly rooms: RecutRooms; readonly hashesByteLength: number; readonly byteLength: number } {
  const { page, from, to } = part;
  const count = to - from;
  const encoding = hashEncoding(page);
  const lengths = encoding === 'delta_byte_array' ? 2 * lengthsByteLength(count) : 0;
  const options = { valueByteLength: storedByteLength(leaf), longestValue: () => 0 };
  const rooms = layOutRooms({
    page: page.uncompressedByteLength,
    pageLevels: page.valueCount,
    levels: 2 * count,
    values: lengths + decodedByteLength(part, encoding, options),
    body: 0,
  });
  const hashesByteLength = HASH_BYTE_LENGTH * count;
  return { rooms, hashesByteLength, byteLength: page.byteLength + hashesByteLength + rooms.byteLength + 4 * ALIGNMENT };
}

function layOutRooms(lengths: Readonly<Record<keyof Omit<RecutRooms, 'byteLength'>, number>>): RecutRooms {
  let byteLength = 0;
  const reserve = (length: number): number => {
    const start = byteLength;
    byteLength += Math.ceil(length / ALIGNMENT) * ALIGNMENT;
    return start;
  };
  const page = reserve(lengths.page);
  const pageLevels = reserve(lengths.pageLevels);
  const levels = reserve(lengths.levels);
  const values = reserve(lengths.values);
  return { page, pageLevels, levels, values, body: reserve(lengths.body), byteLength };
}

/** Copies of a page that is put together: what is read, its values, its body, what the body is compressed to, and levels. */
const PAGE_COPIES = 5;
const PUT_TOGETHER_BYTE_LENGTH = PAGE_COPIES * PAGE_BYTE_LENGTH + 4 * PAGE_VALUE_COUNT;
/** Copies, at most, of a column chunk's bytes that a part of a page takes: read, opened, found, encoded, compressed. */
const PART_COPIES = 8;
/** Bytes, at most, that a value of a part takes as an index, and copies of it as a value; for its levels and nulls. */
const INDEX_COPIES_BYTE_LENGTH = 14;
const VALUE_COPIES = 3.5;
const LEVELS_BYTE_LENGTH = 4;

/**
 * Room for any page of a file with the largest part of it that becomes one, or with those that it is put together with,
 * if that is more than `enough`.
 */
export function leastRecutByteLength({ file, footer }: Pick<ParquetSource, 'file' | 'footer'>, enough: number): number {
  let most = PUT_TOGETHER_BYTE_LENGTH;
  /** By leaf, of column chunks with a dictionary. */
  const dictionaries = new Map<number, number>();
  for (const rowGroup of footer.rowGroups) {
    const rowCount = rowGroup.integer(RowGroup.numRows) ?? 0;
    const chunks = rowGroup.structs(RowGroup.columns).map((struct) => readChunkInfo(file, struct, footer));
    for (const [index, chunk] of chunks.entries()) {
      const leaf = footer.schema.leaves[index];
      if (leaf === undefined) continue;
      const uncompressedByteLength = chunk.metadata.integer(ColumnMetaData.totalUncompressedSize) ?? 0;
      if (chunk.metadata.has(ColumnMetaData.dictionaryPageOffset)) {
        const known = dictionaries.get(index) ?? 0;
        dictionaries.set(index, Math.min(MERGED_BYTE_LENGTH_MAX, known + uncompressedByteLength));
      }
      const byteLength = Math.max(chunk.end - chunk.start, uncompressedByteLength);
      const own = Math.max(INDEX_COPIES_BYTE_LENGTH, VALUE_COPIES * storedByteLength(leaf)) + LEVELS_BYTE_LENGTH;
      const values = chunk.valueCount * (1 + own / DECOMPRESSIONS_MAX);
      const bound = PART_COPIES * byteLength + values + PUT_TOGETHER_BYTE_LENGTH;
      // Its pages can't be larger than the column chunk.
      if (bound <= Math.max(most, enough)) continue;
      const { pages } = scanLeafPages(file, chunk, leaf, rowCount, () => {});
      const isFiltered = chunk.metadata.has(ColumnMetaData.bloomFilterOffset);
      for (const page of pages) {
        most = Math.max(most, partByteLength(page, leaf, isFiltered) + PUT_TOGETHER_BYTE_LENGTH);
      }
    }
  }
  return Math.max(most, PAGE_COPIES * Math.max(0, ...dictionaries.values()) + PAGE_BYTE_LENGTH);
}

/** Room for the largest part of a page that becomes one by itself, whichever encoding it takes. */
function partByteLength(page: SizedPage, leaf: Leaf, isFiltered: boolean): number {
  const { dictionary } = page;
  const valueByteLength = storedByteLength(leaf);
  // One value may be all that a dictionary has.
  const longestValue = (own: DictionaryPageInfo): number => own.uncompressedByteLength;
  const form = { leaf, codec: 'zstd', bitWidth: 32, valueByteLength, longestValue } as const;
  const sizeOf = (encoding: RecodeEncoding): number => {
    const [part] = split({ page, from: 0, to: page.valueCount }, encoding, form);
    return recutSize(part === undefined ? [] : [part], { ...form, encoding }).byteLength;
  };
  const [hashed] = isFiltered ? split({ page, from: 0, to: page.valueCount }, hashEncoding(page), form) : [];
  const hashes = hashed === undefined ? 0 : hashSize(hashed, leaf).byteLength;
  if (dictionary === undefined) return Math.max(hashes, sizeOf(hashEncoding(page)));
  const { byteLength, uncompressedByteLength, valueCount } = dictionary;
  const opened = openByteLength(dictionary, valueByteLength) + placesByteLength(valueCount);
  // The dictionary may become a page of another codec, or of others beside its own.
  return Math.max(
    sizeOf('dictionary') + opened,
    sizeOf('plain') + opened,
    hashes + opened,
    PAGE_COPIES * uncompressedByteLength + byteLength,
  );
}
