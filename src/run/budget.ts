import { valuesByteLength } from '../abi/types.js';
import { LanewiseError } from '../errors.js';
import type { Job } from '../plan/job.js';
import { MESSAGES_PER_WORKER } from '../pool/pool.js';
import { layOutSlab, type SlabLayout, USUAL_SLOT_BYTE_LENGTH } from '../slab/slab.js';

/** What chunks in flight may take where nothing else is asked for. */
export const DEFAULT_MEMORY_BYTES = 128 * 2 ** 20;

/** Rows of a chunk below which the calls around it cost more than the rows. */
const FEWEST_ROWS = 1024;
const LEAST_SLOT_BYTES = 2 ** 16;
/** One for each message to a worker, and one that is computed and waits for its turn to be written. */
const SLOTS_PER_WORKER = MESSAGES_PER_WORKER + 1;

export interface Budget {
  readonly threads: number;
  readonly memoryBytes: number;
}

/** Slot bytes by what an input's columns are read in. */
export interface SlotNeed {
  readonly wanted: number;
  /** Without them the input can't be read, if they are more than `enough`; else that or less. */
  readonly least: (enough: number) => number;
  /** Beside the slots. */
  readonly outside: number;
}

/**
 * Divides the memory budget into slots: one for the coordinator and a few for each worker, large enough for the widest
 * job's rows. Where pages of the input are large, there are fewer slots, one at least.
 * @throws LW_MEMORY_BUDGET where one slot for each thread doesn't fit, or none that the input's pages fit
 */
export function layOutBudget(jobs: readonly Job[], budget: Budget, need: SlotNeed): SlabLayout {
  const { threads } = budget;
  const memoryBytes = budget.memoryBytes - need.outside;
  const programs = jobs.map((job) => job.program);
  const wanted = Math.max(USUAL_SLOT_BYTE_LENGTH, need.wanted, ...jobs.map((job) => FEWEST_ROWS * bytesPerRow(job)));
  let slotCount = 1 + (threads - 1) * SLOTS_PER_WORKER;
  let slotByteLength = roundUp(wanted);
  if (slotCount * slotByteLength > memoryBytes) {
    slotCount = Math.max(threads, Math.min(slotCount, Math.floor(memoryBytes / slotByteLength)));
    slotByteLength = Math.min(slotByteLength, roundDown(memoryBytes / slotCount));
  }
  if (slotByteLength < LEAST_SLOT_BYTES) {
    const aside = need.outside === 0 ? '' : ` beside the ${need.outside} bytes that finding lists takes`;
    const enough = need.outside + Math.max(threads * LEAST_SLOT_BYTES, roundUp(need.least(0)));
    throw new LanewiseError(
      'LW_MEMORY_BUDGET',
      `${budget.memoryBytes} bytes of memory don't hold one slot of ${LEAST_SLOT_BYTES} bytes for each of ${threads} threads${aside}; allow ${enough} bytes or use fewer threads`,
    );
  }
  const least = roundUp(need.least(slotByteLength));
  if (slotByteLength < least) {
    if (least > memoryBytes) {
      throw new LanewiseError(
        'LW_MEMORY_BUDGET',
        `the largest pages of the input take ${least + need.outside} bytes at a time with their results, and the memory budget is ${budget.memoryBytes}; allow ${least + need.outside} bytes`,
      );
    }
    slotCount = Math.floor(memoryBytes / least);
    slotByteLength = Math.min(roundUp(Math.max(wanted, least)), roundDown(memoryBytes / slotCount));
  }
  return layOutSlab(programs, threads, slotCount, slotByteLength);
}

/** Slot bytes that a row of a job takes at most: operands and results side by side, and a bitmap for each. */
function bytesPerRow(job: Job): number {
  const columns = [...job.program.operands, ...job.program.results.map((result) => result.type)];
  return columns.reduce((sum, type) => sum + valuesByteLength(type, 8) / 8 + 1 / 8, 0);
}

const ALIGNMENT = 65536;

function roundUp(byteLength: number): number {
  return Math.ceil(byteLength / ALIGNMENT) * ALIGNMENT;
}

function roundDown(byteLength: number): number {
  return Math.floor(byteLength / ALIGNMENT) * ALIGNMENT;
}
