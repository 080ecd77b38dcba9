import { LanewiseError } from '../errors.js';

const FULL_DISK = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

const ADVICE: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'the name is too long',
  EPIPE: 'the reader of the pipe has gone',
  EIO: 'the device failed',
};

/** The code of a system error (`ENOENT`), or undefined for anything else that was thrown. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Turns what node:fs threw into a LanewiseError that says which file and why. */
export function ioError(action: string, name: string, error: unknown): LanewiseError {
  if (error instanceof LanewiseError) return error;
  const code = systemErrorCode(error);
  if (code !== undefined && FULL_DISK.has(code)) {
    return new LanewiseError(
      'LW_DISK_FULL',
      `cannot ${action} ${name}: no space left (${code}); free some or choose another folder`,
      {
        cause: error,
      },
    );
  }
  const reason =
    (code !== undefined ? ADVICE[code] : undefined) ?? (error instanceof Error ? error.message : String(error));
  return new LanewiseError('LW_IO', `cannot ${action} ${name}: ${reason}${code === undefined ? '' : ` (${code})`}`, {
    cause: error,
  });
}
