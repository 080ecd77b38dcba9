import { closeSync, fstatSync, read } from 'node:fs';
import { type ConnectOpts, Socket, type SocketConstructorOpts } from 'node:net';
import { stoppedError } from '../errors.js';
import type { ByteReader } from './file.js';
import { retryWhileBusy } from './retry.js';
import { ioError } from './system-error.js';

/** What a pipe holds: no read yields more. */
const PIPE_CAPACITY = 1 << 16;

/** Opens a descriptor for reading in order; the run's signal ends the wait for whoever writes with LW_ABORTED. */
export function createPipeReader(fd: number, name: string, signal?: AbortSignal): ByteReader {
  const stats = fstatSync(fd);
  return stats.isFIFO() || stats.isSocket() ? new PipeReader(fd, name, signal) : new DeviceReader(fd, name, signal);
}

/** A pipe or a socket: the event loop tells when there is something to read, so that no thread waits. */
class PipeReader implements ByteReader {
  readonly name: string;
  readonly #signal: AbortSignal | undefined;
  readonly #socket: Socket;
  /** Has come and not been asked for yet; the socket is paused until it has been taken. */
  #rest: Uint8Array = new Uint8Array(0);
  #isEnded = false;
  #failure: Error | undefined;
  #onChange: (() => void) | undefined;

  constructor(fd: number, name: string, signal: AbortSignal | undefined) {
    this.name = name;
    this.#signal = signal;
    const changed = () => this.#onChange?.();
    const options: SocketConstructorOpts & ConnectOpts = {
      fd,
      writable: false,
      onread: {
        buffer: new Uint8Array(PIPE_CAPACITY),
        callback: (byteLength, buffer) => {
          this.#rest = buffer.subarray(0, byteLength);
          changed();
          return this.#rest.length === 0;
        },
      },
    };
    this.#socket = new Socket(options);
    this.#socket.once('end', () => {
      this.#isEnded = true;
      changed();
    });
    this.#socket.once('error', (error) => {
      this.#failure = ioError('read', name, error);
      changed();
    });
  }

  read(target: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      const signal = this.#signal;
      let done = 0;
      const settle = (finish: () => void) => {
        this.#onChange = undefined;
        signal?.removeEventListener('abort', take);
        finish();
      };
      const take = () => {
        const taken = this.#rest.subarray(0, target.length - done);
        target.set(taken, done);
        done += taken.length;
        this.#rest = this.#rest.subarray(taken.length);
        if (signal?.aborted) settle(() => reject(stoppedError(signal)));
        else if (this.#failure !== undefined) settle(() => reject(this.#failure));
        else if (done === target.length || this.#isEnded) settle(() => resolve(done));
      };
      this.#onChange = take;
      signal?.addEventListener('abort', take, { once: true });
      take();
      if (this.#onChange === take) this.#socket.resume();
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Anything else that has no positions, a terminal for one: reads wait on another thread. */
class DeviceReader implements ByteReader {
  readonly name: string;
  readonly #fd: number;
  readonly #signal: AbortSignal | undefined;

  constructor(fd: number, name: string, signal: AbortSignal | undefined) {
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

  close(): void {
    // The standard descriptors are the process's.
    if (this.#fd > 2) closeSync(this.#fd);
  }

  #readSome(target: Uint8Array, done: number): Promise<number> {
    return retryWhileBusy(
      (settle) => read(this.#fd, target, done, target.byteLength - done, null, settle),
      (error) => ioError('read', this.name, error),
      this.#signal,
    );
  }
}
