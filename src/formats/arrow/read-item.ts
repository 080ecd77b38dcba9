import type { Load } from '../../slab/load.js';
import type { CopyItem } from '../format.js';
import { type BufferRange, CompressedBuffer } from './compression.js';

/**
 * Bytes that are read into a load as far as it has room, or decompressed outside of the slots when it's their turn.
 * @param push adds a piece for bytes that stand at an address of the slot, with their offset among the item's
 */
export function readItem<P>(
  source: BufferRange | CompressedBuffer,
  push: (load: Load<P>, address: number, offset: number, byteLength: number) => void,
): CopyItem<P> {
  return {
    kind: 'copy',
    length: source.byteLength,
    add(load, start) {
      const byteLength = Math.min(load.free, source.byteLength - start);
      if (byteLength <= 0) return start;
      const range = source instanceof CompressedBuffer ? source.expanded() : source;
      push(load, load.read(range.file, range.position + start, byteLength), start, byteLength);
      return start + byteLength;
    },
  };
}
