import { LanewiseError } from '../errors.js';
import type { CopyItem, JobItem, Sink, SinkPartition, Source, SourcePartition } from '../formats/format.js';
import type { Job } from '../plan/job.js';
import { Load } from '../slab/load.js';
import type { Slab } from '../slab/slab.js';
import { type Chunks, chunksOf } from './chunks.js';

/** A partition on its way through the run: how much of it is still in loads that aren't written. */
export interface OpenPartition {
  readonly source: SourcePartition;
  readonly sink: { end(): Promise<void> };
  pendingLoads: number;
  /** True when its last load has been described. */
  isDescribed: boolean;
}

/** A described load with the partitions that it has pieces of. */
export interface DescribedLoad<P> {
  readonly load: Load<P>;
  readonly partitions: readonly OpenPartition[];
}

/**
 * Describes one load after the other: walks the source's partitions and, in each, the sink's items in output order.
 * A load holds as much as the slot has room for, so that many small record batches cost as few calls as a large one.
 */
export class Describer<P> {
  readonly #source: Source;
  readonly #sink: Sink<P>;
  readonly #jobs: readonly Job[];
  readonly #slab: Slab;
  #partition: OpenPartition | undefined;
  #parts: readonly Chunks<P>[] = [];
  #partIndex = 0;
  #start = 0;

  /** Told of each partition before any of its loads is written. */
  readonly onPartition: (partition: OpenPartition) => Promise<void>;

  constructor(
    source: Source,
    sink: Sink<P>,
    jobs: readonly Job[],
    slab: Slab,
    onPartition: (partition: OpenPartition) => Promise<void>,
  ) {
    this.#source = source;
    this.#sink = sink;
    this.#jobs = jobs;
    this.#slab = slab;
    this.onPartition = onPartition;
  }

  /**
   * Describes the next load; `undefined` after the last one. Reads that any thread can carry out are left to the one that
   * computes: what it has read itself is in its own core's cache.
   * @param whenFree waits for the slot to be free, where it isn't yet; called before anything is read into it here
   */
  async next(slot: number, whenFree?: () => Promise<void>): Promise<DescribedLoad<P> | undefined> {
    const load = new Load<P>(slot, this.#slab.slotAddress(slot), this.#slab.layout.slotByteLength);
    const partitions: OpenPartition[] = [];
    while (this.#partition !== undefined || (this.#mayOpen(partitions) && (await this.#open(load, whenFree)))) {
      if (!this.#describePart(load, partitions)) break;
    }
    await this.#fillUnshared(load, whenFree);
    return load.isEmpty && partitions.length === 0 ? undefined : { load, partitions };
  }

  /** Goes on with the current part; false when the load is full. */
  #describePart(load: Load<P>, partitions: OpenPartition[]): boolean {
    const partition = this.#partition;
    const part = this.#parts[this.#partIndex];
    if (partition === undefined) return true;
    if (partitions.at(-1) !== partition) {
      partitions.push(partition);
      partition.pendingLoads++;
    }
    if (part === undefined) {
      partition.isDescribed = true;
      this.#partition = undefined;
      return true;
    }
    while (this.#start < part.length) {
      const end = part.add(load, this.#start);
      if (end === this.#start) {
        if (load.isEmpty) throw this.#tooSmall();
        return false;
      }
      this.#start = end;
    }
    this.#partIndex++;
    this.#start = 0;
    return true;
  }

  #mayOpen(partitions: readonly OpenPartition[]): boolean {
    return partitions.length === 0 || !this.#source.waits;
  }

  async #fillUnshared(load: Load<P>, whenFree: (() => Promise<void>) | undefined): Promise<void> {
    if (whenFree !== undefined && load.hasUnsharedReads) await whenFree();
    load.fillUnshared(this.#slab.bytes);
  }

  async #open(load: Load<P>, whenFree: (() => Promise<void>) | undefined): Promise<boolean> {
    // A source may reuse the memory of a partition when it is asked for the next one.
    await this.#fillUnshared(load, whenFree);
    const source = await this.#source.next();
    if (source === undefined) return false;
    const sink = await this.#sink.begin(source);
    this.#parts = sink.items.map((item) => this.#part(item, source, sink));
    this.#partIndex = 0;
    this.#start = 0;
    this.#partition = { source, sink, pendingLoads: 0, isDescribed: false };
    await this.onPartition(this.#partition);
    return true;
  }

  #part(item: CopyItem<P> | JobItem<P>, source: SourcePartition, sink: SinkPartition<P>): Chunks<P> {
    if (item.kind === 'copy') return item;
    const { job, apart } = item;
    return chunksOf(job, this.#jobs.indexOf(job), apart?.source ?? source, apart?.sink ?? sink);
  }

  #tooSmall(): LanewiseError {
    return new LanewiseError(
      'LW_MEMORY_BUDGET',
      `a slot of ${this.#slab.layout.slotByteLength} bytes holds not even the smallest chunk of this file; allow more memory or use fewer threads`,
    );
  }
}
