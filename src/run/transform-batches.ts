import type { RecordBatch } from 'apache-arrow';
import { bindTransforms } from '../plan/bind.js';
import { Pool } from '../pool/pool.js';
import { Slab } from '../slab/slab.js';
import { layOutBudget } from './budget.js';
import { runJobs } from './engine.js';
import { Handover } from './handover.js';
import { fillResources, type ResourceOptions } from './options.js';

/** Options of `transformBatches`. */
export interface TransformBatchesOptions extends ResourceOptions {
  /** Stops the run; the iteration rejects with `LW_ABORTED`. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Applies transforms to record batches of the apache-arrow library as they come, from wherever they come: a socket, a
 * query, another library. A batch is asked for when there is room for it, and given on when it is asked for.
 *
 * Columns that no transform writes are the input's own objects; results are in memory that belongs to the caller. No
 * batch of the input may be changed before its output has been received.
 *
 * @param batches all of one schema
 * @param transforms such as `p_* = softmax(logit_*)`
 * @returns one batch for each of the input, in the same order
 * @throws LanewiseError at the first step of the iteration for transforms that don't fit the schema
 */
export async function* transformBatches(
  batches: AsyncIterable<RecordBatch> | Iterable<RecordBatch>,
  transforms: readonly string[],
  options: TransformBatchesOptions = {},
): AsyncGenerator<RecordBatch, void, undefined> {
  const { RecordBatchSource } = await import('../formats/arrow/record-batch-source.js');
  const { RecordBatchSink } = await import('../formats/arrow/record-batch-sink.js');
  const resources = fillResources(options);
  const source = await RecordBatchSource.open(batches);
  if (source === undefined) return;
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([stop.signal, options.signal]);
  const handover = new Handover<RecordBatch>();
  let run: Promise<unknown> | undefined;
  try {
    const { jobs } = bindTransforms(transforms, source.schema, { outType: resources.outType }, resources.catalogue);
    const slab = new Slab(layOutBudget(jobs, resources, { wanted: 0, least: () => 0, outside: 0 }));
    const pool = new Pool(resources.threads - 1);
    const sink = await RecordBatchSink.create({
      source,
      jobs,
      memory: slab.bytes,
      deliver: (batch) => handover.put(batch),
    });
    run = runJobs({
      source,
      sink,
      jobs,
      slab,
      pool,
      work: { total: undefined, of: ({ readByteLength }) => readByteLength },
      startsWorkersAtOnce: false,
      signal,
      onPartition: ignore,
      onWritten: ignore,
    }).finally(async () => {
      await pool.close();
      handover.close();
      sink.close();
    });
    // Awaited below; until then a rejection has been seen to.
    run.catch(ignore);
    for (let batch = await handover.take(); batch !== undefined; batch = await handover.take()) yield batch;
    await run;
  } finally {
    stop.abort();
    handover.close();
    await run?.catch(ignore);
    await source.close();
  }
}

function ignore(): void {
  // Nobody watches this run's progress.
}
