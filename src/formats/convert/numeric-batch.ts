/** A record batch made of a row group of numbers: every byte has its place before anything is decoded. */
import type { Region } from '../../abi/task.js';
import { type NumericType, valuesByteLength } from '../../abi/types.js';
import { hasOwnNulls, type Job, type OutputColumn } from '../../plan/job.js';
import type { Load } from '../../slab/load.js';
import type { WritableFile } from '../../storage/file.js';
import type { BatchDescription } from '../arrow/batch-writer.js';
import type { CopyItem, JobItem, SinkPartition } from '../format.js';
import type { RowGroupPartition } from '../parquet/partition.js';
import { type CarriedColumn, carriedItem } from './carried-column.js';

/** A column of the output: a job's result, or one that is carried over. */
export type NumericField = CarriedColumn | { readonly output: OutputColumn; readonly job: Job };

/** A bitmap in a slot, of which those rows that it says to be null are counted. */
export interface BitmapPiece {
  readonly address: number;
  readonly rowCount: number;
  readonly batch: NumericBatch;
  readonly output: OutputColumn;
}

interface Place {
  readonly type: NumericType;
  readonly validity: number;
  readonly validityByteLength: number;
  readonly values: number;
  readonly valuesByteLength: number;
}

const BODY_ALIGNMENT = 64;

export class NumericBatch implements SinkPartition<BitmapPiece> {
  readonly items: readonly (CopyItem<BitmapPiece> | JobItem)[];
  readonly bodyByteLength: number;
  readonly #rowCount: number;
  /** Offsets in the body. */
  readonly #places = new Map<OutputColumn, Place>();
  readonly #nullCounts = new Map<OutputColumn, number>();
  readonly #file: WritableFile;
  readonly #position: number;
  readonly #finish: (batch: BatchDescription) => void;

  /**
   * @param position of the body in the file
   * @param finish called when all of the body has been written
   */
  constructor(
    partition: RowGroupPartition,
    fields: readonly NumericField[],
    jobs: readonly Job[],
    file: WritableFile,
    position: number,
    finish: (batch: BatchDescription) => void,
  ) {
    this.#rowCount = partition.rowCount;
    this.#file = file;
    this.#position = position;
    this.#finish = finish;
    let offset = 0;
    const reserve = (byteLength: number): number => {
      const start = offset;
      offset += Math.ceil(byteLength / BODY_ALIGNMENT) * BODY_ALIGNMENT;
      return start;
    };
    for (const field of fields) {
      const { type } = field.output;
      const validityByteLength = mayHaveNulls(field, partition) ? valuesByteLength('bool', this.#rowCount) : 0;
      const byteLength = valuesByteLength(type, this.#rowCount);
      const validity = reserve(validityByteLength);
      const values = reserve(byteLength);
      this.#places.set(field.output, { type, validity, validityByteLength, values, valuesByteLength: byteLength });
    }
    this.bodyByteLength = offset;
    const carried = fields.flatMap((field) => ('column' in field ? [carriedItem(partition, this, field)] : []));
    this.items = [...carried, ...jobs.map((job): JobItem => ({ kind: 'job', job }))];
  }

  storeByteLength(): number {
    return 0;
  }

  store(load: Load<BitmapPiece>, output: OutputColumn, start: number, end: number, region: Region): void {
    const { type, validity, validityByteLength, values } = this.#placeOf(output);
    if (region.validity !== 0) {
      if (validityByteLength === 0) throw new RangeError(`"${output.name}" has nulls where none were to be`);
      const byteLength = Math.ceil(end / 8) - start / 8;
      load.write(this.#file, this.#position + validity + start / 8, region.validity, byteLength);
      load.pieces.push({ address: region.validity, rowCount: end - start, batch: this, output });
    }
    const valuesStart = valuesByteLength(type, start);
    const byteLength = valuesByteLength(type, end) - valuesStart;
    load.write(this.#file, this.#position + values + valuesStart, region.values, byteLength);
  }

  addNulls(output: OutputColumn, count: number): void {
    this.#nullCounts.set(output, (this.#nullCounts.get(output) ?? 0) + count);
  }

  async end(): Promise<void> {
    const nodes: number[] = [];
    const buffers: number[] = [];
    for (const [output, place] of this.#places) {
      nodes.push(this.#rowCount, this.#nullCounts.get(output) ?? 0);
      buffers.push(place.validity, place.validityByteLength, place.values, place.valuesByteLength);
    }
    this.#finish({ rowCount: this.#rowCount, nodes, buffers, bodyByteLength: this.bodyByteLength });
  }

  #placeOf(output: OutputColumn): Place {
    const place = this.#places.get(output);
    if (place === undefined) throw new RangeError(`"${output.name}" is no output of this file`);
    return place;
  }
}

function mayHaveNulls(field: NumericField, partition: RowGroupPartition): boolean {
  if ('column' in field) return partition.hasNulls(field.column);
  const { job, output } = field;
  const index = job.outputs.indexOf(output);
  const validityFrom = job.program.results[index]?.validityFrom ?? [];
  return (
    hasOwnNulls(job, output, index) ||
    validityFrom.some((operand) => {
      const column = job.operands[operand];
      return column !== undefined && partition.hasNulls(column);
    })
  );
}
