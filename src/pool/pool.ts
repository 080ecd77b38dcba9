import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Piscina } from 'piscina';
import type { SetupMessage, SetupReply, WorkerSetup } from '../../workers/worker.js';
import type { SlotMessage, SlotReply, TaskResult } from '../abi/task.js';
import { fromWireError, LanewiseError } from '../errors.js';
import { WORKER_URL } from './assets.js';

/**
 * Messages that a worker has at a time, so that it never waits for the coordinator: one being carried out, one to come. With
 * more of them the coordinator, which computes the load that follows, waits for them where loads are written in order.
 */
export const MESSAGES_PER_WORKER = 2;

/**
 * The worker threads. Starting them takes a tenth of a second, which may begin before it is known what they compute; until
 * they are set up, and whenever all of them have enough to do, `hasRoom` is false and the coordinator computes by itself.
 */
export class Pool {
  readonly workerCount: number;
  #piscina: Piscina | undefined;
  /** Of the start, or of a worker that had nothing to do: the next task tells of it. */
  #idleFailure: unknown;
  #readyCount = 0;
  #pendingCount = 0;
  #isClosed = false;

  /** @param workerCount 0 for a pool that never has room: the coordinator computes all by itself */
  constructor(workerCount: number) {
    this.workerCount = workerCount;
  }

  /** Has the workers start in the background, once. */
  start(): void {
    if (this.workerCount === 0 || this.#piscina !== undefined) return;
    try {
      this.#piscina = startThreads(this.workerCount);
      // Piscina also takes for an error what a worker answers after `close`.
      this.#piscina.on('error', (error: unknown) => {
        this.#idleFailure ??= error;
      });
    } catch (error) {
      this.#idleFailure = error;
    }
  }

  /** Gives the workers, started if they weren't, what they compute with; resolves when all of them are ready. */
  async setUp(computing: Omit<WorkerSetup, 'threadCounter'>): Promise<void> {
    this.start();
    const setup = { ...computing, threadCounter: new Int32Array(new SharedArrayBuffer(4)) };
    if (this.workerCount === 0) return;
    const setUpOne = async () => {
      // A message goes to the worker that has the fewest; one that had another already passes this on.
      for (let isFirst = false; !isFirst && !this.#isClosed; ) {
        ({ isFirst } = await this.#send<SetupReply>({ setup }));
      }
      this.#readyCount++;
    };
    await Promise.all(Array.from({ length: this.workerCount }, setUpOne));
  }

  get isStarted(): boolean {
    return this.#piscina !== undefined;
  }

  /** Whether a worker is up. */
  get isReady(): boolean {
    return this.#readyCount > 0;
  }

  get hasRoom(): boolean {
    return this.#pendingCount < this.#readyCount * MESSAGES_PER_WORKER;
  }

  /**
   * Has a worker carry out what is to be done in a slot.
   * @returns the results of each piece of work
   * @throws what the tasks threw; LW_WORKER_FAILED where the worker died
   */
  async run(message: SlotMessage): Promise<readonly (readonly TaskResult[])[]> {
    this.#pendingCount++;
    try {
      const reply = await this.#send<SlotReply>(message);
      if ('error' in reply) throw fromWireError(reply.error);
      return reply.results;
    } finally {
      this.#pendingCount--;
    }
  }

  async #send<Reply>(message: SetupMessage | SlotMessage): Promise<Reply> {
    try {
      if (this.#idleFailure !== undefined) throw this.#idleFailure;
      return await this.#piscina?.run(message);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new LanewiseError('LW_WORKER_FAILED', `a worker thread failed: ${reason}; try again with fewer threads`, {
        cause: error,
      });
    }
  }

  /** Ends the workers, whatever they are doing. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#piscina?.destroy();
  }
}

function startThreads(count: number): Piscina {
  // Imported, even a module of Node's own would have it start its loader of ES modules, which takes longer than Piscina.
  const require = createRequire(import.meta.url);
  const threads = require('node:worker_threads') as typeof import('node:worker_threads');
  const { Piscina } = require('piscina') as typeof import('piscina');
  return new Piscina({
    filename: fileURLToPath(WORKER_URL),
    name: 'work',
    minThreads: count,
    maxThreads: count,
    idleTimeout: Number.POSITIVE_INFINITY,
    concurrentTasksPerWorker: MESSAGES_PER_WORKER,
    recordTiming: false,
    // Woken by Atomics.notify, the worker takes the very core that the coordinator is running on.
    atomics: 'disabled',
    env: threads.SHARE_ENV,
    trackUnmanagedFds: false,
  });
}
