import type { Builder, Offset } from 'flatbuffers';
import type { CheckedByteBuffer } from './checked-buffer.js';

/**
 * The end of a finished flatbuffer at the tail of one that is being built. Offsets in a flatbuffer point forward, and a
 * builder writes from the end to the start: new tables can point at any table, vector or string of the old ones, which
 * therefore stay what they are, with types and fields that we have never heard of.
 */
export class EmbeddedBuffer {
  readonly #buffer: CheckedByteBuffer;
  /** Distance of the old flatbuffer's first byte from the end of the new one. */
  readonly #start: Offset;

  /** @param start a multiple of 8: nothing before it is needed */
  constructor(builder: Builder, buffer: CheckedByteBuffer, start: number) {
    this.#buffer = buffer;
    const bytes = buffer.bytes().subarray(start);
    builder.prep(8, bytes.length);
    // A byte vector is what the builder takes bytes for; its length stands before them, where nobody looks.
    this.#start = builder.createByteVector(bytes) - 4 + start;
  }

  /** What a builder takes for the table, vector or string at a position of the old flatbuffer. */
  at(position: number): Offset {
    return this.#start - position;
  }

  /** What a builder takes for what a slot of an old table points to, or 0 where the slot is empty. */
  target(table: { readonly bb_pos: number }, slot: number): Offset {
    const offset = this.#buffer.__offset(table.bb_pos, 4 + 2 * slot);
    return offset === 0 ? 0 : this.at(this.#buffer.__indirect(table.bb_pos + offset));
  }
}
