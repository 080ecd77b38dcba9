import { readSync } from 'node:fs';
import { LanewiseError } from '../errors.js';
import { ioError } from './system-error.js';

/** The largest count that one read call takes. */
const READ_LIMIT = 2 ** 30;

/**
 * Fills `target` with the bytes of an open file from `position` on. Any thread may: a descriptor is the process's.
 * @throws LW_CORRUPT_INPUT where the file ends before, LW_IO where the system refuses
 */
export function readFully(descriptor: number, name: string, target: Uint8Array, position: number): void {
  let done = 0;
  while (done < target.byteLength) {
    const count = readSome(descriptor, name, target, done, position + done);
    if (count === 0) {
      throw new LanewiseError(
        'LW_CORRUPT_INPUT',
        `${name} ends at byte ${position + done}, before byte ${position + target.byteLength} that its metadata names; it is truncated`,
      );
    }
    done += count;
  }
}

function readSome(descriptor: number, name: string, target: Uint8Array, done: number, position: number): number {
  try {
    return readSync(descriptor, target, done, Math.min(target.byteLength - done, READ_LIMIT), position);
  } catch (error) {
    throw ioError('read', name, error);
  }
}
