import { Executor } from '../../workers/executor.js';
import type { TaskResult } from '../abi/task.js';
import type { Sink, Source, SourcePartition } from '../formats/format.js';
import type { Job } from '../plan/job.js';
import { compileKernels } from '../pool/assets.js';
import type { Pool } from '../pool/pool.js';
import type { Load } from '../slab/load.js';
import type { Slab } from '../slab/slab.js';
import { Describer } from './describer.js';
import { Pipeline } from './pipeline.js';
import { type Work, WorkerWorth } from './worker-worth.js';

export interface EngineOptions {
  readonly source: Source;
  readonly sink: Sink<unknown>;
  readonly jobs: readonly Job[];
  /** Its layout says for how many threads. */
  readonly slab: Slab;
  /** Of one thread less. It is set up where that pays, and stays the caller's to close. */
  readonly pool: Pool;
  readonly work: Work;
  /** Whether workers that may pay start at once, or only when it is clear that they do. */
  readonly startsWorkersAtOnce: boolean;
  readonly signal: AbortSignal | undefined;
  readonly onPartition: (partition: SourcePartition) => void;
  readonly onWritten: (load: Load<unknown>, results: readonly TaskResult[]) => void;
}

/**
 * Runs all jobs over all partitions of a source, into a sink that it neither finishes nor commits.
 * @returns how many threads computed, the calling one included
 */
export async function runJobs(options: EngineOptions): Promise<number> {
  const { source, sink, jobs, slab, pool, work, signal } = options;
  const { layout, memory } = slab;
  const shared = { module: compileKernels(), memory, programs: jobs.map((job) => job.program) };
  const executor = new Executor({ ...shared, areaAddress: layout.areaAddresses[0] ?? 0 });
  const pipeline = new Pipeline({
    sink,
    slotCount: layout.slotCount,
    work,
    slab: slab.bytes,
    executor,
    pool,
    signal,
    onComputed,
    onWritten: options.onWritten,
  });
  const worth = new WorkerWorth(work);
  let isPoolUsed = false;

  function setUpPool(): void {
    isPoolUsed = true;
    pool.setUp({ ...shared, areaAddresses: layout.areaAddresses }).catch(pipeline.fail);
  }

  function onComputed(load: Load<unknown>, seconds: number): void {
    if (isPoolUsed) return;
    worth.add(load, seconds);
    if (worth.pays) setUpPool();
  }

  if (options.startsWorkersAtOnce && worth.mayPay) setUpPool();
  const describer = new Describer(source, sink, jobs, slab, async (partition) => {
    options.onPartition(partition.source);
    await pipeline.open(partition);
  });
  await pipeline.run(describer);
  return isPoolUsed ? layout.threadCount : 1;
}
