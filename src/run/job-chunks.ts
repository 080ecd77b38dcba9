import type { Region } from '../abi/task.js';
import { valuesByteLength } from '../abi/types.js';
import type { SinkPartition, SourcePartition } from '../formats/format.js';
import { canStandInPlace } from '../plan/in-place.js';
import type { Job } from '../plan/job.js';
import type { Load } from '../slab/load.js';
import { NOWHERE, placeOutput } from './place-output.js';
import { checkSameLists } from './same-lists.js';

/** Chunks end at multiples of this, so that bitmaps are cut at whole words. */
export const CHUNK_MULTIPLE = 64;
/** Rows of a whole byte of a bitmap. */
export const BITMAP_ROW_MULTIPLE = 8;
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
    const byteLengthTo = (end: number) => this.#byteLength(start, end);
    const rowMultiple = this.#sink.rowMultiple ?? BITMAP_ROW_MULTIPLE;
    const pageEndBefore = (end: number) => this.#source.chunkEnd(this.#job.operands, start, end, rowMultiple);
    const end = chooseChunkEnd(load, start, this.length, byteLengthTo, CHUNK_MULTIPLE, pageEndBefore);
    if (end > start || !load.isEmpty) return end;
    // A few rows across the ends of two large pages take both of them; up to the first one's end they take one.
    return chooseChunkEnd(load, start, this.length, byteLengthTo, this.#multiple, pageEndBefore);
  }

  /** Slot bytes that a chunk takes at most. */
  #byteLength(start: number, end: number): number {
    const count = end - start;
    let byteLength = 0;
    let scratchByteLength = 0;
    for (const column of this.#job.operands) {
      byteLength += this.#source.loadByteLength(column, start, end) + ALIGNMENT;
      scratchByteLength = Math.max(scratchByteLength, this.#source.scratchByteLength?.(column, start, end) ?? 0);
    }
    for (const [index, output] of this.#job.outputs.entries()) {
      if (!this.#inPlace[index]) byteLength += valuesByteLength(output.type, count) + ALIGNMENT;
      byteLength += Math.ceil(count / 8) + ALIGNMENT;
      const stored = this.#sink.storeByteLength(output, count) + ALIGNMENT;
      const operand = this.#inPlace[index] ? this.#job.operands[index] : undefined;
      const spare = operand && this.#source.spareByteLength?.(operand, start, end);
      if (spare === undefined || spare < stored) byteLength += stored;
      scratchByteLength = Math.max(scratchByteLength, this.#sink.scratchByteLength?.(output, count) ?? 0);
    }
    return byteLength + scratchByteLength;
  }
}

/**
 * Where a chunk from `start` on ends: at `length`, where the load has room for all of it; else before, at as much as
 * fills an empty load; at `start` if the load has too little room.
 *
 * @param pageEndBefore a better end not far before another, or that one itself
 */
export function chooseChunkEnd(
  load: Load<unknown>,
  start: number,
  length: number,
  byteLengthTo: (end: number) => number,
  multiple = CHUNK_MULTIPLE,
  pageEndBefore = (end: number) => end,
): number {
  const { free } = load;
  let needed = byteLengthTo(length);
  if (needed <= free) return length;
  if (!load.isEmpty) return start;
  let count = length - start;
  while (needed > free) {
    const fitting = Math.floor((count * free) / needed);
    count = Math.min(fitting, count - 1);
    count -= count % multiple;
    if (count <= 0) return start;
    // A few rows of the next page may take all of it: up to the end of the one before there may be room.
    const pageEnd = pageEndBefore(start + count);
    if (byteLengthTo(pageEnd) <= free) return pageEnd;
    needed = byteLengthTo(start + count);
  }
  return start + count;
}
