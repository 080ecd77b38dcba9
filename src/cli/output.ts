import { LanewiseError } from '../index.js';

/** Writes to standard output. Whoever reads may leave early (`| head`): then the rest isn't wanted, and no error. */
export function print(text: string): void {
  handleErrors(process.stdout, throwUnlessClosedPipe);
  process.stdout.write(text);
}

/** Writes to standard error. Where it can't be written there is nobody to tell. */
export function printError(text: string): void {
  handleErrors(process.stderr, ignore);
  process.stderr.write(text);
}

export function printJson(value: object, to: (text: string) => void): void {
  to(`${JSON.stringify(value, jsonValue, 2)}\n`);
}

/** JSON has no infinities and no NaN: as text they aren't lost. */
function jsonValue(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

export function isClosedPipe(error: unknown): boolean {
  return error instanceof Error && ('code' in error && error.code === 'EPIPE' ? true : isClosedPipe(error.cause));
}

function handleErrors(stream: NodeJS.WriteStream, handle: (error: NodeJS.ErrnoException) => void): void {
  if (!stream.listeners('error').includes(handle)) stream.on('error', handle);
}

function throwUnlessClosedPipe(cause: NodeJS.ErrnoException): void {
  if (isClosedPipe(cause)) return;
  const code = cause.code === 'ENOSPC' ? 'LW_DISK_FULL' : 'LW_IO';
  throw new LanewiseError(code, `cannot write to standard output: ${cause.message}`, { cause });
}

function ignore(): void {}
