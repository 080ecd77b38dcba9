import { parentPort, workerData } from 'node:worker_threads';
import type { VerifyCase } from './cases.js';
import { KernelRunner } from './kernel-runner.js';
import { type Measurement, measure } from './measure.js';

/** What each thread is started with; which case comes next is counted in shared memory. */
export interface VerifyWorkerData {
  readonly cases: readonly VerifyCase[];
  readonly pointCount: number;
  readonly seed: number;
  readonly nextCase: Int32Array;
}

/** What a thread tells of a case, by the case's place. */
export interface VerifyReply {
  readonly index: number;
  readonly measurement: Measurement;
}

const { cases, pointCount, seed, nextCase } = workerData as VerifyWorkerData;
const runner = new KernelRunner();

for (let index = take(); index < cases.length; index = take()) {
  // Cases differ in their points, so that a value that is left out for one is met in another.
  const measurement = measure(cases[index]!, runner, pointCount, seed + index);
  const reply: VerifyReply = { index, measurement };
  parentPort?.postMessage(reply);
}

function take(): number {
  return Atomics.add(nextCase, 0, 1);
}
