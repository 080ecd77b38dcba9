import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** How long the process may take to end by itself once everything is put away. */
const GRACE_MILLISECONDS = 100;

/** Turns the first signal that asks the process to end into an abort; a second one ends it at once. */
export interface SignalAbort {
  readonly signal: AbortSignal;
  /** The exit status that shells expect after the signal: 128 and its number. `undefined` before one has come. */
  exitStatus(): number | undefined;
  /** To be called when everything is put away: has the process end even where it still waits for a pipe. */
  end(): void;
}

export function abortOnSignals(): SignalAbort {
  const controller = new AbortController();
  let received: NodeJS.Signals | undefined;
  for (const name of SIGNALS) {
    process.on(name, () => {
      if (received !== undefined) die(name);
      received = name;
      controller.abort();
    });
  }
  return {
    signal: controller.signal,
    exitStatus: () => (received === undefined ? undefined : 128 + constants.signals[received]),
    end() {
      const name = received;
      if (name !== undefined) setTimeout(() => die(name), GRACE_MILLISECONDS).unref();
    },
  };
}

/** Ends the process as the signal does by default: `process.exit` would wait for a read or a write that waits itself. */
function die(name: NodeJS.Signals): void {
  process.removeAllListeners(name);
  process.kill(process.pid, name);
}
