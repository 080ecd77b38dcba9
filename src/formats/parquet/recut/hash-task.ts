/** The load of the hashes of a page's values, of which the bloom filter of a column chunk is made. */
import type { Load } from '../../../slab/load.js';
import { dataPage } from '../paged-partition.js';
import { pagesBetween } from './recut-partition.js';
import { type PartOfPage, partOf, split, type ValueRange } from './recut-plan.js';
import { hashEncoding, hashSize } from './recut-size.js';
import { NO_DICTIONARY, placeRooms, type Recoding, storedColumn } from './recut-task.js';

export interface MadeHashes {
  readonly task: number;
  /** Where they are going to stand. */
  readonly address: number;
}

/** The parts of pages whose values are hashed together. */
export function hashedParts(
  ranges: readonly ValueRange[],
  options: Pick<Recoding, 'longestValue'> & { readonly valueByteLength: number },
): readonly PartOfPage[] {
  return ranges.flatMap(({ pages, start, end }) =>
    pagesBetween(pages, start, end).flatMap(({ page }) => [
      ...split(partOf(page, start, end), hashEncoding(page), options),
    ]),
  );
}

/** Adds the hashes of a part's values to the load, or returns `undefined` where it has too little room. */
export function addHashes(
  load: Load<unknown>,
  { file, leaf, dictionaries }: Pick<Recoding, 'file' | 'leaf' | 'dictionaries'>,
  part: PartOfPage,
): MadeHashes | undefined {
  const { page, from, to } = part;
  const { rooms, hashesByteLength, byteLength } = hashSize(part, leaf);
  const opened = page.dictionary === undefined ? 0 : dictionaries.byteLength(load, page.dictionary);
  if (load.free < byteLength + opened) return undefined;
  const address = load.read(file, page.position, page.byteLength);
  const dictionary = page.dictionary && dictionaries.open(load, page.dictionary);
  const hashes = load.allocate(hashesByteLength);
  const scratch = load.scratch(rooms.byteLength);
  const task = load.addTask({
    kind: 'hash_values',
    ...storedColumn(leaf),
    ...placeRooms(rooms, scratch),
    part: { page: dataPage(page, address - page.position), from, to, ...(dictionary ?? NO_DICTIONARY) },
    hashes,
  });
  return { task, address: hashes };
}
