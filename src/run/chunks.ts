import type { SinkPartition, SourcePartition } from '../formats/format.js';
import type { Job } from '../plan/job.js';
import type { Load } from '../slab/load.js';
import { CutListChunks } from './cut-list-chunks.js';
import { JobChunks } from './job-chunks.js';
import { ListChunks } from './list-chunks.js';
import { listsOf } from './same-lists.js';

/** The work of one job on one partition, which goes into loads chunk by chunk. */
export interface Chunks<P> {
  readonly length: number;
  /** Adds a chunk that starts at `start` to the load; returns where it ends, `start` if the load has too little room. */
  add(load: Load<P>, start: number): number;
}

/** @param index of the job among the plan's */
export function chunksOf<P>(job: Job, index: number, source: SourcePartition, sink: SinkPartition<P>): Chunks<P> {
  const [first] = job.operands;
  const isPerList = job.outputs.every(({ shape }) => shape.kind === 'flat');
  const takesLists = !isPerList && sink.lists !== undefined;
  if (job.domain === 'rows' || (job.domain === 'elements' && !takesLists)) {
    return new JobChunks(job, index, source, sink);
  }
  const isCutAtLists = isPerList || takesLists || (first !== undefined && listsOf(source, first).isCutAtLists);
  return isCutAtLists ? new ListChunks(job, index, source, sink) : new CutListChunks(job, index, source, sink);
}
