/** Results that don't become pages: they are put among the values of a record batch that is encoded by the library. */
import type { Region, TaskResult } from '../../abi/task.js';
import { type NumericType, valuesByteLength } from '../../abi/types.js';
import type { OutputColumn } from '../../plan/job.js';
import type { Load } from '../../slab/load.js';
import type { ResultPlace } from '../arrow/field-batch.js';
import type { SinkPartition } from '../format.js';
import type { BridgedPiece, ParquetPiece } from '../parquet/piece.js';
import type { RowGroupWriter } from '../parquet/row-group-writer.js';

export class BridgedResults implements SinkPartition<ParquetPiece> {
  readonly items = [];
  readonly #places: ReadonlyMap<OutputColumn, ResultPlace>;
  readonly #rowGroup: RowGroupWriter;
  /** The slab's bytes. */
  readonly #memory: Uint8Array;

  /** @param rowGroup with whose pieces theirs come */
  constructor(places: readonly ResultPlace[], rowGroup: RowGroupWriter, memory: Uint8Array) {
    this.#places = new Map(places.map((place) => [place.output, place]));
    this.#rowGroup = rowGroup;
    this.#memory = memory;
  }

  storeByteLength(): number {
    return 0;
  }

  store(
    load: Load<ParquetPiece>,
    output: OutputColumn,
    start: number,
    end: number,
    region: Region,
    task: number,
    index: number,
  ): void {
    load.pieces.push({ kind: 'bridged', rowGroup: this.#rowGroup, output, start, end, region, task, index });
  }

  /** Copies a piece of a load; `start` is a multiple of 8. */
  write({ output, start, end, region, task, index }: BridgedPiece, results: readonly TaskResult[]): void {
    const place = this.#places.get(output);
    if (place === undefined) throw new RangeError(`"${output.name}" isn't encoded with this record batch`);
    const copy = (address: number, target: Uint8Array, type: NumericType): void => {
      const byteLength = valuesByteLength(type, end - start);
      target.set(this.#memory.subarray(address, address + byteLength), valuesByteLength(type, start));
    };
    copy(region.values, place.values, output.type);
    if (region.validity > 0) copy(region.validity, place.validity, 'bool');
    const nullCount = results[task]?.[index] ?? 0;
    if (nullCount > 0) place.addNulls(nullCount);
  }

  async end(): Promise<void> {}
}
