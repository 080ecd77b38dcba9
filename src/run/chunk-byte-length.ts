import { valuesByteLength } from '../abi/types.js';
import type { SinkPartition, SourcePartition } from '../formats/format.js';
import type { Job, OutputColumn } from '../plan/job.js';
import { ALIGNMENT } from '../slab/load.js';

/** What storing a result takes beyond its own region. */
export interface StoredByteLength {
  readonly byteLength: number;
  /** Shared with the other tasks of the slot. */
  readonly scratchByteLength: number;
}

export interface ChunkExtent {
  /** The operands' values that are loaded. */
  readonly start: number;
  readonly end: number;
  /** Values of each result. */
  readonly count: number;
}

/**
 * Slot bytes that a chunk of a job takes at most.
 * @param inPlace of each output, whether it stands where an operand does
 */
export function chunkByteLength(
  job: Job,
  source: SourcePartition,
  inPlace: readonly boolean[],
  { start, end, count }: ChunkExtent,
  stored: (output: OutputColumn, index: number) => StoredByteLength,
): number {
  let byteLength = 0;
  let scratchByteLength = 0;
  for (const column of job.operands) {
    byteLength += source.loadByteLength(column, start, end) + ALIGNMENT;
    scratchByteLength = Math.max(scratchByteLength, source.scratchByteLength?.(column, start, end) ?? 0);
  }
  for (const [index, output] of job.outputs.entries()) {
    if (!inPlace[index]) byteLength += valuesByteLength(output.type, count) + ALIGNMENT;
    byteLength += Math.ceil(count / 8) + ALIGNMENT;
    const own = stored(output, index);
    byteLength += own.byteLength + ALIGNMENT;
    scratchByteLength = Math.max(scratchByteLength, own.scratchByteLength);
  }
  return byteLength + scratchByteLength;
}

/** Of `count` values of an output. */
export function storedByteLength(sink: SinkPartition<unknown>, output: OutputColumn, count: number): StoredByteLength {
  return {
    byteLength: sink.storeByteLength(output, count),
    scratchByteLength: sink.scratchByteLength?.(output, count) ?? 0,
  };
}
