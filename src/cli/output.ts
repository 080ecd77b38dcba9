/** Writes to standard output. Whoever reads may leave early (`| head`): then the rest isn't wanted, and no error. */
export function print(text: string): void {
  ignoreClosedPipe(process.stdout);
  process.stdout.write(text);
}

/** Writes to standard error. */
export function printError(text: string): void {
  ignoreClosedPipe(process.stderr);
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

function ignoreClosedPipe(stream: NodeJS.WriteStream): void {
  if (stream.listeners('error').includes(throwUnlessClosedPipe)) return;
  stream.on('error', throwUnlessClosedPipe);
}

function throwUnlessClosedPipe(error: Error): void {
  if (!isClosedPipe(error)) throw error;
}
