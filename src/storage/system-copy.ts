import {
  chmodSync,
  constants,
  copyFile,
  existsSync,
  fstatSync,
  openSync,
  statSync,
  truncateSync,
  unlinkSync,
} from 'node:fs';
import { promisify } from 'node:util';
import { stoppedError } from '../errors.js';
import type { ReadableFile } from './file.js';
import { ioError } from './system-error.js';

const POLL_MILLISECONDS = 2;

export interface SystemCopyOptions {
  readonly file: ReadableFile;
  /** Bytes of the file that the copy has, from the first on. */
  readonly byteLength: number;
  /** Permissions of the copy. */
  readonly mode: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Has the system copy the first bytes of a file to a path where nothing is: past this process's memory, and where the
 * file system knows how, by sharing the blocks.
 * @returns a descriptor of the copy to write by; `undefined` where the system doesn't copy this file, and nothing is left
 * @throws where the disk is full; LW_ABORTED; nothing is left either
 */
export async function copyBySystem(path: string, options: SystemCopyOptions): Promise<number | undefined> {
  const { file, byteLength, mode, signal } = options;
  if (!isAtItsPath(file)) return undefined;
  const copied = promisify(copyFile)(file.name, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  try {
    await orStopped(copied, signal);
    // Somebody may have put another file in its place meanwhile.
    if (!isAtItsPath(file)) throw new RangeError(`${file.name} was replaced`);
    chmodSync(path, mode);
    truncateSync(path, byteLength);
    return openSync(path, 'r+');
  } catch (error) {
    // A copy that is under way can't be stopped; what it writes to goes with its name.
    await begun(copied, path);
    removeIfThere(path);
    if (signal?.aborted || ioError('copy', path, error).code === 'LW_DISK_FULL') throw error;
    return undefined;
  }
}

/** Whether its name still leads to the file that was opened by it. */
function isAtItsPath({ name, descriptor }: ReadableFile): boolean {
  if (descriptor === undefined) return false;
  try {
    const named = statSync(name, { bigint: true });
    const opened = fstatSync(descriptor, { bigint: true });
    return named.ino === opened.ino && named.dev === opened.dev && named.size === opened.size;
  } catch {
    return false;
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It isn't there, or whoever looks for leftovers next finds it.
  }
}

/** Waits until the copy has ended, or its file is there. */
async function begun(copied: Promise<void>, path: string): Promise<void> {
  let isEnded = false;
  const end = () => {
    isEnded = true;
  };
  copied.then(end, end);
  do await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
  while (!isEnded && !existsSync(path));
}

function orStopped<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(stoppedError(signal));
    if (signal?.aborted) return stop();
    signal?.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal?.removeEventListener('abort', stop));
  });
}
