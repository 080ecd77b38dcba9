/** Dictionaries that the pages of a column chunk refer to: in each load they are read and opened once. */
import type { OpenDictionary } from '../../../abi/recode.js';
import { ALIGNMENT, type Load } from '../../../slab/load.js';
import type { ReadableFile } from '../../../storage/file.js';
import { storedByteLength } from '../leaf-order.js';
import type { DictionaryPageInfo } from '../page-header.js';
import { dictionaryPage } from '../paged-partition.js';
import type { Leaf } from '../schema.js';

export interface LoadedDictionary {
  readonly dictionary: OpenDictionary;
  /** Where, for each of its values, the place in the output's dictionary stands as uint32; 0 where it is the same. */
  readonly indexMap: number;
}

export class LoadedDictionaries {
  readonly #file: ReadableFile;
  readonly #leaf: Leaf;
  readonly #placesOf: (dictionary: DictionaryPageInfo) => ReadableFile | undefined;
  #load: Load<unknown> | undefined;
  readonly #loaded = new Map<DictionaryPageInfo, LoadedDictionary>();

  /** @param placesOf the places of a dictionary's values in the output's, as uint32; absent where they are the same */
  constructor(file: ReadableFile, leaf: Leaf, placesOf: (dictionary: DictionaryPageInfo) => ReadableFile | undefined) {
    this.#file = file;
    this.#leaf = leaf;
    this.#placesOf = placesOf;
  }

  /** What `open` takes of the load. */
  byteLength(load: Load<unknown>, dictionary: DictionaryPageInfo): number {
    if (this.#of(load).has(dictionary)) return 0;
    const places = this.#placesOf(dictionary)?.byteLength ?? 0;
    return openByteLength(dictionary, storedByteLength(this.#leaf)) + places + ALIGNMENT;
  }

  /** For the tasks that are added to the load from now on. */
  open(load: Load<unknown>, page: DictionaryPageInfo): LoadedDictionary {
    const loaded = this.#of(load);
    const known = loaded.get(page);
    if (known !== undefined) return known;
    const { position, byteLength, uncompressedByteLength, codec, valueCount } = page;
    const valueByteLength = storedByteLength(this.#leaf);
    const address = load.read(this.#file, position, byteLength);
    const dictionary: OpenDictionary = {
      address: codec === 'none' ? address : load.allocate(uncompressedByteLength),
      valueCount,
      places: valueByteLength === 0 ? load.allocate(4 * valueCount) : 0,
    };
    load.addTask({
      kind: 'open_dictionary',
      name: this.#leaf.path.join('.'),
      page: dictionaryPage(page, address),
      valueByteLength,
      opened: dictionary,
    });
    const places = this.#placesOf(page);
    const indexMap = places === undefined ? 0 : load.read(places, 0, places.byteLength);
    const opened = { dictionary, indexMap };
    loaded.set(page, opened);
    return opened;
  }

  #of(load: Load<unknown>): Map<DictionaryPageInfo, LoadedDictionary> {
    if (load !== this.#load) this.#loaded.clear();
    this.#load = load;
    return this.#loaded;
  }
}

/**
 * Slot bytes that a dictionary takes as it is read and opened.
 * @param valueByteLength 0 for values of variable length
 */
export function openByteLength(
  { byteLength, uncompressedByteLength, valueCount, codec }: DictionaryPageInfo,
  valueByteLength: number,
): number {
  const opened = codec === 'none' ? 0 : uncompressedByteLength + ALIGNMENT;
  const places = valueByteLength === 0 ? placesByteLength(valueCount) : 0;
  return byteLength + ALIGNMENT + opened + places;
}

/** Slot bytes of a place for each value of a dictionary. */
export function placesByteLength(valueCount: number): number {
  return 4 * valueCount + ALIGNMENT;
}
