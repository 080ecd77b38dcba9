import { LanewiseError } from '../../errors.js';
import type { ReadableFile } from '../../storage/file.js';
import type { BufferRange } from './compression.js';

/**
 * Bitmaps read as one that has a bit set where all of them do: the validity of a struct's child, which is null where
 * the struct is. The bytes are a 64th of a Float64 column's, so that the reading thread can afford it.
 */
export class AndedBitmaps implements ReadableFile {
  readonly name: string;
  readonly byteLength: number;
  readonly #bitmaps: readonly BufferRange[];

  constructor(bitmaps: readonly BufferRange[]) {
    this.#bitmaps = bitmaps;
    this.name = bitmaps[0]!.file.name;
    this.byteLength = Math.min(...bitmaps.map((bitmap) => bitmap.byteLength));
  }

  read(target: Uint8Array, position: number): void {
    if (position + target.length > this.byteLength) {
      throw new LanewiseError('LW_CORRUPT_INPUT', `${this.name}: a validity bitmap ends at byte ${this.byteLength}`);
    }
    const [first, ...others] = this.#bitmaps;
    first!.file.read(target, first!.position + position);
    const bits = new Uint8Array(target.length);
    for (const other of others) {
      other.file.read(bits, other.position + position);
      for (let i = 0; i < bits.length; i++) target[i]! &= bits[i]!;
    }
  }

  close(): void {}
}
