import type { Executor } from '../../workers/executor.js';
import type { TaskResult } from '../abi/task.js';
import { stoppedError } from '../errors.js';
import type { Sink } from '../formats/format.js';
import type { Pool } from '../pool/pool.js';
import type { Load } from '../slab/load.js';
import type { DescribedLoad, Describer, OpenPartition } from './describer.js';

/** How long the coordinator may go on without a look at signals and messages. */
const TURN_SECONDS = 0.02;

export interface PipelineOptions<P> {
  readonly sink: Sink<P>;
  readonly slotCount: number;
  /** All of the shared memory. */
  readonly slab: Uint8Array;
  readonly executor: Executor;
  readonly pool: Pool;
  readonly signal: AbortSignal | undefined;
  readonly onWritten: (load: Load<P>, results: readonly TaskResult[]) => void;
}

/**
 * Moves loads through the slots: describe and read, compute on a worker or here, write. The slots are the only queue:
 * when all of them are taken, nothing more is read until one has been written.
 */
export class Pipeline<P> {
  readonly #options: PipelineOptions<P>;
  readonly #freeSlots: number[];
  /** Loads in the order described, with their results once computed: only where the sink wants that order. */
  readonly #queue: { readonly described: DescribedLoad<P>; results: readonly TaskResult[] | undefined }[] = [];
  readonly #openPartitions: OpenPartition[] = [];
  #inFlight = 0;
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
      const described = await describer.next(slot);
      if (described === undefined) break;
      const entry = { described, results: undefined as readonly TaskResult[] | undefined };
      this.#queue.push(entry);
      const { tasks } = described.load;
      // Answers that have come meanwhile tell of room that isn't known yet.
      if (pool.isReady && !pool.hasRoom) await this.#turn();
      this.#inFlight++;
      if (tasks.length > 0 && pool.hasRoom) {
        pool.run({ reads: described.load.takeReads(), tasks }).then(
          (results) => this.#complete(entry, results),
          (error: unknown) => this.fail(error),
        );
      } else {
        if (executor.needsLoading(tasks)) await executor.load(tasks);
        described.load.fill(slab);
        this.#complete(entry, executor.run(tasks));
        if (pool.isStarted || this.#isTurnDue()) await this.#turn();
      }
    }
    while (this.#inFlight > 0) {
      await this.#nextCompletion();
      this.#throwIfStopped();
    }
    await this.#ending;
    this.#throwIfStopped();
  }

  #complete(
    entry: { readonly described: DescribedLoad<P>; results: readonly TaskResult[] | undefined },
    results: readonly TaskResult[],
  ): void {
    this.#inFlight--;
    entry.results = results;
    try {
      if (this.#failure !== undefined) return;
      if (this.#options.sink.ordered) {
        for (let head = this.#queue[0]; head?.results !== undefined; head = this.#queue[0]) {
          this.#queue.shift();
          this.#write(head.described, head.results);
        }
      } else {
        this.#queue.splice(this.#queue.indexOf(entry), 1);
        this.#write(entry.described, results);
      }
    } catch (error) {
      this.#failure ??= error;
    } finally {
      this.#wakeUp();
    }
  }

  #write({ load, partitions }: DescribedLoad<P>, results: readonly TaskResult[]): void {
    this.#options.sink.write(load, results);
    this.#freeSlots.push(load.slot);
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
