import { closeSync, fstatSync, type Stats } from 'node:fs';
import { LanewiseError } from '../errors.js';
import type { ByteReader, ReadableFile } from './file.js';
import { openInterruptibly } from './open.js';
import { readFully } from './reading.js';

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
    : { kind: 'pipe', reader: await openPipe(fd, path, signal) };
}

/** Reads a descriptor in order; most runs read files, and don't load what this takes. */
export async function openPipe(fd: number, name: string, signal?: AbortSignal): Promise<ByteReader> {
  const { createPipeReader } = await import('./pipe-reader.js');
  return createPipeReader(fd, name, signal);
}

export class LocalFile implements ReadableFile {
  readonly name: string;
  readonly byteLength: number;
  readonly descriptor: number;

  constructor(descriptor: number, name: string, stats: Stats) {
    this.descriptor = descriptor;
    this.name = name;
    this.byteLength = stats.size;
  }

  read(target: Uint8Array, position: number): void {
    readFully(this.descriptor, this.name, target, position);
  }

  close(): void {
    closeSync(this.descriptor);
  }
}
