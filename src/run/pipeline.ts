import type { Executor } from '../../workers/executor.js';
import type { TaskResult } from '../abi/task.js';
import { stoppedError } from '../errors.js';
import type { Sink } from '../formats/format.js';
import { MESSAGES_PER_WORKER, type Pool } from '../pool/pool.js';
import type { Load } from '../slab/load.js';
import type { DescribedLoad, Describer, OpenPartition } from './describer.js';
import type { Work } from './worker-worth.js';

/** Loads of a message, at most. */
const BATCH_LENGTH_MAX = 4;

/** How long the coordinator may go on without a look at signals and messages. */
const TURN_SECONDS = 0.02;

export interface PipelineOptions<P> {
  readonly sink: Sink<P>;
  readonly slotCount: number;
  readonly work: Work;
  /** All of the shared memory. */
  readonly slab: Uint8Array;
  readonly executor: Pick<Executor, 'needsLoading' | 'load' | 'run'>;
  readonly pool: Pick<Pool, 'workerCount' | 'isStarted' | 'isReady' | 'hasRoom' | 'run'>;
  readonly signal: AbortSignal | undefined;
  /** Told of each load whose tasks the coordinator has carried out, and how long that took. */
  readonly onComputed: (load: Load<P>, seconds: number) => void;
  readonly onWritten: (load: Load<P>, results: readonly TaskResult[]) => void;
}

/** A load on its way. */
interface Entry<P> {
  readonly described: DescribedLoad<P>;
  /** False where another load follows in the same slot. */
  freesSlot: boolean;
  /** Once its tasks are done. */
  results: readonly TaskResult[] | undefined;
}

/**
 * Moves loads through the slots: describe and read, compute on a worker or here, write. The slots are the only queue:
 * when all of them are taken, nothing more is read until one has been written.
 */
export class Pipeline<P> {
  readonly #options: PipelineOptions<P>;
  readonly #freeSlots: number[];
  /** Loads that aren't written, in the order described. */
  readonly #queue: Entry<P>[] = [];
  readonly #openPartitions: OpenPartition[] = [];
  /** Of the work. */
  #described = 0;
  #failure: unknown;
  #wake: (() => void) | undefined;
  #ending: Promise<void> | undefined;
  #lastTurnSeconds = process.uptime();

  constructor(options: PipelineOptions<P>) {
    this.#options = options;
    this.#freeSlots = Array.from({ length: options.slotCount }, (_, index) => options.slotCount - 1 - index);
  }

  /** To be called with each partition when it is opened; waits where the writing side has fallen behind. */
  async open(partition: OpenPartition): Promise<void> {
    this.#openPartitions.push(partition);
    await this.#ending;
  }

  /** After it has failed nothing is written any more, whatever workers still answer. */
  async run(describer: Describer<P>): Promise<void> {
    try {
      await this.#moveLoads(describer);
    } catch (error) {
      this.#failure ??= error;
      throw error;
    }
  }

  async #moveLoads(describer: Describer<P>): Promise<void> {
    const { pool, executor, slab } = this.#options;
    for (;;) {
      this.#throwIfStopped();
      const slot = this.#freeSlots.pop();
      if (slot === undefined) {
        await this.#nextCompletion();
        continue;
      }
      const entry = this.#enqueue(await describer.next(slot));
      if (entry === undefined) break;
      const { load } = entry.described;
      // Answers that have come meanwhile tell of room that isn't known yet.
      if (pool.isReady && !pool.hasRoom) await this.#turn();
      if (pool.hasRoom && (load.tasks.length > 0 || this.#isDoneByWorker(entry))) {
        await this.#handOver(entry, describer);
      } else {
        if (executor.needsLoading(load.tasks)) await executor.load(load.tasks);
        load.fill(slab);
        const start = process.hrtime();
        const results = executor.run(load.tasks);
        const [seconds, nanoseconds] = process.hrtime(start);
        this.#options.onComputed(load, seconds + nanoseconds / 1e9);
        this.#complete([entry], [results]);
        if (pool.isStarted || this.#isTurnDue()) await this.#turn();
      }
    }
    while (this.#queue.length > 0) {
      await this.#nextCompletion();
      this.#throwIfStopped();
    }
    await this.#ending;
    this.#throwIfStopped();
  }

  #enqueue(described: DescribedLoad<P> | undefined): Entry<P> | undefined {
    if (described === undefined) return undefined;
    const entry: Entry<P> = { described, freesSlot: true, results: undefined };
    this.#queue.push(entry);
    this.#described += this.#options.work.of(described.load);
    return entry;
  }

  /**
   * Has a worker carry out a load, and where nothing of it is left to do here, some of those that follow, one after the other
   * in the same slot: fewer messages, and less memory that is touched.
   */
  async #handOver(first: Entry<P>, describer: Describer<P>): Promise<void> {
    const { slot } = first.described.load;
    let batch = [first];
    const whenFree = async () => {
      const sent = batch;
      batch = [];
      await this.#send(sent);
      this.#throwIfStopped();
    };
    let last = first;
    for (let left = this.#batchLength(first); left > 1 && this.#isDoneByWorker(last); left--) {
      last.freesSlot = false;
      const next = this.#enqueue(await describer.next(slot, whenFree));
      if (next === undefined) break;
      batch.push(next);
      last = next;
    }
    last.freesSlot = true;
    void this.#send(batch);
  }

  #isDoneByWorker({ described: { load } }: Entry<P>): boolean {
    return !this.#options.sink.readsSlots && load.isShared;
  }

  /** Loads like the first for one message: few enough, of what is left, that all threads will be done at about the same time. */
  #batchLength({ described: { load } }: Entry<P>): number {
    const { work, pool } = this.#options;
    if (work.total === undefined) return 1;
    const share = (work.total - this.#described) / ((pool.workerCount + 1) * MESSAGES_PER_WORKER * 2);
    return Math.min(BATCH_LENGTH_MAX, Math.max(1, Math.floor(share / work.of(load))));
  }

  async #send(batch: readonly Entry<P>[]): Promise<void> {
    if (batch.length === 0) return;
    const works = batch.map(({ described: { load } }) => ({
      reads: load.takeReads(),
      tasks: load.tasks,
      writes: load.takeWrites(),
    }));
    try {
      this.#complete(batch, await this.#options.pool.run({ works }));
    } catch (error) {
      this.fail(error);
    }
  }

  #complete(entries: readonly Entry<P>[], results: readonly (readonly TaskResult[])[]): void {
    for (const [index, entry] of entries.entries()) entry.results = results[index];
    try {
      if (this.#failure !== undefined) return;
      if (this.#options.sink.ordered) {
        while (this.#queue[0]?.results !== undefined) this.#write(this.#queue[0]);
      } else {
        for (const entry of entries) this.#write(entry);
      }
    } catch (error) {
      this.#failure ??= error;
    } finally {
      this.#wakeUp();
    }
  }

  #write(entry: Entry<P>): void {
    const { described, results = [], freesSlot } = entry;
    const { load, partitions } = described;
    this.#queue.splice(this.#queue.indexOf(entry), 1);
    this.#options.sink.write(load, results);
    load.drain(this.#options.slab);
    if (freesSlot) this.#freeSlots.push(load.slot);
    this.#options.onWritten(load, results);
    for (const partition of partitions) partition.pendingLoads--;
    if (this.#ending === undefined && this.#hasFinishedPartition()) this.#ending = this.#endPartitions();
  }

  #hasFinishedPartition(): boolean {
    const [first] = this.#openPartitions;
    return this.#failure === undefined && first?.isDescribed === true && first.pendingLoads === 0;
  }

  /** Ends partitions in the order in which they were opened. */
  async #endPartitions(): Promise<void> {
    try {
      while (this.#hasFinishedPartition()) await this.#openPartitions.shift()?.sink.end();
    } catch (error) {
      this.fail(error);
    } finally {
      this.#ending = undefined;
    }
  }

  /** Stops the run with an error that happened elsewhere. */
  readonly fail = (error: unknown): void => {
    this.#failure ??= error;
    this.#wakeUp();
  };

  #throwIfStopped(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#options.signal?.aborted) throw stoppedError(this.#options.signal);
  }

  #nextCompletion(): Promise<void> {
    const { signal } = this.#options;
    return new Promise((resolve) => {
      const wake = () => {
        signal?.removeEventListener('abort', wake);
        this.#wake = undefined;
        resolve();
      };
      this.#wake = wake;
      signal?.addEventListener('abort', wake, { once: true });
    });
  }

  #wakeUp(): void {
    this.#wake?.();
  }

  #isTurnDue(): boolean {
    return process.uptime() - this.#lastTurnSeconds > TURN_SECONDS;
  }

  /** Lets the event loop deliver messages and signals. */
  async #turn(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.#lastTurnSeconds = process.uptime();
  }
}
