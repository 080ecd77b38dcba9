import { checkListLength } from '../abi/list-length.js';
import type { ListRows, Region } from '../abi/task.js';
import type { ListStore, PartitionLists, SinkPartition, SourcePartition } from '../formats/format.js';
import { canStandInPlace } from '../plan/in-place.js';
import type { Job } from '../plan/job.js';
import { BITMAP_MULTIPLE, CHUNK_MULTIPLE, chooseChunkEnd } from '../slab/chunk-end.js';
import { ALIGNMENT, type Load } from '../slab/load.js';
import { chunkByteLength, storedByteLength } from './chunk-byte-length.js';
import { floor8 } from './cut-list-chunks.js';
import { NOWHERE, placeOutput } from './place-output.js';
import { checkSameLists, listsOf } from './same-lists.js';

/** Puts the lists of one job and one partition into loads, chunk by chunk, each of whole lists. */
export class ListChunks<P> {
  /** Lists. */
  readonly length: number;
  readonly #job: Job;
  readonly #index: number;
  readonly #source: SourcePartition;
  readonly #sink: SinkPartition<P>;
  readonly #lists: PartitionLists;
  /** Whether a result is one value for each list. */
  readonly #isPerList: boolean;
  readonly #inPlace: readonly boolean[];
  /** Where results that are lists are stored as such. */
  readonly #store: ListStore<P> | undefined;

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
    this.#store = this.#isPerList ? undefined : sink.lists;
    // A list may be empty, so that its result would stand where the elements of a later one are.
    this.#inPlace = job.outputs.map((_, output) => !this.#isPerList && canStandInPlace(job.program, output));
    this.length = this.#lists.count;
  }

  add(load: Load<P>, start: number): number {
    const end = this.#chooseEnd(load, start);
    if (end === start) {
      if (load.isEmpty && this.#job.domain === 'lists') this.#checkLength(start);
      return start;
    }
    const { firstElement, endElement } = this.#extent(start, end);
    const operands = this.#job.operands.map((column): Region => {
      const { values, validity } = this.#source.load(load, column, firstElement, endElement);
      return { values, validity };
    });
    const lists = this.#describeLists(load, start, end);
    const count = this.#isPerList ? end - start : lists.elementCount;
    const outputs = this.#inPlace.map((isInPlace, at) => placeOutput(load, this.#job, at, isInPlace, operands, count));
    const rows = this.#job.domain === 'lists' ? { lists } : {};
    const task = load.addTask({ kind: 'compute', job: this.#index, count, operands, outputs, ...rows });
    for (const [at, output] of this.#job.outputs.entries()) {
      const region = outputs[at] ?? NOWHERE;
      if (this.#isPerList) this.#sink.store(load, output, start, end, region, task, at);
      else if (this.#store !== undefined) this.#store.store(load, output, start, end, region, lists);
      else this.#sink.store(load, output, firstElement, endElement, region, task, at);
    }
    return end;
  }

  #describeLists(load: Load<P>, start: number, end: number): ListRows {
    const { firstElement, endElement } = this.#extent(start, end);
    const needsValidity = this.#isPerList || this.#store !== undefined;
    return {
      name: this.#job.operands[0]?.name ?? '',
      firstList: start,
      count: end - start,
      bounds: this.#lists.loadBounds(load, start, end),
      firstElement,
      elementCount: endElement - firstElement,
      validity: needsValidity ? this.#lists.loadValidity(load, start, end) : 0,
      ownStart: 0,
      ownEnd: endElement - firstElement,
    };
  }

  #chooseEnd(load: Load<P>, start: number): number {
    const { isCutAtLists } = this.#lists;
    const multiple = isCutAtLists ? 1 : this.#store === undefined ? CHUNK_MULTIPLE : BITMAP_MULTIPLE;
    const length = this.#pageEnd(start, multiple);
    const byteLengthTo = (end: number) => this.#byteLength(start, end);
    const limit = chooseChunkEnd(load, { start, length, byteLengthTo, multiple });
    if (!isCutAtLists || limit === start || limit === this.length) return limit;
    // The list at the end of the last page, so that no page is decoded for a few lists.
    const { firstElement, endElement } = this.#extent(start, limit);
    const pageEnd = this.#source.chunkEnd(this.#job.operands, firstElement, endElement, 1);
    const list = this.#lists.firstStartingAt(pageEnd, start);
    return list > start && list < limit ? list : limit;
  }

  /** Where a page of lists that begins with one has enough of them: all there are, where the sink doesn't make such. */
  #pageEnd(start: number, multiple: number): number {
    if (this.#store === undefined) return this.length;
    const { pageLength } = this.#store;
    const list = this.#lists.firstStartingAt(this.#lists.elementStart(start) + pageLength, start);
    const end = Math.min(list, start + pageLength);
    return end >= this.length ? this.length : Math.min(this.length, Math.max(start + multiple, end - (end % multiple)));
  }

  /** Says so where it is a list's length for which a slot is too small. */
  #checkLength(start: number): void {
    const lists = this.#lists;
    for (let list = start; list < Math.min(start + CHUNK_MULTIPLE, this.length); list++) {
      const length = lists.elementStart(list + 1) - lists.elementStart(list);
      checkListLength(this.#job.operands[0]?.name ?? '', list, length);
    }
  }

  /** Elements that a chunk of lists has, from a multiple of 8 on where bitmaps are cut at whole bytes. */
  #extent(start: number, end: number): { readonly firstElement: number; readonly endElement: number } {
    const lists = this.#lists;
    const first = lists.elementStart(start);
    const firstElement = lists.isCutAtLists ? first : floor8(first);
    return { firstElement, endElement: Math.max(firstElement, lists.elementStart(end)) };
  }

  /** Slot bytes that a chunk takes at most. */
  #byteLength(start: number, end: number): number {
    const { firstElement, endElement } = this.#extent(start, end);
    const count = this.#isPerList ? end - start : endElement - firstElement;
    const extent = { start: firstElement, end: endElement, count };
    const values = chunkByteLength(
      this.#job,
      this.#source,
      this.#inPlace,
      extent,
      (output) => this.#store?.byteLengths(output, count, end - start) ?? storedByteLength(this.#sink, output, count),
    );
    return values + this.#lists.loadByteLength(start, end) + 2 * ALIGNMENT;
  }
}
