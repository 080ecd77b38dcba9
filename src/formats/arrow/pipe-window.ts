import type { ByteWriter, Spool, WritableFile } from '../../storage/file.js';

/** Enough for most record batches, so that it needn't grow: what isn't touched costs nothing. */
const FIRST_BYTE_LENGTH = 1 << 24;
/** What comes back from a spool comes in pieces of this size. */
const PIECE_BYTE_LENGTH = 1 << 20;

export interface PipeWindowOptions {
  readonly writer: ByteWriter;
  /** Memory for what has been written but can't go yet. */
  readonly windowByteLength: number;
  /** Makes a temporary file for what is larger than that. */
  readonly openSpool: () => Spool;
}

/**
 * The end of a pipe as a file: it may be written by position from the last flushed byte on, and takes what was
 * skipped for zeros. While one half of the window goes, the other is written.
 *
 *     gone | base: in memory ··· | limit: in the spool ··· | end
 */
export class PipeWindow implements WritableFile {
  readonly #options: PipeWindowOptions;
  readonly #halfByteLength: number;
  #memory = new Uint8Array(0);
  /** The other half. */
  #spare = new Uint8Array(0);
  /** Position of the memory's first byte: all before it has gone, or is going. */
  #base = 0;
  /** Position after the last byte written. */
  #end = 0;
  #spool: { readonly file: Spool; readonly start: number } | undefined;

  constructor(options: PipeWindowOptions) {
    this.#options = options;
    this.#halfByteLength = Math.ceil(options.windowByteLength / 2);
  }

  get name(): string {
    return this.#options.writer.name;
  }

  write(views: readonly Uint8Array[], position: number): void {
    this.#skipTo(position);
    let at = position;
    for (const view of views) {
      const inMemory = Math.max(0, Math.min(view.length, this.#limit - at));
      if (inMemory > 0) {
        this.#reserve(at + inMemory);
        this.#memory.set(view.subarray(0, inMemory), at - this.#base);
      }
      if (inMemory < view.length) this.#spoolOut(view.subarray(inMemory), at + inMemory);
      at += view.length;
    }
    this.#end = Math.max(this.#end, at);
  }

  /** Sends everything before `position`, all of which has been written. Meanwhile what stands after may be written. */
  async flush(position: number): Promise<void> {
    const { writer } = this.#options;
    this.#skipTo(position);
    if (this.#spool !== undefined) {
      // Once a spool is left from an earlier flush, nothing more of it is in memory.
      const inMemory = Math.max(0, Math.min(position, this.#limit) - this.#base);
      await writer.write(this.#memory.subarray(0, inMemory));
      await this.#flushSpool(this.#spool, position);
      this.#advance(this.#spool, position);
      return;
    }
    const going = this.#memory;
    const goingByteLength = position - this.#base;
    const rest = going.subarray(goingByteLength, this.#end - this.#base);
    this.#memory = this.#spare;
    this.#base = position;
    this.#reserve(this.#end);
    this.#memory.set(rest);
    await writer.write(going.subarray(0, goingByteLength));
    this.#spare = going;
  }

  close(): void {
    this.#spool?.file.close();
    this.#spool = undefined;
  }

  get #limit(): number {
    return this.#spool?.start ?? this.#base + this.#halfByteLength;
  }

  /** Has zeros stand from the last byte written to `position`. */
  #skipTo(position: number): void {
    if (position <= this.#end) return;
    const end = Math.min(position, this.#limit);
    if (this.#end < end) {
      this.#reserve(end);
      this.#memory.fill(0, this.#end - this.#base, end - this.#base);
    }
    // A spool reads as zeros where nothing was written, but it must be there.
    if (position > this.#limit) this.#openSpool();
    this.#end = position;
  }

  /** Makes the memory reach up to `position`. */
  #reserve(position: number): void {
    const byteLength = position - this.#base;
    if (byteLength <= this.#memory.length) return;
    const wanted = Math.max(byteLength, 2 * this.#memory.length, FIRST_BYTE_LENGTH);
    const grown = new Uint8Array(Math.max(byteLength, Math.min(wanted, this.#halfByteLength)));
    grown.set(this.#memory);
    this.#memory = grown;
  }

  #openSpool(): { readonly file: Spool; readonly start: number } {
    this.#spool ??= { file: this.#options.openSpool(), start: this.#limit };
    return this.#spool;
  }

  #spoolOut(view: Uint8Array, position: number): void {
    const { file, start } = this.#openSpool();
    file.write([view], position - start);
  }

  async #flushSpool({ file, start }: { readonly file: Spool; readonly start: number }, end: number): Promise<void> {
    const piece = new Uint8Array(PIECE_BYTE_LENGTH);
    for (let at = Math.max(start, this.#base); at < end; at += piece.length) {
      const bytes = piece.subarray(0, Math.min(piece.length, end - at));
      readPadded(file, bytes, at - start);
      await this.#options.writer.write(bytes);
    }
  }

  /** Moves what stands after `position` to the front of the memory. */
  #advance(spool: { readonly file: Spool; readonly start: number }, position: number): void {
    if (position < spool.start) {
      this.#memory.copyWithin(0, position - this.#base, spool.start - this.#base);
      this.#base = position;
      return;
    }
    const rest = this.#end - position;
    this.#base = position;
    // What is left in a spool keeps it: it ends with the first flush that leaves little enough for the memory.
    if (rest > this.#halfByteLength) return;
    this.#spool = undefined;
    if (rest > 0) {
      this.#reserve(this.#end);
      readPadded(spool.file, this.#memory.subarray(0, rest), position - spool.start);
    }
    spool.file.close();
  }
}

/** Reads what a file has; what it hasn't was never written, and is zero. */
function readPadded(file: Spool, target: Uint8Array, position: number): void {
  const count = Math.max(0, Math.min(target.length, file.byteLength - position));
  if (count > 0) file.read(target.subarray(0, count), position);
  target.fill(0, count);
}
