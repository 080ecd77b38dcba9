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

/** What is less than this is done before a worker would be up. */
export const POOL_WORTH_BYTES = 24 * 2 ** 20;

export interface EngineOptions {
  readonly source: Source;
  readonly sink: Sink<unknown>;
  readonly jobs: readonly Job[];
  /** Its layout says for how many threads. */
  readonly slab: Slab;
  /** Of one thread less. It is set up where that pays, and stays the caller's to close. */
  readonly pool: Pool;
  /** Bytes to be worked on, `undefined` where nobody knows yet. */
  readonly byteLength: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onPartition: (partition: SourcePartition) => void;
  readonly onWritten: (load: Load<unknown>, results: readonly TaskResult[]) => void;
}

/**
 * Runs all jobs over all partitions of a source, into a sink that it neither finishes nor commits.
 * @returns how many threads computed, the calling one included
 */
export async function runJobs(options: EngineOptions): Promise<number> {
  const { source, sink, jobs, slab, pool, signal } = options;
  const { layout, memory } = slab;
  const shared = { module: compileKernels(), memory, programs: jobs.map((job) => job.program) };
  const executor = new Executor({ ...shared, areaAddress: layout.areaAddresses[0] ?? 0 });
  const pipeline = new Pipeline({
    sink,
    slotCount: layout.slotCount,
    slotByteLength: layout.slotByteLength,
    byteLength: options.byteLength,
    slab: slab.bytes,
    executor,
    pool,
    signal,
    onWritten,
  });
  let bytesRead = 0;
  let isPoolUsed = false;

  function setUpPool(): void {
    isPoolUsed = true;
    pool.setUp({ ...shared, areaAddresses: layout.areaAddresses }).catch(pipeline.fail);
  }

  function onWritten(load: Load<unknown>, results: readonly TaskResult[]): void {
    bytesRead += load.readByteLength;
    if (options.byteLength === undefined && bytesRead >= POOL_WORTH_BYTES && !isPoolUsed) setUpPool();
    options.onWritten(load, results);
  }

  if (options.byteLength !== undefined && options.byteLength >= POOL_WORTH_BYTES) setUpPool();
  const describer = new Describer(source, sink, jobs, slab, async (partition) => {
    options.onPartition(partition.source);
    await pipeline.open(partition);
  });
  await pipeline.run(describer);
  return isPoolUsed ? layout.threadCount : 1;
}
