import { LIST_TILE_LENGTH } from '../src/abi/list-length.js';
import type { Step } from '../src/abi/program.js';
import { LIST_COLUMNS_BYTE_LENGTH, type ThreadArea } from '../src/abi/thread-area.js';
import type { Kernel, Kernels } from './kernel-module.js';
import type { ListGroup, ListTiles, Tile } from './list-tiles.js';

/** From so many rows on, columns would stand in the same cache sets if nothing kept them apart. */
const PADDED_COUNT = 64;
const PADDING_BYTE_LENGTH = 64;

/** Calls row kernels with the lists of a tile as rows: lists of the same length in one call. */
export class ListRowCaller {
  readonly #kernels: Kernels;
  readonly #memory: DataView;
  readonly #area: ThreadArea;
  readonly #elementPlaces: Uint32Array;
  readonly #resultPlaces: Uint32Array;
  /** Columns of the values, of the gradients, and of one result a list. */
  readonly #columns: readonly [values: number, gradients: number, results: number];
  #groups: readonly ListGroup[] = [];

  constructor(kernels: Kernels, memory: DataView, area: ThreadArea) {
    this.#kernels = kernels;
    this.#memory = memory;
    this.#area = area;
    this.#elementPlaces = new Uint32Array(memory.buffer, area.listScratch, LIST_TILE_LENGTH);
    this.#resultPlaces = new Uint32Array(memory.buffer, area.listScratch + 4 * LIST_TILE_LENGTH, LIST_TILE_LENGTH);
    const first = area.listScratch + 8 * LIST_TILE_LENGTH;
    this.#columns = [first, first + LIST_COLUMNS_BYTE_LENGTH, first + 2 * LIST_COLUMNS_BYTE_LENGTH];
  }

  /** Takes the tile whose lists are the rows of the calls that follow. */
  enter(tiles: ListTiles, tile: Tile): void {
    this.#groups = tiles.group(tile, this.#elementPlaces, this.#resultPlaces);
  }

  /**
   * Computes a row function of each list of the tile.
   *
   * @param sources where the tile's elements are, and those of the gradient if there is one
   * @param target of as many elements, or of one value for each list; may be the first source
   */
  call(step: Step & { readonly kind: 'row' }, sources: readonly number[], target: number, params: number): void {
    const kernel = this.#kernel(step.kernel);
    for (const group of this.#groups) {
      if (step.outputs === 'one') this.#reduce(kernel, group, sources, target, params);
      else if (group.width > 0) this.#map(kernel, group, sources, target, params);
    }
  }

  #map(kernel: Kernel, group: ListGroup, sources: readonly number[], target: number, params: number): void {
    const { width, first, count } = group;
    const table = this.#area.rowAddresses;
    const targets = table + 4 * width * sources.length;
    const stride = this.#columnsOf(group, sources);
    const isList = count === 1;
    const columns = isList ? target + this.#elementPlaces[first]! : this.#columns[0];
    this.#kernel('list_addresses')(targets, columns, stride, width);
    kernel(table, targets, width, count, params, this.#area.rowScratch);
    if (isList) return;
    const places = this.#elementPlaces.byteOffset + 4 * first;
    this.#kernel('list_scatter')(columns, stride, width, count, places, target);
  }

  #reduce(kernel: Kernel, group: ListGroup, sources: readonly number[], target: number, params: number): void {
    const { width, first, count } = group;
    const places = this.#resultPlaces.byteOffset + 4 * first;
    // Lists that are all in one group stand in it in their order.
    const results = this.#groups.length === 1 ? target : this.#columns[2];
    if (width === 0) {
      // An empty row has no result; that it is null stands in the bitmap.
      new Float64Array(this.#memory.buffer, results, count).fill(0);
    } else {
      const table = this.#area.rowAddresses;
      const targets = table + 4 * width * sources.length;
      this.#columnsOf(group, sources);
      this.#memory.setUint32(targets, results, true);
      kernel(table, targets, width, count, params, this.#area.rowScratch);
    }
    if (results !== target) this.#kernel('list_scatter')(results, 8, 1, count, places, target);
  }

  /** Writes the addresses of the columns of a group's lists, a single list's own elements; returns their distance. */
  #columnsOf({ width, first, count }: ListGroup, sources: readonly number[]): number {
    const isList = count === 1;
    const stride = 8 * count + (count >= PADDED_COUNT ? PADDING_BYTE_LENGTH : 0);
    for (const [index, source] of sources.entries()) {
      const columns = isList ? source + this.#elementPlaces[first]! : this.#columns[index]!;
      this.#kernel('list_addresses')(this.#area.rowAddresses + 4 * width * index, columns, stride, width);
      if (isList) continue;
      const places = this.#elementPlaces.byteOffset + 4 * first;
      this.#kernel('list_gather')(source, places, width, count, columns, stride);
    }
    return stride;
  }

  #kernel(name: string): Kernel {
    const kernel = this.#kernels[name];
    if (kernel === undefined) throw new RangeError(`no kernel ${name}`);
    return kernel;
  }
}
