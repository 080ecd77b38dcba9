import type { ByteWriter, Spool, WritableFile } from '../../storage/file.js';

const FIRST_BYTE_LENGTH = 1 << 20;
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
 * skipped for zeros.
 *
 *     gone | base: in memory ··· | limit: in the spool ··· | end
 */
export class PipeWindow implements WritableFile {
  readonly #options: PipeWindowOptions;
  #memory = new Uint8Array(0);
  /** Position of the memory's first byte: all before it has gone. */
  #base = 0;
  /** Position after the last byte written. */
  #end = 0;
  #spool: { readonly file: Spool; readonly start: number } | undefined;

  constructor(options: PipeWindowOptions) {
    this.#options = options;
  }

  get name(): string {
    return this.#options.writer.name;
  }

  write(views: readonly Uint8Array[], position: number): void {
    let at = position;
    for (const view of views) {
      const inMemory = Math.max(0, Math.min(view.length, this.#limit - at));
      if (inMemory > 0) this.#store(view.subarray(0, inMemory), at);
      if (inMemory < view.length) this.#spoolOut(view.subarray(inMemory), at + inMemory);
      at += view.length;
    }
    this.#end = Math.max(this.#end, at);
  }

  /** Sends everything before `position`, all of which has been written. Meanwhile what stands after may be written. */
  async flush(position: number): Promise<void> {
    const { writer } = this.#options;
    const inMemory = Math.min(position, this.#limit) - this.#base;
    this.#reserve(inMemory);
    await writer.write(this.#memory.subarray(0, inMemory));
    if (this.#spool !== undefined) await this.#flushSpool(this.#spool, position);
    this.#advance(position, inMemory);
  }

  close(): void {
    this.#spool?.file.close();
    this.#spool = undefined;
  }

  get #limit(): number {
    return this.#spool?.start ?? this.#base + this.#options.windowByteLength;
  }

  #store(view: Uint8Array, position: number): void {
    const offset = position - this.#base;
    this.#reserve(offset + view.length);
    this.#memory.set(view, offset);
  }

  #reserve(byteLength: number): void {
    if (byteLength <= this.#memory.length) return;
    const wanted = Math.max(byteLength, 2 * this.#memory.length, FIRST_BYTE_LENGTH);
    const grown = new Uint8Array(Math.max(byteLength, Math.min(wanted, this.#options.windowByteLength)));
    grown.set(this.#memory);
    this.#memory = grown;
  }

  #spoolOut(view: Uint8Array, position: number): void {
    this.#spool ??= { file: this.#options.openSpool(), start: this.#limit };
    this.#spool.file.write([view], position - this.#spool.start);
  }

  async #flushSpool({ file, start }: { readonly file: Spool; readonly start: number }, end: number): Promise<void> {
    const piece = new Uint8Array(PIECE_BYTE_LENGTH);
    for (let at = Math.max(start, this.#base); at < end; at += piece.length) {
      const bytes = piece.subarray(0, Math.min(piece.length, end - at));
      readPadded(file, bytes, at - start);
      await this.#options.writer.write(bytes);
    }
  }

  /** Moves what stands after `position` to the front. */
  #advance(position: number, flushedInMemory: number): void {
    const spool = this.#spool;
    if (spool === undefined || position < spool.start) {
      const used = Math.min(this.#end, this.#limit) - this.#base;
      this.#memory.copyWithin(0, flushedInMemory, used);
      this.#memory.fill(0, Math.max(0, used - flushedInMemory), used);
      this.#base = position;
      return;
    }
    this.#memory.fill(0);
    const rest = Math.max(0, this.#end - position);
    this.#base = position;
    // What is left in a spool keeps it: it ends with the first flush that leaves little enough for the memory.
    if (rest > this.#options.windowByteLength) return;
    this.#spool = undefined;
    if (rest > 0) {
      this.#reserve(rest);
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
