import { EXIT_STATUS_BY_CODE, LanewiseError } from '../index.js';
import { isClosedPipe, printError } from './output.js';
import { oneLine } from './table.js';

/** Reports what went wrong as one line on standard error and returns the exit status for it. */
export function reportFailure(error: unknown): number {
  // Whoever read our standard output has left; that is their decision, not a failure.
  if (isClosedPipe(error)) return 0;
  const failure = error instanceof LanewiseError ? error : unexpected(error);
  printError(`lanewise: ${oneLine(failure.message)} [${failure.code}]\n`);
  if (process.env.LANEWISE_DEBUG === '1') printError(`${stacks(failure)}\n`);
  return EXIT_STATUS_BY_CODE[failure.code];
}

function unexpected(error: unknown): LanewiseError {
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const message = `internal error, please report it with the output of the same command under LANEWISE_DEBUG=1: ${reason}`;
  return new LanewiseError('LW_INTERNAL', message, { cause: error });
}

function stacks(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? String(error);
  return error.cause === undefined ? own : `${own}\ncaused by ${stacks(error.cause)}`;
}
