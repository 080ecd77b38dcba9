import { stoppedError } from '../errors.js';
import { systemErrorCode } from './system-error.js';

/** How long to wait before asking a non-blocking descriptor again. */
const RETRY_MILLISECONDS = 1;

type Settle = (error: NodeJS.ErrnoException | null, count: number) => void;

/** A descriptor that its owner made non-blocking answers EAGAIN where another would wait. */
export function retryWhileBusy(
  attempt: (settle: Settle) => void,
  fail: (error: unknown) => Error,
  signal: AbortSignal | undefined,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(stoppedError(signal));
    if (signal?.aborted) return stop();
    signal?.addEventListener('abort', stop, { once: true });
    const settle: Settle = (error, count) => {
      if (systemErrorCode(error) === 'EAGAIN' && !signal?.aborted) {
        setTimeout(() => attempt(settle), RETRY_MILLISECONDS);
        return;
      }
      signal?.removeEventListener('abort', stop);
      if (error === null) resolve(count);
      else if (systemErrorCode(error) === 'EOF') resolve(0);
      else reject(fail(error));
    };
    attempt(settle);
  });
}
