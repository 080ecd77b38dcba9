import { closeSync, read, write } from 'node:fs';
import { stoppedError } from '../errors.js';
import type { ByteReader, ByteWriter } from './file.js';
import { openInterruptibly } from './open.js';
import { ioError, systemErrorCode } from './system-error.js';

/** How long to wait before asking a non-blocking descriptor again. */
const RETRY_MILLISECONDS = 1;

/**
 * Reads a pipe or a device in order. Reads wait on another thread, so that signals are heard meanwhile; the run's own
 * ends the wait with LW_ABORTED.
 */
export class PipeReader implements ByteReader {
  readonly name: string;
  readonly #fd: number;
  readonly #signal: AbortSignal | undefined;

  constructor(fd: number, name: string, signal?: AbortSignal) {
    this.#fd = fd;
    this.name = name;
    this.#signal = signal;
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
      this.#signal,
    );
  }
}

/** Writes a pipe or a device in order. The run's signal ends the wait for a slow reader with LW_ABORTED. */
export class PipeWriter implements ByteWriter {
  readonly name: string;
  readonly #fd: number;
  readonly #signal: AbortSignal | undefined;
  #byteLength = 0;

  /** Opens a named pipe, once somebody reads it, or a device. */
  static async open(path: string, signal?: AbortSignal): Promise<PipeWriter> {
    return new PipeWriter(await openInterruptibly(path, 'write', signal), path, signal);
  }

  constructor(fd: number, name: string, signal?: AbortSignal) {
    this.#fd = fd;
    this.name = name;
    this.#signal = signal;
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
      this.#signal,
    );
  }
}

type Settle = (error: NodeJS.ErrnoException | null, count: number) => void;

/** A descriptor that its owner made non-blocking answers EAGAIN where another would wait. */
function retryWhileBusy(
  attempt: (settle: Settle) => void,
  fail: (error: unknown) => Error,
  signal: AbortSignal | undefined,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(stoppedError(signal));
    if (signal?.aborted) return stop();
    signal?.addEventListener('abort', stop, { once: true });
    const settle: Settle = (error, count) => {
      if (systemErrorCode(error) === 'EAGAIN' && !signal?.aborted) {
        setTimeout(() => attempt(settle), RETRY_MILLISECONDS);
        return;
      }
      signal?.removeEventListener('abort', stop);
      if (error === null) resolve(count);
      else if (systemErrorCode(error) === 'EOF') resolve(0);
      else reject(fail(error));
    };
    attempt(settle);
  });
}
