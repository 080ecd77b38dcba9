import {
  closeSync,
  fchmodSync,
  fdatasync,
  fstatSync,
  fsync,
  linkSync,
  lstatSync,
  openSync,
  readlinkSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { LanewiseError } from '../errors.js';
import type { ReadableFile, WritableFile } from './file.js';
import { claimTemporary, releaseTemporary, removeLeftovers, temporaryPath } from './leftovers.js';
import { copyBySystem } from './system-copy.js';
import { ioError, systemErrorCode } from './system-error.js';
import { writeFully } from './writing.js';

export interface OutputFileOptions {
  /** Whether a file of that name may be replaced. */
  readonly overwrite: boolean;
  /** Whether the bytes must have reached the disk before the file gets its name. */
  readonly sync: boolean;
}

/** Bytes written between two background syncs: enough for the disk to stream, little enough to leave a short last one. */
const SYNC_STRIDE_BYTES = 32 * 2 ** 20;

/**
 * An output that appears under its name whole or not at all: it is written to a hidden temporary file in the same
 * folder, synced, and renamed. While it is being written a background sync follows the writes.
 */
export class OutputFile implements WritableFile {
  readonly name: string;
  readonly #path: string;
  readonly #temporary: string;
  #fd: number;
  readonly #options: OutputFileOptions;
  #byteLength = 0;
  #unsyncedBytes = 0;
  #backgroundSync: Promise<void> | undefined;
  #syncError: unknown;
  #state: 'open' | 'closed' | 'committed' = 'open';

  /**
   * @throws LW_OUTPUT_EXISTS where the file exists and may not be replaced; LW_IO, LW_DISK_FULL
   */
  static create(path: string, options: OutputFileOptions): OutputFile {
    const target = followLinks(path);
    const existing = checkTarget(path, target, options.overwrite);
    removeLeftovers(target);
    const temporary = temporaryPath(target);
    let fd: number;
    try {
      fd = openSync(temporary, 'wx', 0o666);
    } catch (error) {
      throw ioError('write', path, error);
    }
    claimTemporary(temporary);
    if (existing !== undefined) fchmodSync(fd, existing.mode & 0o7777);
    return new OutputFile(path, target, temporary, fd, options);
  }

  private constructor(name: string, path: string, temporary: string, fd: number, options: OutputFileOptions) {
    this.name = name;
    this.#path = path;
    this.#temporary = temporary;
    this.#fd = fd;
    this.#options = options;
  }

  /** The end of what has been written. */
  get byteLength(): number {
    return this.#byteLength;
  }

  /**
   * Has the file begin as another one does, before anything is written, if the system can copy that.
   * @returns whether it could
   * @throws LW_DISK_FULL, LW_IO; LW_ABORTED
   */
  async copyFrom(file: ReadableFile, byteLength: number, signal?: AbortSignal): Promise<boolean> {
    const mode = fstatSync(this.#fd).mode & 0o7777;
    // Blocks are shared only with a file that the copying makes.
    this.#close();
    try {
      unlinkSync(this.#temporary);
      const copy = await copyBySystem(this.#temporary, { file, byteLength, mode, signal });
      this.#fd = copy ?? openSync(this.#temporary, 'wx', mode);
      this.#state = 'open';
      if (copy === undefined) {
        fchmodSync(this.#fd, mode);
        return false;
      }
    } catch (error) {
      throw ioError('write', this.name, error);
    }
    this.#byteLength = byteLength;
    return true;
  }

  get descriptor(): number {
    return this.#fd;
  }

  write(views: readonly Uint8Array[], position: number): void {
    this.noteWritten(writeFully(this.#fd, this.name, views, position), position);
  }

  noteWritten(byteLength: number, position: number): void {
    if (this.#syncError !== undefined) throw ioError('write', this.name, this.#syncError);
    this.#byteLength = Math.max(this.#byteLength, position + byteLength);
    this.#unsyncedBytes += byteLength;
    if (this.#options.sync && this.#unsyncedBytes >= SYNC_STRIDE_BYTES && this.#backgroundSync === undefined) {
      this.#unsyncedBytes = 0;
      this.#backgroundSync = promisify(fdatasync)(this.#fd)
        .catch((error: unknown) => {
          this.#syncError = error;
        })
        .finally(() => {
          this.#backgroundSync = undefined;
        });
    }
  }

  /** Gives the file its name, after its bytes have reached the disk where that was asked for. */
  async commit(): Promise<void> {
    try {
      await this.#backgroundSync;
      if (this.#syncError !== undefined) throw this.#syncError;
      if (this.#options.sync) await promisify(fsync)(this.#fd);
      this.#publish();
      this.#close();
      this.#state = 'committed';
      releaseTemporary(this.#temporary);
      if (this.#options.sync) await syncFolder(dirname(this.#path));
    } catch (error) {
      throw ioError('write', this.name, error);
    }
  }

  #publish(): void {
    if (this.#options.overwrite) {
      renameSync(this.#temporary, this.#path);
      return;
    }
    try {
      // Unlike a rename, a link never replaces a file that somebody made meanwhile.
      linkSync(this.#temporary, this.#path);
      unlinkSync(this.#temporary);
    } catch (error) {
      if (systemErrorCode(error) === 'EEXIST') throw outputExists(this.name);
      // Some file systems know no hard links.
      renameSync(this.#temporary, this.#path);
    }
  }

  /** Removes what was written. Does nothing after a commit that succeeded. */
  async discard(): Promise<void> {
    if (this.#state === 'committed') return;
    await this.#backgroundSync;
    this.#close();
    try {
      unlinkSync(this.#temporary);
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT') throw ioError('remove', this.#temporary, error);
    }
    releaseTemporary(this.#temporary);
  }

  #close(): void {
    if (this.#state === 'open') closeSync(this.#fd);
    this.#state = 'closed';
  }
}

/** Whether a path leads to something that is neither a regular file nor a folder: a named pipe or a device. */
export function isDevice(path: string): boolean {
  let stats: Stats | undefined;
  try {
    stats = statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw ioError('write', path, error);
  }
  return stats !== undefined && !stats.isFile() && !stats.isDirectory();
}

function checkTarget(path: string, target: string, overwrite: boolean): Stats | undefined {
  let existing: Stats | undefined;
  try {
    existing = statSync(target, { throwIfNoEntry: false });
  } catch (error) {
    throw ioError('write', path, error);
  }
  if (existing?.isDirectory()) {
    throw new LanewiseError('LW_IO', `cannot write ${path}: it is a folder; name a file`);
  }
  if (existing !== undefined && !overwrite) throw outputExists(path);
  return existing;
}

function outputExists(path: string): LanewiseError {
  return new LanewiseError(
    'LW_OUTPUT_EXISTS',
    `${path} exists; choose another name or allow it to be replaced with --overwrite`,
  );
}

/** An output that is a symbolic link is written where the link leads. */
function followLinks(path: string): string {
  try {
    let target = resolve(path);
    for (let hops = 0; hops < 40; hops++) {
      if (!lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink()) return target;
      target = resolve(dirname(target), readlinkSync(target));
    }
  } catch (error) {
    throw ioError('write', path, error);
  }
  throw new LanewiseError('LW_IO', `cannot write ${path}: its symbolic links go round in a circle`);
}

async function syncFolder(folder: string): Promise<void> {
  let fd: number;
  try {
    fd = openSync(folder, 'r');
  } catch {
    // Windows opens no folders, and orders their updates by itself.
    return;
  }
  try {
    await promisify(fsync)(fd);
  } finally {
    closeSync(fd);
  }
}
