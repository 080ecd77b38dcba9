import type { SingleBar } from 'cli-progress';
import type { Progress } from '../index.js';
import { printError } from './output.js';
import { formatBytes, formatCount, formatCountOf, formatSeconds } from './units.js';

export type ProgressMode = 'auto' | 'plain' | 'off';

/** A run that is over sooner than this shows no progress, and needn't load the library that draws it. */
const SHOWN_AFTER_SECONDS = 0.5;
const SECONDS_BETWEEN_LINES = 10;
const SECONDS_BETWEEN_REDRAWS = 0.1;

/** Shows on standard error how far a run has come. */
export interface ProgressDisplay {
  update(progress: Progress): void;
  /** Takes the bar away. */
  stop(): void;
}

/** `auto` is a bar on a terminal and lines elsewhere. */
export function createProgressDisplay(mode: ProgressMode): ProgressDisplay {
  if (mode === 'off') return { update() {}, stop() {} };
  if (mode === 'plain' || !process.stderr.isTTY) return new ProgressLines();
  return new ProgressBar();
}

class ProgressLines implements ProgressDisplay {
  #nextAt = SECONDS_BETWEEN_LINES;

  update(progress: Progress): void {
    if (progress.elapsedSeconds < this.#nextAt) return;
    this.#nextAt = progress.elapsedSeconds + SECONDS_BETWEEN_LINES;
    printError(`${progressText(progress)}\n`);
  }

  stop(): void {}
}

class ProgressBar implements ProgressDisplay {
  #bar: SingleBar | undefined;
  #nextAt = SHOWN_AFTER_SECONDS;
  #state: 'waiting' | 'loading' | 'shown' | 'stopped' = 'waiting';

  update(progress: Progress): void {
    if (progress.elapsedSeconds < this.#nextAt) return;
    this.#nextAt = progress.elapsedSeconds + SECONDS_BETWEEN_REDRAWS;
    if (this.#state === 'waiting') void this.#show(progress);
    this.#bar?.update(shareDone(progress) ?? 0, { text: progressText(progress) });
  }

  stop(): void {
    this.#state = 'stopped';
    this.#bar?.stop();
  }

  async #show(progress: Progress): Promise<void> {
    this.#state = 'loading';
    const {
      default: { Format, SingleBar },
    } = await import('cli-progress');
    if (this.#state !== 'loading') return;
    this.#state = 'shown';
    this.#bar = new SingleBar({
      stream: process.stderr,
      barsize: 24,
      barCompleteChar: '█',
      barIncompleteChar: '░',
      clearOnComplete: true,
      // A process that is made to end at once couldn't give them back.
      hideCursor: null,
      linewrap: null,
      format: (options, { progress: share, total }, { text }: { readonly text: string }) =>
        total === 0 ? text : `${Format.BarFormat(share, options)} ${text}`,
    });
    const share = shareDone(progress);
    this.#bar.start(share === undefined ? 0 : 1, share ?? 0, { text: progressText(progress) });
  }
}

/** `42% of 10,000,000 rows, 410 MB/s, 3.20 s left`; where the rows aren't known, of the input's bytes. */
export function progressText(progress: Progress): string {
  const { rowsDone, rowsTotal, bytesRead, bytesTotal, elapsedSeconds } = progress;
  const rate = `${formatBytes(elapsedSeconds > 0 ? bytesRead / elapsedSeconds : 0)}/s`;
  const share = shareDone(progress);
  if (share === undefined) return `${formatCount(rowsDone)} rows, ${rate}`;
  const whole = rowsTotal === undefined ? formatBytes(bytesTotal ?? 0) : formatCountOf(rowsTotal, 'row');
  const done = `${Math.floor(100 * share)}% of ${whole}, ${rate}`;
  return share > 0 ? `${done}, ${formatSeconds(elapsedSeconds / share - elapsedSeconds)} left` : done;
}

/** From 0 to 1; `undefined` where the input's length isn't known. */
function shareDone({ rowsDone, rowsTotal, bytesRead, bytesTotal }: Progress): number | undefined {
  if (rowsTotal !== undefined && rowsTotal > 0) return Math.min(1, rowsDone / rowsTotal);
  if (bytesTotal !== undefined && bytesTotal > 0) return Math.min(1, bytesRead / bytesTotal);
  return undefined;
}
