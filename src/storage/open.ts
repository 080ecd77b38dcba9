import { close, open } from 'node:fs';
import { stoppedError } from '../errors.js';
import { ioError } from './system-error.js';

const FLAGS = { open: 'r', write: 'w' } as const;

/**
 * Opens a path on another thread: a named pipe opens only when its other end does, and signals have to be heard until then.
 * @returns the file descriptor
 * @throws LW_IO; LW_ABORTED
 */
export function openInterruptibly(
  path: string,
  action: 'open' | 'write',
  signal: AbortSignal | undefined,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(stoppedError(signal));
    if (signal?.aborted) return stop();
    signal?.addEventListener('abort', stop, { once: true });
    open(path, FLAGS[action], (error, fd) => {
      signal?.removeEventListener('abort', stop);
      if (error !== null) reject(ioError(action, path, error));
      else if (signal?.aborted) close(fd);
      else resolve(fd);
    });
  });
}
