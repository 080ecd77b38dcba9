import { LanewiseError } from '../errors.js';
import type { ReadableFile } from './file.js';

/** Bytes in memory that are read like a file. Holds on to the view that it was given; copies nothing. */
export class MemoryFile implements ReadableFile {
  readonly name: string;
  readonly #bytes: Uint8Array;

  constructor(name: string, bytes: Uint8Array) {
    this.name = name;
    this.#bytes = bytes;
  }

  get byteLength(): number {
    return this.#bytes.byteLength;
  }

  read(target: Uint8Array, position: number): void {
    const end = position + target.byteLength;
    if (end > this.#bytes.byteLength) {
      throw new LanewiseError(
        'LW_CORRUPT_INPUT',
        `${this.name} ends at byte ${this.#bytes.byteLength}, before byte ${end} that its metadata names; it is truncated`,
      );
    }
    target.set(this.#bytes.subarray(position, end));
  }

  close(): void {
    // The bytes are the caller's.
  }
}
