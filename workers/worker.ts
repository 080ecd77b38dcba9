import { workerData } from 'node:worker_threads';
import type { SlotMessage, SlotReply } from '../src/abi/task.js';
import { toWireError } from '../src/errors.js';
import { Executor, type ExecutorOptions } from './executor.js';

/** What every worker is started with; which thread of the slab it is, it takes from the shared counter. */
export interface WorkerData extends Omit<ExecutorOptions, 'areaAddress'> {
  readonly areaAddresses: readonly number[];
  readonly threadCounter: Int32Array;
}

const { areaAddresses, threadCounter, ...shared } = workerData as WorkerData;
// The coordinator is thread 0.
const thread = Atomics.add(threadCounter, 0, 1) + 1;
const areaAddress = areaAddresses[thread];
if (areaAddress === undefined) {
  throw new RangeError(`the slab has room for ${areaAddresses.length} threads, not for number ${thread}`);
}
const executor = new Executor({ ...shared, areaAddress });

/** Carries out a slot's tasks. Errors go back as data: a class doesn't survive the way between threads. */
export function compute({ tasks }: SlotMessage): SlotReply | Promise<SlotReply> {
  return executor.needsLoading(tasks) ? executor.load().then(() => run(tasks)) : run(tasks);
}

function run(tasks: SlotMessage['tasks']): SlotReply {
  try {
    return { results: executor.run(tasks) };
  } catch (error) {
    return { error: toWireError(error) };
  }
}
