import { closeSync, openSync, read, write } from 'node:fs';
import type { ByteReader, ByteWriter } from './file.js';
import { ioError, systemErrorCode } from './system-error.js';

/** How long to wait before asking a non-blocking descriptor again. */
const RETRY_MILLISECONDS = 1;

/** Reads a pipe or a device in order. Reads wait on another thread, so that signals are heard meanwhile. */
export class PipeReader implements ByteReader {
  readonly name: string;
  readonly #fd: number;

  constructor(fd: number, name: string) {
    this.#fd = fd;
    this.name = name;
  }

  async read(target: Uint8Array): Promise<number> {
    let done = 0;
    while (done < target.byteLength) {
      const count = await this.#readSome(target, done);
      if (count === 0) break;
      done += count;
    }
    return done;
  }

  #readSome(target: Uint8Array, done: number): Promise<number> {
    return retryWhileBusy(
      (settle) => read(this.#fd, target, done, target.byteLength - done, null, settle),
      (error) => ioError('read', this.name, error),
    );
  }
}

/** Writes a pipe or a device in order. */
export class PipeWriter implements ByteWriter {
  readonly name: string;
  readonly #fd: number;

  #byteLength = 0;

  /** Opens a named pipe or a device. */
  static open(path: string): PipeWriter {
    try {
      return new PipeWriter(openSync(path, 'w'), path);
    } catch (error) {
      throw ioError('write', path, error);
    }
  }

  constructor(fd: number, name: string) {
    this.#fd = fd;
    this.name = name;
  }

  /** Bytes handed over so far. */
  get byteLength(): number {
    return this.#byteLength;
  }

  close(): void {
    // The standard descriptors are the process's.
    if (this.#fd > 2) closeSync(this.#fd);
  }

  async write(view: Uint8Array): Promise<void> {
    let done = 0;
    while (done < view.byteLength) {
      const count = await this.#writeSome(view, done);
      done += count;
      this.#byteLength += count;
    }
  }

  #writeSome(view: Uint8Array, done: number): Promise<number> {
    return retryWhileBusy(
      (settle) => write(this.#fd, view, done, view.byteLength - done, null, settle),
      (error) => ioError('write', this.name, error),
    );
  }
}

type Settle = (error: NodeJS.ErrnoException | null, count: number) => void;

/** A descriptor that its owner made non-blocking answers EAGAIN where another would wait. */
function retryWhileBusy(attempt: (settle: Settle) => void, fail: (error: unknown) => Error): Promise<number> {
  return new Promise((resolve, reject) => {
    const settle: Settle = (error, count) => {
      if (error === null) resolve(count);
      else if (systemErrorCode(error) === 'EAGAIN') setTimeout(() => attempt(settle), RETRY_MILLISECONDS);
      else if (systemErrorCode(error) === 'EOF') resolve(0);
      else reject(fail(error));
    };
    attempt(settle);
  });
}
