import { type ByteBuffer, Encoding } from 'flatbuffers';
import { LanewiseError } from '../../errors.js';

/** What the generated classes read tables with. */
type TableBuffer = Pick<
  ByteBuffer,
  | 'bytes'
  | 'capacity'
  | 'position'
  | 'readInt8'
  | 'readUint8'
  | 'readInt16'
  | 'readUint16'
  | 'readInt32'
  | 'readInt64'
  | '__offset'
  | '__indirect'
  | '__string'
  | '__union'
  | '__vector'
  | '__vector_len'
>;

/**
 * A flatbuffer that may be damaged. The generated classes read through it, so that every offset, length and count that
 * they follow is held against the bytes there are; what points elsewhere is LW_CORRUPT_INPUT.
 *
 * Offsets may only point forward, as every flatbuffer writer has it: a damaged one can't form a cycle.
 *
 * It stands in for a `ByteBuffer` without extending it, whose constructor makes a `TextDecoder` each time: that takes
 * longer than reading a message.
 */
export class CheckedByteBuffer implements TableBuffer {
  /** What messages call the bytes: `the footer of data.arrow`. */
  readonly description: string;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, description: string) {
    this.#bytes = bytes;
    this.description = description;
  }

  /** For generated classes, which call nothing but what `TableBuffer` lists. */
  get forTables(): ByteBuffer {
    return this as TableBuffer as ByteBuffer;
  }

  bytes(): Uint8Array {
    return this.#bytes;
  }

  capacity(): number {
    return this.#bytes.length;
  }

  /** Where the root table's offset stands. */
  position(): number {
    return 0;
  }

  readUint8(offset: number): number {
    return this.#byteAt(offset, 1);
  }

  readInt8(offset: number): number {
    return (this.#byteAt(offset, 1) << 24) >> 24;
  }

  readUint16(offset: number): number {
    return this.#byteAt(offset, 2) | (this.#bytes[offset + 1]! << 8);
  }

  readInt16(offset: number): number {
    return (this.readUint16(offset) << 16) >> 16;
  }

  readInt32(offset: number): number {
    const bytes = this.#bytes;
    return (
      this.#byteAt(offset, 4) | (bytes[offset + 1]! << 8) | (bytes[offset + 2]! << 16) | (bytes[offset + 3]! << 24)
    );
  }

  readInt64(offset: number): bigint {
    return BigInt.asIntN(64, BigInt(this.readInt32(offset) >>> 0) | (BigInt(this.readInt32(offset + 4)) << 32n));
  }

  /** Where a field of a table stands from the table's position on; 0 if it isn't there. */
  __offset(table: number, vtableOffset: number): number {
    const vtable = table - this.readInt32(table);
    return vtableOffset < this.readInt16(vtable) ? this.readInt16(vtable + vtableOffset) : 0;
  }

  /** An int64 that has to be exact as a number and not negative: a length or an offset. */
  readLength(offset: number): number {
    const length = (this.readInt32(offset) >>> 0) + this.readInt32(offset + 4) * 2 ** 32;
    if (length < 0 || length > Number.MAX_SAFE_INTEGER) {
      throw this.damaged(`a length or offset of ${this.readInt64(offset)} is out of range`);
    }
    return length;
  }

  __indirect(offset: number): number {
    return offset + this.#forward(offset);
  }

  __vector(offset: number): number {
    return offset + this.#forward(offset) + 4;
  }

  __vector_len(offset: number): number {
    const length = this.readInt32(offset + this.#forward(offset));
    if (length < 0 || length > this.#bytes.length) {
      throw this.damaged(`a vector of ${length} items can't stand in ${this.#bytes.length} bytes`);
    }
    return length;
  }

  __union<T extends { bb: ByteBuffer | null; bb_pos: number }>(table: T, offset: number): T {
    table.bb_pos = this.__indirect(offset);
    table.bb = this.forTables;
    return table;
  }

  __string(offset: number, encoding?: Encoding): string | Uint8Array {
    const start = this.__vector(offset);
    const length = this.readInt32(start - 4);
    if (length < 0 || start + length > this.#bytes.length) {
      throw this.damaged(`a string of ${length} bytes at ${start} ends beyond its ${this.#bytes.length} bytes`);
    }
    const bytes = this.#bytes.subarray(start, start + length);
    return encoding === Encoding.UTF8_BYTES ? bytes : decoder.decode(bytes);
  }

  /** The error for bytes that contradict themselves. */
  damaged(reason: string): LanewiseError {
    return new LanewiseError(
      'LW_CORRUPT_INPUT',
      `${this.description} is damaged: ${reason}; write the file again from its source`,
    );
  }

  #forward(offset: number): number {
    const distance = this.readInt32(offset);
    if (distance <= 0) throw this.damaged(`the offset ${distance} at ${offset} doesn't point forward`);
    return distance;
  }

  #byteAt(offset: number, byteLength: number): number {
    if (offset < 0 || offset + byteLength > this.#bytes.length) {
      throw this.damaged(`an offset points to byte ${offset} of ${this.#bytes.length}`);
    }
    return this.#bytes[offset]!;
  }
}

const decoder = new TextDecoder();
