import { closeSync, openSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Spool } from './file.js';
import { uniqueWord } from './leftovers.js';
import { readFully } from './reading.js';
import { ioError } from './system-error.js';
import { writeFully } from './writing.js';

/**
 * Makes a spool in a folder. Its name is taken away at once, so that nothing is left behind however the process ends.
 * @throws LW_IO, LW_DISK_FULL
 */
export function openSpool(folder: string): Spool {
  const path = join(folder, `.lanewise-spool-${process.pid}-${uniqueWord()}`);
  try {
    const fd = openSync(path, 'wx+', 0o600);
    unlinkSync(path);
    return new UnnamedFile(fd, `temporary file in ${folder}`);
  } catch (error) {
    throw ioError('make a temporary file in', folder, error);
  }
}

class UnnamedFile implements Spool {
  readonly name: string;
  readonly #fd: number;
  #byteLength = 0;

  constructor(fd: number, name: string) {
    this.#fd = fd;
    this.name = name;
  }

  get byteLength(): number {
    return this.#byteLength;
  }

  read(target: Uint8Array, position: number): void {
    readFully(this.#fd, this.name, target, position);
  }

  write(views: readonly Uint8Array[], position: number): void {
    const count = writeFully(this.#fd, this.name, views, position);
    this.#byteLength = Math.max(this.#byteLength, position + count);
  }

  close(): void {
    closeSync(this.#fd);
  }
}
