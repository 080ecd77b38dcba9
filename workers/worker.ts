import { viewsOf } from '../src/abi/memory-range.js';
import type { SlotMessage, SlotReply, SlotWork, TaskResult } from '../src/abi/task.js';
import { toWireError } from '../src/errors.js';
import { readFully } from '../src/storage/reading.js';
import { writeFully } from '../src/storage/writing.js';
import { Executor, type ExecutorOptions } from './executor.js';

/** What every worker computes with; which thread of the slab it is, it takes from the shared counter. */
export interface WorkerSetup extends Omit<ExecutorOptions, 'areaAddress'> {
  readonly areaAddresses: readonly number[];
  readonly threadCounter: Int32Array;
}

/** The first message to a worker. It has its answer when the worker is ready for slots. */
export interface SetupMessage {
  readonly setup: WorkerSetup;
}

export interface SetupReply {
  /** False where the worker had been set up before. */
  readonly isFirst: boolean;
}

let executor: Executor | undefined;
let slab: Uint8Array;

/** Sets the worker up, or carries out what is to be done in a slot. */
export function work(message: SetupMessage | SlotMessage): SetupReply | SlotReply | Promise<SlotReply> {
  if ('setup' in message) return setUp(message.setup);
  if (executor === undefined) throw new RangeError('a slot came before the setup');
  const ready = executor;
  const unloaded = message.works.filter(({ tasks }) => ready.needsLoading(tasks));
  if (unloaded.length === 0) return run(ready, message);
  return ready.load(unloaded.flatMap(({ tasks }) => tasks)).then(() => run(ready, message));
}

function setUp({ areaAddresses, threadCounter, ...shared }: WorkerSetup): SetupReply {
  if (executor !== undefined) return { isFirst: false };
  // The coordinator is thread 0.
  const thread = Atomics.add(threadCounter, 0, 1) + 1;
  const areaAddress = areaAddresses[thread];
  if (areaAddress === undefined) {
    throw new RangeError(`the slab has room for ${areaAddresses.length} threads, not for number ${thread}`);
  }
  executor = new Executor({ ...shared, areaAddress });
  slab = new Uint8Array(shared.memory.buffer);
  return { isFirst: true };
}

/** Errors go back as data: a class doesn't survive the way between threads. */
function run(ready: Executor, { works }: SlotMessage): SlotReply {
  try {
    return { results: works.map((slotWork) => runOne(ready, slotWork)) };
  } catch (error) {
    return { error: toWireError(error) };
  }
}

function runOne(ready: Executor, { reads, tasks, writes }: SlotWork): readonly TaskResult[] {
  for (const { descriptor, name, position, address, byteLength } of reads) {
    readFully(descriptor, name, slab.subarray(address, address + byteLength), position);
  }
  const results = ready.run(tasks);
  for (const { descriptor, name, position, ranges } of writes) {
    writeFully(descriptor, name, viewsOf(slab, ranges), position);
  }
  return results;
}
