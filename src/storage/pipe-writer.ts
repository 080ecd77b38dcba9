import { closeSync, write } from 'node:fs';
import type { ByteWriter } from './file.js';
import { openInterruptibly } from './open.js';
import { retryWhileBusy } from './retry.js';
import { ioError } from './system-error.js';

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
