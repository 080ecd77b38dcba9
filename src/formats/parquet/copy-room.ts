import type { Load } from '../../slab/load.js';

/**
 * What a load takes at most where bytes are copied: as much as a core's cache keeps from reading to writing. The rest of a slot
 * that is larger isn't touched, which costs less than fresh memory.
 */
const COPY_BYTE_LENGTH = 1 << 20;

/** Bytes that may still be copied by way of a load. */
export function copyRoom(load: Load<unknown>): number {
  const used = load.isEmpty ? 0 : load.end - load.address - load.free;
  return Math.min(load.free, Math.max(0, COPY_BYTE_LENGTH - used));
}
