import type { Program } from '../abi/program.js';
import { STATIC_BYTE_LENGTH } from '../abi/static-area.js';
import { layOutThreadArea } from '../abi/thread-area.js';
import { LanewiseError } from '../errors.js';

const PAGE_BYTE_LENGTH = 65536;
/** Before each slot, so that what stands in front of its first values can be put there for the time of a call. */
const SLOT_GUARD_BYTE_LENGTH = 64;

/**
 * What slots have where nothing asks for more: two columns of 128 Ki rows with their bitmaps. Less costs messages, more costs
 * the cache: a chunk should still be there when it is computed and when it is written.
 */
export const USUAL_SLOT_BYTE_LENGTH = 2.25 * 2 ** 20;

export interface SlabLayout {
  readonly threadCount: number;
  readonly slotCount: number;
  readonly slotByteLength: number;
  /** Where each thread's own area starts. */
  readonly areaAddresses: readonly number[];
  readonly slotsAddress: number;
  readonly byteLength: number;
}

/**
 * Lays out the shared memory: pure arithmetic, so that a plan can tell what a run will take.
 *
 *     | kernels' tables | area of thread 0 | area of thread 1 | ··· | guard, slot 0 | guard, slot 1 | ··· |
 */
export function layOutSlab(
  programs: readonly Program[],
  threadCount: number,
  slotCount: number,
  slotByteLength: number,
): SlabLayout {
  let address = STATIC_BYTE_LENGTH;
  const areaAddresses: number[] = [];
  for (let thread = 0; thread < threadCount; thread++) {
    areaAddresses.push(address);
    address = layOutThreadArea(address, programs).end;
  }
  const byteLength =
    Math.ceil((address + slotCount * (SLOT_GUARD_BYTE_LENGTH + slotByteLength)) / PAGE_BYTE_LENGTH) * PAGE_BYTE_LENGTH;
  return { threadCount, slotCount, slotByteLength, areaAddresses, slotsAddress: address, byteLength };
}

/** The shared memory of a run. It is made once, never grows, and its pages cost nothing before they are first used. */
export class Slab {
  readonly layout: SlabLayout;
  readonly memory: WebAssembly.Memory;
  readonly bytes: Uint8Array;

  /** @throws LW_MEMORY_BUDGET where there isn't as much memory, or more than WebAssembly can address */
  constructor(layout: SlabLayout) {
    this.layout = layout;
    this.memory = allocate(layout.byteLength);
    this.bytes = new Uint8Array(this.memory.buffer);
  }

  slotAddress(slot: number): number {
    const { slotsAddress, slotByteLength } = this.layout;
    return slotsAddress + slot * (SLOT_GUARD_BYTE_LENGTH + slotByteLength) + SLOT_GUARD_BYTE_LENGTH;
  }
}

function allocate(byteLength: number): WebAssembly.Memory {
  const pageCount = byteLength / PAGE_BYTE_LENGTH;
  try {
    return new WebAssembly.Memory({ initial: pageCount, maximum: pageCount, shared: true });
  } catch (cause) {
    throw new LanewiseError(
      'LW_MEMORY_BUDGET',
      `${byteLength} bytes of shared memory can't be had, of ${2 ** 32} that can be addressed; allow less memory or use fewer threads`,
      { cause },
    );
  }
}
