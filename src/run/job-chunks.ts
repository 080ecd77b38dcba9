import type { Region } from '../abi/task.js';
import type { SinkPartition, SourcePartition } from '../formats/format.js';
import { canStandInPlace } from '../plan/in-place.js';
import type { Job } from '../plan/job.js';
import { BITMAP_MULTIPLE, CHUNK_MULTIPLE, chooseChunkEnd } from '../slab/chunk-end.js';
import { ALIGNMENT, type Load } from '../slab/load.js';
import { chunkByteLength, storedByteLength } from './chunk-byte-length.js';
import { NOWHERE, placeOutput } from './place-output.js';
import { checkSameLists } from './same-lists.js';

/** Puts the rows of one job and one partition into loads, chunk by chunk. */
export class JobChunks<P> {
  readonly length: number;
  readonly #job: Job;
  readonly #index: number;
  readonly #source: SourcePartition;
  readonly #sink: SinkPartition<P>;
  readonly #inPlace: readonly boolean[];
  /** Where no other chunk fits, they end at multiples of this. */
  readonly #multiple: number;

  /** @param index of the job among the plan's */
  constructor(job: Job, index: number, source: SourcePartition, sink: SinkPartition<P>) {
    this.#job = job;
    this.#index = index;
    this.#source = source;
    this.#sink = sink;
    if (job.domain === 'elements') checkSameLists(job, source);
    this.#multiple = Math.max(source.rowMultiple ?? CHUNK_MULTIPLE, sink.rowMultiple ?? CHUNK_MULTIPLE);
    this.#inPlace = job.outputs.map((_, index) => canStandInPlace(job.program, index));
    const [first] = job.operands;
    this.length = first === undefined ? 0 : source.valueCount(first);
  }

  /** Adds a chunk that starts at `start` to the load; returns where it ends, `start` if the load has too little room. */
  add(load: Load<P>, start: number): number {
    const end = this.#chooseEnd(load, start);
    if (end === start) return start;
    const loaded = this.#job.operands.map((column) => this.#source.load(load, column, start, end));
    const operands = loaded.map(({ values, validity }): Region => ({ values, validity }));
    const outputs = this.#inPlace.map((isInPlace, index) =>
      placeOutput(load, this.#job, index, isInPlace, operands, end - start),
    );
    const task = load.addTask({ kind: 'compute', job: this.#index, count: end - start, operands, outputs });
    for (const [index, output] of this.#job.outputs.entries()) {
      const spare = this.#inPlace[index] ? loaded[index]?.spare : undefined;
      this.#sink.store(
        load,
        output,
        start,
        end,
        { ...(outputs[index] ?? NOWHERE), ...(spare && { spare }) },
        task,
        index,
      );
    }
    return end;
  }

  #chooseEnd(load: Load<P>, start: number): number {
    const { length } = this;
    const byteLengthTo = (end: number) => this.#byteLength(start, end);
    const rowMultiple = this.#sink.rowMultiple ?? BITMAP_MULTIPLE;
    const pageEndBefore = (end: number) => this.#source.chunkEnd(this.#job.operands, start, end, rowMultiple);
    const end = chooseChunkEnd(load, { start, length, byteLengthTo, pageEndBefore });
    if (end > start || !load.isEmpty) return end;
    // A few rows across the ends of two large pages take both of them; up to the first one's end they take one.
    return chooseChunkEnd(load, { start, length, byteLengthTo, pageEndBefore, multiple: this.#multiple });
  }

  /** Slot bytes that a chunk takes at most. */
  #byteLength(start: number, end: number): number {
    const count = end - start;
    return chunkByteLength(this.#job, this.#source, this.#inPlace, { start, end, count }, (output, index) => {
      const stored = storedByteLength(this.#sink, output, count);
      const operand = this.#inPlace[index] ? this.#job.operands[index] : undefined;
      const spare = operand && this.#source.spareByteLength?.(operand, start, end);
      const isStoredInSpare = spare !== undefined && spare >= stored.byteLength + ALIGNMENT;
      return isStoredInSpare ? { ...stored, byteLength: 0 } : stored;
    });
  }
}
