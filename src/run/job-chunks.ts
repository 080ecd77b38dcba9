import type { Region } from '../abi/task.js';
import { valuesByteLength } from '../abi/types.js';
import type { SinkPartition, SourcePartition } from '../formats/format.js';
import { canStandInPlace } from '../plan/in-place.js';
import type { Job, OutputColumn } from '../plan/job.js';
import type { Load } from '../slab/load.js';

/** Chunks end at multiples of this, so that bitmaps are cut at whole words. */
const CHUNK_MULTIPLE = 64;
/** What each allocation of a load may lose to alignment. */
const ALIGNMENT = 64;

/** Puts the rows of one job and one partition into loads, chunk by chunk. */
export class JobChunks<P> {
  readonly length: number;
  readonly #job: Job;
  readonly #index: number;
  readonly #source: SourcePartition;
  readonly #sink: SinkPartition<P>;
  readonly #inPlace: readonly boolean[];

  /** @param index of the job among the plan's */
  constructor(job: Job, index: number, source: SourcePartition, sink: SinkPartition<P>) {
    this.#job = job;
    this.#index = index;
    this.#source = source;
    this.#sink = sink;
    this.#inPlace = job.outputs.map((_, index) => canStandInPlace(job.program, index));
    const [first] = job.operands;
    this.length = first === undefined ? 0 : source.valueCount(first);
  }

  /** Adds a chunk that starts at `start` to the load; returns where it ends, `start` if the load has too little room. */
  add(load: Load<P>, start: number): number {
    const end = this.#chooseEnd(load, start);
    if (end === start) return start;
    const operands = this.#job.operands.map((column) => this.#source.load(load, column, start, end));
    const outputs = this.#job.outputs.map((output, index) => this.#place(load, output, index, operands, end - start));
    const task = load.addTask({ kind: 'compute', job: this.#index, count: end - start, operands, outputs });
    for (const [index, output] of this.#job.outputs.entries()) {
      this.#sink.store(load, output, start, end, outputs[index] ?? NOWHERE, task, index);
    }
    return end;
  }

  /** All rows that are left, where the load has room for them; else as many as fill an empty load. */
  #chooseEnd(load: Load<P>, start: number): number {
    const { free } = load;
    if (this.#byteLength(start, this.length) <= free) return this.length;
    if (!load.isEmpty) return start;
    let rows = this.length - start;
    for (
      let needed = this.#byteLength(start, start + rows);
      needed > free;
      needed = this.#byteLength(start, start + rows)
    ) {
      const fitting = Math.floor((rows * free) / needed);
      rows = Math.min(fitting, rows - 1);
      rows -= rows % CHUNK_MULTIPLE;
      if (rows <= 0) return start;
    }
    return this.#source.chunkEnd(this.#job.operands, start, start + rows);
  }

  /** Slot bytes that a chunk takes at most. */
  #byteLength(start: number, end: number): number {
    const count = end - start;
    let byteLength = 0;
    for (const column of this.#job.operands) byteLength += this.#source.loadByteLength(column, start, end) + ALIGNMENT;
    for (const [index, output] of this.#job.outputs.entries()) {
      if (!this.#inPlace[index]) byteLength += valuesByteLength(output.type, count) + ALIGNMENT;
      byteLength += Math.ceil(count / 8) + ALIGNMENT;
      byteLength += this.#sink.storeByteLength(output, count) + ALIGNMENT;
    }
    return byteLength;
  }

  #place(load: Load<P>, output: OutputColumn, index: number, operands: readonly Region[], count: number): Region {
    const result = this.#job.program.results[index];
    const operand = operands[index];
    const values =
      this.#inPlace[index] && operand !== undefined
        ? operand.values
        : load.allocate(valuesByteLength(output.type, count));
    const hasNulls =
      result !== undefined && (result.nanIsNull || result.validityFrom.some((from) => operands[from]?.validity !== 0));
    return { values, validity: hasNulls ? load.allocate(Math.ceil(count / 8)) : 0 };
  }
}

const NOWHERE: Region = { values: 0, validity: 0 };
