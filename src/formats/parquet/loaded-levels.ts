/** The levels that loads hold of a row group's values, for results that stand in the values' places. */
import type { LevelBytes } from '../../abi/pages.js';
import type { Column } from '../../plan/schema.js';
import { ALIGNMENT, type Load } from '../../slab/load.js';
import type { Leaf } from './schema.js';

export class LoadedLevels {
  readonly #columns: ReadonlySet<number>;
  /** Of each load and column, those that were added last. */
  readonly #levels = new WeakMap<Load<unknown>, Map<number, LevelBytes>>();

  /** @param columns those whose levels are wanted, by their index */
  constructor(columns: ReadonlySet<number>) {
    this.#columns = columns;
  }

  includes({ index }: Column): boolean {
    return this.#columns.has(index);
  }

  /** Slot bytes, at most, that `allocate` takes. */
  byteLength(column: Column, { maxRepetitionLevel }: Leaf, count: number): number {
    return this.includes(column) ? (maxRepetitionLevel > 0 ? 2 : 1) * (count + ALIGNMENT) : 0;
  }

  /** Room for the levels of `count` values; `undefined` where nobody wants them. */
  allocate(load: Load<unknown>, column: Column, { maxRepetitionLevel }: Leaf, count: number): LevelBytes | undefined {
    if (!this.includes(column)) return undefined;
    const definition = load.allocate(count);
    const levels = { definition, repetition: maxRepetitionLevel > 0 ? load.allocate(count) : 0 };
    const columns = this.#levels.get(load) ?? new Map<number, LevelBytes>();
    this.#levels.set(load, columns.set(column.index, levels));
    return levels;
  }

  /** The levels of the values of a column that were added to the load last. */
  of(load: Load<unknown>, { index, name }: Column): LevelBytes {
    const levels = this.#levels.get(load)?.get(index);
    if (levels === undefined) throw new RangeError(`no levels of "${name}" are in the load`);
    return levels;
  }
}
