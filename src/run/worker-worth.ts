/** Whether starting workers pays: by what there is to do, and by what computing has taken so far. */
import type { Load } from '../slab/load.js';

/** A measure of what a run has to do: bytes that are read, or that values take. */
export interface Work {
  /** `undefined` where nobody knows. */
  readonly total: number | undefined;
  of(load: Load<unknown>): number;
}

/** What is less than this is done before a worker would be up. */
export const POOL_WORTH_BYTES = 24 * 2 ** 20;

/** Loads that aren't measured: the kernels are compiled meanwhile. */
const UNMEASURED_LOADS = 2;

/**
 * About what starting a worker takes on this machine: what the process itself has taken to come here, at most what is a lot
 * for that, since a library may be loaded at any time.
 */
const WORKER_START_SECONDS = Math.min(process.uptime(), 0.2);

/** Starting a worker takes as much of another core as it gains where it has less than this to compute. */
const LEAST_SECONDS_LEFT = 2 * WORKER_START_SECONDS;

export class WorkerWorth {
  readonly #work: Work;
  #loadCount = 0;
  #measured = 0;
  #seconds = 0;
  #done = 0;

  constructor(work: Work) {
    this.#work = work;
  }

  /** Whether there is so much to do that it may pay; false where nobody knows yet. */
  get mayPay(): boolean {
    const { total } = this.#work;
    return (total ?? this.#done) >= POOL_WORTH_BYTES;
  }

  /** Whether computing what is left would take longer than starting a worker; where nobody knows how much that is, it may. */
  get pays(): boolean {
    const { total } = this.#work;
    if (!this.mayPay || total === undefined) return this.mayPay;
    return this.#measured > 0 && (this.#seconds / this.#measured) * (total - this.#done) > LEAST_SECONDS_LEFT;
  }

  /** @param seconds that the load's tasks have taken on the coordinator */
  add(load: Load<unknown>, seconds: number): void {
    const work = this.#work.of(load);
    this.#done += work;
    if (this.#loadCount++ < UNMEASURED_LOADS) return;
    this.#measured += work;
    this.#seconds += seconds;
  }
}
