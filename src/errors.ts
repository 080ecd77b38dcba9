/**
 * Every error that Lanewise raises on purpose. `code` is stable and documented in docs/errors.md; match on it, not on
 * the message. The message is one line: what is wrong, where, both numbers, and what to do next.
 */
export class LanewiseError extends Error {
  override readonly name = 'LanewiseError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** What a caller may want to tell apart, with the exit status of the command for it. */
export const EXIT_STATUS_BY_CODE = {
  /** The command line or an option is malformed or out of range. */
  LW_USAGE: 2,
  /** A transform doesn't parse. */
  LW_TRANSFORM_SYNTAX: 2,
  LW_UNKNOWN_FUNCTION: 2,
  LW_UNKNOWN_PARAMETER: 2,
  LW_PARAMETER_RANGE: 2,
  /** A selector matches no column. */
  LW_NO_SUCH_COLUMN: 2,
  /** A column's type can't be transformed. */
  LW_COLUMN_TYPE: 2,
  /** Two outputs, or an output and an untouched column, would have the same name. */
  LW_TARGET_COLLISION: 2,
  /** The output exists, or is the input, and `overwrite` isn't set. */
  LW_OUTPUT_EXISTS: 2,
  /** The memory budget can't hold what the plan needs. */
  LW_MEMORY_BUDGET: 2,
  /** The combination asked for isn't possible (a codec the output format doesn't know, for one). */
  LW_UNSUPPORTED_OPTION: 2,
  /** The input isn't a file of a known format. */
  LW_NOT_COLUMNAR: 1,
  /** The input is damaged: truncated, or its metadata contradicts itself or the file's size. */
  LW_CORRUPT_INPUT: 1,
  /** The input is valid but uses a feature that Lanewise doesn't read (big-endian, encrypted, external chunks). */
  LW_UNSUPPORTED_INPUT: 1,
  /** The operating system refused to read or write. */
  LW_IO: 1,
  LW_DISK_FULL: 1,
  /** A worker thread died. */
  LW_WORKER_FAILED: 1,
  /** A defect of Lanewise itself. */
  LW_INTERNAL: 1,
  /** Stopped by a signal or an AbortSignal. */
  LW_ABORTED: 130,
} as const;

export type ErrorCode = keyof typeof EXIT_STATUS_BY_CODE;

/** What a run that its signal has stopped ends with. */
export function stoppedError(signal: AbortSignal | undefined): LanewiseError {
  return new LanewiseError('LW_ABORTED', 'stopped before the end; no output was written', { cause: signal?.reason });
}

/** An error as plain data, for the way between threads, where classes don't survive. */
export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
}

export function toWireError(error: unknown): WireError {
  if (error instanceof LanewiseError) return { code: error.code, message: error.message };
  return { code: 'LW_INTERNAL', message: error instanceof Error ? error.message : String(error) };
}

export function fromWireError({ code, message }: WireError): LanewiseError {
  return new LanewiseError(code, message);
}
