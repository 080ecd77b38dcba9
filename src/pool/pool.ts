import { fileURLToPath } from 'node:url';
import type { Piscina } from 'piscina';
import type { WorkerData } from '../../workers/worker.js';
import type { SlotMessage, SlotReply, TaskResult } from '../abi/task.js';
import { fromWireError, LanewiseError } from '../errors.js';
import { WORKER_URL } from './assets.js';

/** Slots that wait in front of a worker, so that it never waits for the coordinator: one being computed, two to come. */
export const SLOTS_PER_WORKER = 3;

/**
 * The worker threads. Starting them takes a tenth of a second; until they are up, and whenever all of them have enough
 * to do, `hasRoom` is false and the coordinator computes by itself.
 */
export class Pool {
  readonly #workerCount: number;
  #piscina: Piscina | undefined;
  #readyCount = 0;
  #pendingCount = 0;
  #isStarted = false;
  #isClosed = false;

  constructor(workerCount: number) {
    this.#workerCount = workerCount;
  }

  /** Starts the workers in the background. A worker that fails to start rejects the returned promise. */
  async start(workerData: WorkerData): Promise<void> {
    this.#isStarted = true;
    const [threads, { Piscina }] = await Promise.all([import('node:worker_threads'), import('piscina')]);
    if (this.#isClosed) return;
    this.#piscina = new Piscina({
      filename: fileURLToPath(WORKER_URL),
      name: 'compute',
      workerData,
      minThreads: this.#workerCount,
      maxThreads: this.#workerCount,
      idleTimeout: Number.POSITIVE_INFINITY,
      concurrentTasksPerWorker: SLOTS_PER_WORKER,
      recordTiming: false,
      // Woken by Atomics.notify, the worker takes the very core that the coordinator is running on.
      atomics: 'disabled',
      env: threads.SHARE_ENV,
      trackUnmanagedFds: false,
    });
    // Piscina calls workers ready when it makes them; one that has answered is.
    const first: SlotMessage = { reads: [], tasks: [] };
    const answers = Array.from({ length: this.#workerCount }, async () => {
      await this.#send(first);
      this.#readyCount++;
    });
    await Promise.all(answers);
  }

  get isStarted(): boolean {
    return this.#isStarted;
  }

  /** Whether a worker is up. */
  get isReady(): boolean {
    return this.#readyCount > 0;
  }

  get hasRoom(): boolean {
    return this.#pendingCount < this.#readyCount * SLOTS_PER_WORKER;
  }

  /**
   * Has a worker carry out the reads and tasks of a slot.
   * @throws what the tasks threw; LW_WORKER_FAILED where the worker died
   */
  async run(message: SlotMessage): Promise<readonly TaskResult[]> {
    this.#pendingCount++;
    try {
      const reply = await this.#send(message);
      if ('error' in reply) throw fromWireError(reply.error);
      return reply.results;
    } finally {
      this.#pendingCount--;
    }
  }

  async #send(message: SlotMessage): Promise<SlotReply> {
    try {
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
