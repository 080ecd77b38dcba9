/**
 * Bytes by position. Reading and writing are synchronous: in the page cache a call costs less than the hand-over to
 * another thread. The coordinator calls; a worker reads by the descriptor what it is about to compute, and writes so what it
 * has computed where its place is known.
 */

/** Something that can be read anywhere: a local file, a spool file, or bytes held in memory. */
export interface ReadableFile {
  /** What messages call it. */
  readonly name: string;
  readonly byteLength: number;
  /** By which any thread may read it too; absent where the bytes aren't in a file, or not for long. */
  readonly descriptor?: number;
  /**
   * Fills `target` with the bytes from `position` on.
   * @throws LW_CORRUPT_INPUT where the file ends before, LW_IO where the system refuses.
   */
  read(target: Uint8Array, position: number): void;
  close(): void;
}

/** A file being written that nobody sees under its final name before `commit`. */
export interface WritableFile {
  readonly name: string;
  /** By which any thread may write it too, which is then told to `noteWritten`; absent where only `write` can. */
  readonly descriptor?: number;
  /**
   * Writes the views back to back from `position` on; the memory is the caller's again on return.
   * @throws LW_DISK_FULL, LW_IO
   */
  write(views: readonly Uint8Array[], position: number): void;
  /**
   * Told of bytes that were written by the descriptor.
   * @throws LW_DISK_FULL, LW_IO where they turn out not to have reached the disk
   */
  noteWritten?(byteLength: number, position: number): void;
}

/** Bytes that come once, in order: standard input. */
export interface ByteReader {
  readonly name: string;
  /** Fills `target` as far as there are bytes; resolves with how many, less than asked for only at the end. */
  read(target: Uint8Array): Promise<number>;
  close(): void;
}

/** Bytes that go once, in order: standard output. */
export interface ByteWriter {
  readonly name: string;
  /** Resolves when all of it was handed over; the memory is the caller's again then. */
  write(view: Uint8Array): Promise<void>;
}

/** A temporary file that has no name any more when it is made: for what must be read again but doesn't fit in memory. */
export interface Spool extends ReadableFile, WritableFile {
  readonly name: string;
}
