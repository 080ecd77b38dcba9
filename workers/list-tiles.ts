import { checkListLength, LIST_LENGTH_MAX, LIST_TILE_LENGTH } from '../src/abi/list-length.js';
import type { ListRows } from '../src/abi/task.js';
import { readListStarts } from './list-starts.js';

/** Elements of a tile of short lists of one length: the tile and its columns stay in the first-level cache. */
const FIXED_TILE_LENGTH = 2048;
/** Lists of one length that are enough for the fastest way through a row kernel. */
const FIXED_LIST_COUNT = 4;

/** Lists next to each other that are computed together, `LIST_TILE_LENGTH` at most, with as many elements at most. */
export interface Tile {
  /** Lists `firstList` to `endList` of the task's, half-open. */
  readonly firstList: number;
  readonly endList: number;
  /** Elements `start` to `end` of the task's regions. */
  readonly start: number;
  readonly end: number;
}

/** Lists of a tile that have the same length, of which there are `count` from `first` on in the tile's order. */
export interface ListGroup {
  readonly width: number;
  readonly first: number;
  readonly count: number;
}

/** Finds the lists of a task, checks them, and groups those of a tile by their length. */
export class ListTiles {
  readonly #memory: DataView;
  /** Where each list begins among the elements of the regions, and where the last one ends. */
  #starts = new Uint32Array(1024);
  /** How many lists of each length a tile has, then where the next one goes in its order. */
  readonly #lengths = new Uint32Array(LIST_LENGTH_MAX + 1);
  /** The length of all lists of the task, if they have one: then tiles of as many lists are grouped alike. */
  #listSize: number | undefined;
  #groups: readonly ListGroup[] = [];

  constructor(memory: DataView) {
    this.#memory = memory;
  }

  /** Where list `index` of the task begins. */
  start(index: number): number {
    return this.#starts[index]!;
  }

  /** @throws LW_CORRUPT_INPUT for offsets that contradict each other; LW_UNSUPPORTED_INPUT for a list that is too long */
  read(lists: ListRows): void {
    const { bounds, count, firstList, name } = lists;
    if (this.#starts.length <= count) this.#starts = new Uint32Array(2 * count + 1);
    this.#listSize = 'listSize' in bounds ? bounds.listSize : undefined;
    this.#groups = [];
    const starts = this.#starts;
    readListStarts(this.#memory, lists, starts);
    if ('listSize' in bounds) return;
    for (let list = 0; list < count; list++) {
      checkListLength(name, firstList + list, starts[list + 1]! - starts[list]!);
    }
  }

  /** The next tile from a list on. */
  tile(firstList: number, listCount: number): Tile {
    const starts = this.#starts;
    const start = starts[firstList]!;
    const listSize = this.#listSize;
    let endList = Math.min(listCount, firstList + LIST_TILE_LENGTH);
    if (listSize !== undefined) {
      const length = listSize * FIXED_LIST_COUNT > FIXED_TILE_LENGTH ? LIST_TILE_LENGTH : FIXED_TILE_LENGTH;
      endList = Math.min(endList, firstList + Math.floor(length / Math.max(1, listSize)));
    } else if (starts[endList]! - start > LIST_TILE_LENGTH) {
      const limit = start + LIST_TILE_LENGTH;
      endList = firstList + 1;
      while (starts[endList + 1]! <= limit) endList++;
    }
    return { firstList, endList, start, end: starts[endList]! };
  }

  /**
   * Writes the places of a tile's lists in the order of their length: byte offsets in the tile to `elementPlaces`, and of
   * a result for each list to `resultPlaces`.
   */
  group(
    { firstList, endList, start }: Tile,
    elementPlaces: Uint32Array,
    resultPlaces: Uint32Array,
  ): readonly ListGroup[] {
    if (this.#listSize !== undefined && this.#groups[0]?.count === endList - firstList) return this.#groups;
    const starts = this.#starts;
    const lengths = this.#lengths;
    let shortest = LIST_LENGTH_MAX;
    let longest = 0;
    for (let list = firstList; list < endList; list++) {
      const length = starts[list + 1]! - starts[list]!;
      lengths[length]!++;
      if (length < shortest) shortest = length;
      if (length > longest) longest = length;
    }
    const groups: ListGroup[] = [];
    let first = 0;
    for (let width = shortest; width <= longest; width++) {
      const count = lengths[width]!;
      lengths[width] = first;
      if (count > 0) groups.push({ width, first, count });
      first += count;
    }
    for (let list = firstList; list < endList; list++) {
      const at = lengths[starts[list + 1]! - starts[list]!]!++;
      elementPlaces[at] = 8 * (starts[list]! - start);
      resultPlaces[at] = 8 * (list - firstList);
    }
    lengths.fill(0, shortest, longest + 1);
    this.#groups = groups;
    return groups;
  }
}
