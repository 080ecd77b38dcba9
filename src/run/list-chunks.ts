import { checkListLength } from '../abi/list-length.js';
import type { Region } from '../abi/task.js';
import { valuesByteLength } from '../abi/types.js';
import type { PartitionLists, SinkPartition, SourcePartition } from '../formats/format.js';
import { canStandInPlace } from '../plan/in-place.js';
import { hasOwnNulls, type Job, type OutputColumn } from '../plan/job.js';
import type { Load } from '../slab/load.js';
import { BITMAP_ROW_MULTIPLE, CHUNK_MULTIPLE, chooseChunkEnd } from './job-chunks.js';
import { checkSameLists, listsOf } from './same-lists.js';

/** What each allocation of a load may lose to alignment. */
const ALIGNMENT = 64;

/** The lists that a chunk takes, with their elements from a multiple of 8 on, so that bitmaps are cut at whole bytes. */
interface Extent {
  readonly firstList: number;
  readonly endList: number;
  readonly firstElement: number;
  readonly endElement: number;
}

/**
 * Puts the lists of one job and one partition into loads, chunk by chunk.
 *
 * Results that are lists are cut at elements, where their format asks for that: a chunk computes all lists that it has
 * elements of, so a list across a cut is computed twice. Other lists and results of one value a list are cut at lists.
 */
export class ListChunks<P> {
  /** Elements, or lists, as chunks are cut. */
  readonly length: number;
  readonly #job: Job;
  readonly #index: number;
  readonly #source: SourcePartition;
  readonly #sink: SinkPartition<P>;
  readonly #lists: PartitionLists;
  readonly #isPerList: boolean;
  readonly #isCutAtLists: boolean;
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
    this.#isPerList = job.outputs.every(({ shape }) => shape.kind === 'flat');
    this.#isCutAtLists = this.#isPerList || this.#lists.isCutAtLists;
    // A list may be empty, so that its result would stand where the elements of a later one are.
    this.#inPlace = job.outputs.map((_, output) => !this.#isPerList && canStandInPlace(job.program, output));
    this.length = this.#isCutAtLists ? this.#lists.count : source.valueCount(first);
  }

  /** Adds a chunk that starts at `start` to the load; returns where it ends, `start` if the load has too little room. */
  add(load: Load<P>, start: number): number {
    const limit = this.#chooseLimit(load, start);
    if (limit === start) {
      if (load.isEmpty) this.#checkLength(start);
      return start;
    }
    const end = limit < this.length ? this.#pageEnd(start, limit) : limit;
    const { firstList, endList, firstElement, endElement } = this.#extent(start, end);
    this.#list = firstList;
    const { operands: columns, outputs: outputColumns } = this.#job;
    const operands = columns.map((column) => this.#source.load(load, column, firstElement, endElement));
    const count = endList - firstList;
    const own = this.#ownRange(start, end);
    const lists = {
      name: columns[0]?.name ?? '',
      firstList,
      count,
      bounds: count === 0 ? { listSize: 0 } : this.#lists.loadBounds(load, firstList, endList),
      firstElement,
      elementCount: endElement - firstElement,
      validity: this.#isPerList ? this.#lists.loadValidity(load, firstList, endList) : 0,
      ownStart: this.#isPerList ? 0 : own.start - firstElement,
      ownEnd: this.#isPerList ? 0 : own.end - firstElement,
    };
    const valueCount = this.#isPerList ? count : lists.elementCount;
    const outputs = outputColumns.map((output, at) => this.#place(load, output, at, operands, valueCount));
    const task = load.addTask({ kind: 'compute', job: this.#index, count: valueCount, operands, outputs, lists });
    for (const [at, output] of outputColumns.entries()) {
      const { values, validity } = outputs[at] ?? NOWHERE;
      const region = {
        values: values + valuesByteLength(output.type, lists.ownStart),
        validity: validity === 0 ? 0 : validity + lists.ownStart / 8,
      };
      this.#sink.store(load, output, own.start, own.end, region, task, at);
    }
    return end;
  }

  #chooseLimit(load: Load<P>, start: number): number {
    const multiple = this.#lists.isCutAtLists ? 1 : CHUNK_MULTIPLE;
    return chooseChunkEnd(load, start, this.length, (limit) => this.#byteLength(start, limit), multiple);
  }

  /** The last list of a page to which a chunk of lists best goes, or the limit. */
  #pageEnd(start: number, limit: number): number {
    if (!this.#lists.isCutAtLists) return limit;
    const { start: first, end } = this.#valuesOf(start, limit);
    const pageEnd = this.#source.chunkEnd(
      this.#job.operands,
      first,
      end,
      this.#sink.rowMultiple ?? BITMAP_ROW_MULTIPLE,
    );
    const list = this.#lists.firstStartingAt(pageEnd, start);
    return list > start && list < limit ? list : limit;
  }

  /** The results of a chunk, counted as the sink counts them. */
  #ownRange(start: number, end: number): { readonly start: number; readonly end: number } {
    return this.#isCutAtLists && !this.#isPerList ? this.#valuesOf(start, end) : { start, end };
  }

  #valuesOf(firstList: number, endList: number): { readonly start: number; readonly end: number } {
    return { start: this.#lists.elementStart(firstList), end: this.#lists.elementStart(endList) };
  }

  /** Says so where it is a list's length for which a slot is too small. */
  #checkLength(start: number): void {
    const { firstList, endList } = this.#extent(start, Math.min(start + 1, this.length));
    const lists = this.#lists;
    for (let list = firstList; list < endList; list++) {
      checkListLength(this.#job.operands[0]?.name ?? '', list, lists.elementStart(list + 1) - lists.elementStart(list));
    }
  }

  /** @param start of results, as `end` */
  #extent(start: number, end: number): Extent {
    const lists = this.#lists;
    if (this.#isCutAtLists) {
      const firstStart = lists.elementStart(start);
      const firstElement = lists.isCutAtLists ? firstStart : floor8(firstStart);
      const endElement = Math.max(firstElement, lists.elementStart(end));
      return { firstList: start, endList: end, firstElement, endElement };
    }
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
    const count = this.#isPerList ? endList - firstList : endElement - firstElement;
    const own = this.#ownRange(start, end);
    let byteLength = this.#lists.loadByteLength(firstList, endList) + 2 * ALIGNMENT;
    let scratchByteLength = 0;
    for (const column of this.#job.operands) {
      byteLength += this.#source.loadByteLength(column, firstElement, endElement) + ALIGNMENT;
      const scratch = this.#source.scratchByteLength?.(column, firstElement, endElement) ?? 0;
      scratchByteLength = Math.max(scratchByteLength, scratch);
    }
    for (const [index, output] of this.#job.outputs.entries()) {
      if (!this.#inPlace[index]) byteLength += valuesByteLength(output.type, count) + ALIGNMENT;
      byteLength += Math.ceil(count / 8) + ALIGNMENT;
      byteLength += this.#sink.storeByteLength(output, own.end - own.start) + ALIGNMENT;
      scratchByteLength = Math.max(scratchByteLength, this.#sink.scratchByteLength?.(output, own.end - own.start) ?? 0);
    }
    return byteLength + scratchByteLength;
  }

  #place(load: Load<P>, output: OutputColumn, index: number, operands: readonly Region[], count: number): Region {
    const result = this.#job.program.results[index];
    const operand = operands[index];
    const values =
      this.#inPlace[index] && operand !== undefined
        ? operand.values
        : load.allocate(valuesByteLength(output.type, count));
    const hasNulls =
      hasOwnNulls(this.#job, output, index) ||
      result?.validityFrom.some((from) => operands[from]?.validity !== 0) === true;
    return { values, validity: hasNulls ? load.allocate(Math.ceil(count / 8)) : 0 };
  }
}

const NOWHERE: Region = { values: 0, validity: 0 };

function floor8(index: number): number {
  return index - (index % 8);
}
