import { closeSync, fstatSync, readSync, type Stats } from 'node:fs';
import { LanewiseError } from '../errors.js';
import type { ByteReader, ReadableFile } from './file.js';
import { openInterruptibly } from './open.js';
import { PipeReader } from './pipe.js';
import { ioError } from './system-error.js';

/** What a path leads to: bytes by position, or bytes that come once. */
export type OpenInput =
  | { readonly kind: 'file'; readonly file: LocalFile }
  | { readonly kind: 'pipe'; readonly reader: ByteReader };

/** Opens a path for reading; a named pipe or a device is read as a pipe. */
export async function openInput(path: string, signal?: AbortSignal): Promise<OpenInput> {
  const fd = await openInterruptibly(path, 'open', signal);
  const stats = fstatSync(fd);
  if (stats.isDirectory()) {
    closeSync(fd);
    throw new LanewiseError('LW_IO', `cannot open ${path}: it is a folder; name a file`);
  }
  return stats.isFile()
    ? { kind: 'file', file: new LocalFile(fd, path, stats) }
    : { kind: 'pipe', reader: new PipeReader(fd, path, signal) };
}

/** The largest count that one read call takes. */
const READ_LIMIT = 2 ** 30;

export class LocalFile implements ReadableFile {
  readonly name: string;
  readonly byteLength: number;
  /** Device and inode, by which two paths to one file are told. */
  readonly identity: string;
  readonly #fd: number;

  constructor(fd: number, name: string, stats: Stats) {
    this.#fd = fd;
    this.name = name;
    this.byteLength = stats.size;
    this.identity = `${stats.dev}:${stats.ino}`;
  }

  read(target: Uint8Array, position: number): void {
    let done = 0;
    while (done < target.byteLength) {
      const count = this.#readSome(target, done, position + done);
      if (count === 0) {
        throw new LanewiseError(
          'LW_CORRUPT_INPUT',
          `${this.name} ends at byte ${position + done}, before byte ${position + target.byteLength} that its metadata names; it is truncated`,
        );
      }
      done += count;
    }
  }

  #readSome(target: Uint8Array, done: number, position: number): number {
    try {
      return readSync(this.#fd, target, done, Math.min(target.byteLength - done, READ_LIMIT), position);
    } catch (error) {
      throw ioError('read', this.name, error);
    }
  }

  close(): void {
    closeSync(this.#fd);
  }
}
