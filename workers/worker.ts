import { workerData } from 'node:worker_threads';
import type { SlotMessage, SlotReply } from '../src/abi/task.js';
import { toWireError } from '../src/errors.js';
import { readFully } from '../src/storage/reading.js';
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

const slab = new Uint8Array(shared.memory.buffer);

/** Carries out a slot's reads and tasks. Errors go back as data: a class doesn't survive the way between threads. */
export function compute(message: SlotMessage): SlotReply | Promise<SlotReply> {
  return executor.needsLoading(message.tasks) ? executor.load().then(() => run(message)) : run(message);
}

function run({ reads, tasks }: SlotMessage): SlotReply {
  try {
    for (const { descriptor, name, position, address, byteLength } of reads) {
      readFully(descriptor, name, slab.subarray(address, address + byteLength), position);
    }
    return { results: executor.run(tasks) };
  } catch (error) {
    return { error: toWireError(error) };
  }
}
