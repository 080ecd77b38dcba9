import { writeSync, writevSync } from 'node:fs';
import { LanewiseError } from '../errors.js';
import { ioError } from './system-error.js';

/** Writes views back to back from `position` on, however many calls the system takes for it; returns the bytes. */
export function writeFully(fd: number, name: string, views: readonly Uint8Array[], position: number): number {
  let total = 0;
  for (const view of views) total += view.byteLength;
  let done = writeSome(fd, name, views, position);
  if (done < total) {
    let start = 0;
    for (const view of views) {
      while (done < start + view.byteLength) {
        done += writeSome(fd, name, [view.subarray(done - start)], position + done);
      }
      start += view.byteLength;
    }
  }
  return total;
}

function writeSome(fd: number, name: string, views: readonly Uint8Array[], position: number): number {
  const [first] = views;
  if (first === undefined) return 0;
  try {
    const count =
      views.length === 1
        ? writeSync(fd, first, 0, first.byteLength, position)
        : writevSync(fd, views as Uint8Array[], position);
    if (count > 0 || views.every((view) => view.byteLength === 0)) return count;
  } catch (error) {
    throw ioError('write', name, error);
  }
  throw new LanewiseError('LW_IO', `cannot write ${name}: the system took 0 bytes at position ${position}`);
}
