import { checkListLength } from '../abi/list-length.js';
import { valuesByteLength } from '../abi/types.js';
import type { PartitionLists, SinkPartition, SourcePartition } from '../formats/format.js';
import { canStandInPlace } from '../plan/in-place.js';
import type { Job } from '../plan/job.js';
import { chooseChunkEnd } from '../slab/chunk-end.js';
import { ALIGNMENT, type Load } from '../slab/load.js';
import { chunkByteLength, storedByteLength } from './chunk-byte-length.js';
import { NOWHERE, placeOutput } from './place-output.js';
import { checkSameLists, listsOf } from './same-lists.js';

/** The lists that a chunk takes, with their elements from a multiple of 8 on, so that bitmaps are cut at whole bytes. */
interface Extent {
  readonly firstList: number;
  readonly endList: number;
  readonly firstElement: number;
  readonly endElement: number;
}

/**
 * Puts the lists of one job and one partition into loads, chunk by chunk, where the format wants results that are lists cut
 * at elements: a chunk computes all lists that it has elements of, so a list across a cut is computed twice.
 */
export class CutListChunks<P> {
  /** Elements. */
  readonly length: number;
  readonly #job: Job;
  readonly #index: number;
  readonly #source: SourcePartition;
  readonly #sink: SinkPartition<P>;
  readonly #lists: PartitionLists;
  readonly #inPlace: readonly boolean[];
  /** First list of the chunk before. */
  #list = 0;

  /** @param index of the job among the plan's */
  constructor(job: Job, index: number, source: SourcePartition, sink: SinkPartition<P>) {
    this.#job = job;
    this.#index = index;
    this.#source = source;
    this.#sink = sink;
    const [first] = job.operands;
    if (first === undefined) throw new RangeError(`${job.transform} reads no column`);
    this.#lists = listsOf(source, first);
    checkSameLists(job, source);
    this.#inPlace = job.outputs.map((_, output) => canStandInPlace(job.program, output));
    this.length = source.valueCount(first);
  }

  /** Adds a chunk that starts at `start` to the load; returns where it ends, `start` if the load has too little room. */
  add(load: Load<P>, start: number): number {
    const byteLengthTo = (end: number) => this.#byteLength(start, end);
    const end = chooseChunkEnd(load, { start, length: this.length, byteLengthTo });
    if (end === start) {
      if (load.isEmpty) this.#checkLength(start);
      return start;
    }
    const { firstList, endList, firstElement, endElement } = this.#extent(start, end);
    this.#list = firstList;
    const { operands: columns, outputs: outputColumns } = this.#job;
    const operands = columns.map((column) => this.#source.load(load, column, firstElement, endElement));
    const count = endList - firstList;
    const lists = {
      name: columns[0]?.name ?? '',
      firstList,
      count,
      bounds: count === 0 ? { listSize: 0, start: firstElement } : this.#lists.loadBounds(load, firstList, endList),
      firstElement,
      elementCount: endElement - firstElement,
      validity: 0,
      ownStart: start - firstElement,
      ownEnd: end - firstElement,
    };
    const valueCount = lists.elementCount;
    const outputs = this.#inPlace.map((isInPlace, at) =>
      placeOutput(load, this.#job, at, isInPlace, operands, valueCount),
    );
    const task = load.addTask({ kind: 'compute', job: this.#index, count: valueCount, operands, outputs, lists });
    for (const [at, output] of outputColumns.entries()) {
      const { values, validity } = outputs[at] ?? NOWHERE;
      const own = {
        values: values + valuesByteLength(output.type, lists.ownStart),
        validity: validity === 0 ? 0 : validity + lists.ownStart / 8,
      };
      this.#sink.store(load, output, start, end, own, task, at);
    }
    return end;
  }

  /** Says so where it is a list's length for which a slot is too small. */
  #checkLength(start: number): void {
    const { firstList, endList } = this.#extent(start, Math.min(start + 1, this.length));
    const lists = this.#lists;
    for (let list = firstList; list < endList; list++) {
      checkListLength(this.#job.operands[0]?.name ?? '', list, lists.elementStart(list + 1) - lists.elementStart(list));
    }
  }

  #extent(start: number, end: number): Extent {
    const lists = this.#lists;
    const next = lists.firstStartingAt(start + 1, this.#list);
    // The list that has the element `start`; behind the last list there may be elements that are in none.
    const firstList = next === lists.count && lists.elementStart(next) <= start ? next : Math.max(0, next - 1);
    const endList = end === this.length ? lists.count : lists.firstStartingAt(end, firstList);
    if (firstList >= endList) return { firstList, endList: firstList, firstElement: floor8(start), endElement: end };
    return {
      firstList,
      endList,
      firstElement: floor8(Math.min(start, lists.elementStart(firstList))),
      endElement: Math.max(end, lists.elementStart(endList)),
    };
  }

  /** Slot bytes that a chunk takes at most. */
  #byteLength(start: number, end: number): number {
    const { firstList, endList, firstElement, endElement } = this.#extent(start, end);
    const extent = { start: firstElement, end: endElement, count: endElement - firstElement };
    const values = chunkByteLength(this.#job, this.#source, this.#inPlace, extent, (output) =>
      storedByteLength(this.#sink, output, end - start),
    );
    return values + this.#lists.loadByteLength(firstList, endList) + 2 * ALIGNMENT;
  }
}

export function floor8(index: number): number {
  return index - (index % 8);
}
