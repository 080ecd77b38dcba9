/** The load of a page that is made of parts of others: what is read, the task, and where its body comes to stand. */
import type { DictionaryPage, PageCodec } from '../../../abi/pages.js';
import { BOUND_BYTE_LENGTH_MAX, type PagePart, type RecodeEncoding, type ValueOrder } from '../../../abi/recode.js';
import type { Load } from '../../../slab/load.js';
import type { ReadableFile } from '../../../storage/file.js';
import { storedByteLength, storedValue } from '../leaf-order.js';
import type { DictionaryPageInfo } from '../page-header.js';
import { dataPage, valuesPage } from '../paged-partition.js';
import type { Leaf } from '../schema.js';
import type { LoadedDictionaries } from './loaded-dictionaries.js';
import type { PartOfPage } from './recut-plan.js';
import { type RecutRooms, type RecutSize, recutSize } from './recut-size.js';

/** How the pages of a column chunk are made. */
export interface Recoding {
  readonly file: ReadableFile;
  readonly leaf: Leaf;
  readonly order: ValueOrder | undefined;
  readonly codec: PageCodec;
  readonly pageChecksum: boolean;
  /** Of indices. */
  readonly bitWidth: number;
  /** Bytes of the longest value of a dictionary of byte arrays. */
  readonly longestValue: (dictionary: DictionaryPageInfo) => number;
  readonly dictionaries: LoadedDictionaries;
}

export interface MadePage {
  readonly task: number;
  readonly body: number;
  /** Where the smallest value is going to stand; the largest stands `BOUND_BYTE_LENGTH_MAX` bytes behind. */
  readonly bounds: number;
}

export const NO_DICTIONARY = { dictionary: undefined, indexMap: 0 } as const;

/** A dictionary as it lies in a file. */
export type StoredDictionary = Omit<DictionaryPage, 'address'> & {
  readonly file: ReadableFile;
  readonly position: number;
};

/** Adds a page to the load, or returns `undefined` where it has too little room. */
export function addPage(
  load: Load<unknown>,
  recoding: Recoding,
  encoding: RecodeEncoding,
  parts: readonly PartOfPage[],
): MadePage | undefined {
  const { file, dictionaries } = recoding;
  const size = recutSize(parts, { ...recoding, encoding });
  const used = new Set(parts.flatMap(({ page }) => page.dictionary ?? []));
  const opened = [...used].reduce((sum, dictionary) => sum + dictionaries.byteLength(load, dictionary), 0);
  if (load.free < size.byteLength + opened) return undefined;
  const loaded = parts.map(({ page, from, to }): PagePart => {
    const address = load.read(file, page.position, page.byteLength);
    const dictionary = page.dictionary && dictionaries.open(load, page.dictionary);
    return { page: dataPage(page, address - page.position), from, to, ...(dictionary ?? NO_DICTIONARY) };
  });
  return addTask(load, recoding, { ...size, encoding, parts: loaded, leaf: recoding.leaf, order: recoding.order });
}

/** The same for a dictionary: a page of values without levels but for its name. */
export function addDictionary(
  load: Load<unknown>,
  recoding: Recoding,
  { file, position, ...dictionary }: StoredDictionary,
): MadePage | undefined {
  const { byteLength, valueCount } = dictionary;
  const leaf = { ...recoding.leaf, maxDefinitionLevel: 0, maxRepetitionLevel: 0 };
  const page = valuesPage({ ...dictionary, address: 0 });
  const parts = [{ page: { ...page, dictionary: undefined }, from: 0, to: valueCount }];
  const size = recutSize(parts, { ...recoding, leaf, encoding: 'plain' });
  if (load.free < size.byteLength) return undefined;
  const loaded: PagePart = {
    page: { ...page, address: load.read(file, position, byteLength) },
    from: 0,
    to: valueCount,
    ...NO_DICTIONARY,
  };
  return addTask(load, recoding, { ...size, encoding: 'plain', parts: [loaded], leaf, order: undefined });
}

interface TaskParts extends RecutSize {
  readonly encoding: RecodeEncoding;
  readonly parts: readonly PagePart[];
  readonly leaf: Leaf;
  readonly order: ValueOrder | undefined;
}

function addTask(
  load: Load<unknown>,
  { codec, bitWidth, pageChecksum }: Recoding,
  { rooms, bodyByteLength, targetByteLength, encoding, parts, leaf, order }: TaskParts,
): MadePage {
  const isCompressed = codec !== 'none';
  const bounds = load.allocate(2 * BOUND_BYTE_LENGTH_MAX);
  const target = isCompressed ? load.allocate(targetByteLength) : 0;
  const body = isCompressed ? 0 : load.allocate(bodyByteLength);
  const scratch = load.scratch(rooms.byteLength);
  const task = load.addTask({
    kind: 'recode_page',
    ...storedColumn(leaf),
    ...placeRooms(rooms, scratch),
    order,
    encoding,
    parts,
    bitWidth,
    codec,
    crc: pageChecksum,
    body: isCompressed ? scratch + rooms.body : body,
    target,
    targetCapacity: targetByteLength,
    bounds,
  });
  return { task, body: isCompressed ? target : body, bounds };
}

/** What a task needs to know of the column that its pages are of. */
export function storedColumn(leaf: Leaf) {
  const { maxDefinitionLevel, maxRepetitionLevel } = leaf;
  return {
    name: leaf.path.join('.'),
    maxDefinitionLevel,
    maxRepetitionLevel,
    value: storedValue(leaf),
    valueByteLength: storedByteLength(leaf),
  };
}

/** Where a task finds room to open pages in. */
export function placeRooms(rooms: RecutRooms, scratch: number) {
  return {
    scratch: scratch + rooms.page,
    levelsScratch: scratch + rooms.pageLevels,
    levels: scratch + rooms.levels,
    values: scratch + rooms.values,
  };
}
