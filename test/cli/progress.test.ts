import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createProgressDisplay } from '../../src/cli/progress.js';
import type { Progress } from '../../src/index.js';

const { isTTY } = process.stderr;
let written: string[] = [];

beforeEach(() => {
  written = [];
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
});

afterEach(() => {
  vi.restoreAllMocks();
  process.stderr.isTTY = isTTY;
});

/** Progress of a run of 100 seconds. */
function after(elapsedSeconds: number): Progress {
  return {
    rowsDone: elapsedSeconds * 1000,
    rowsTotal: 100_000,
    bytesRead: elapsedSeconds * 1e6,
    bytesTotal: 100e6,
    bytesWritten: elapsedSeconds * 1e6,
    elapsedSeconds,
  };
}

describe('progress', () => {
  it.each(['auto', 'plain'] as const)('is a line every ten seconds where %s is no terminal', (mode) => {
    process.stderr.isTTY = false;
    const display = createProgressDisplay(mode);
    for (const seconds of [0.6, 9.9, 10, 12, 19.9, 25, 34.9, 35]) display.update(after(seconds));
    display.stop();
    expect(written).toEqual([
      '10% of 100,000 rows, 1.00 MB/s, 1 min 30 s left\n',
      '25% of 100,000 rows, 1.00 MB/s, 1 min 15 s left\n',
      '35% of 100,000 rows, 1.00 MB/s, 1 min 05 s left\n',
    ]);
  });

  it('is lines on a terminal where they are asked for', () => {
    process.stderr.isTTY = true;
    const display = createProgressDisplay('plain');
    display.update(after(10));
    display.stop();
    expect(written).toEqual(['10% of 100,000 rows, 1.00 MB/s, 1 min 30 s left\n']);
  });

  it('is a bar on a terminal, which goes away', async () => {
    process.stderr.isTTY = true;
    const display = createProgressDisplay('auto');
    display.update(after(0.4));
    display.update(after(50));
    await vi.waitFor(() => expect(written.join('')).toContain('50% of 100,000 rows, 1.00 MB/s, 50.0 s left'));
    expect(written.join('')).toContain('████████████░░░░░░░░░░░░ 50%');
    written = [];
    display.stop();
    expect(written.at(-1)).toBe('\u001b[2K');
    written = [];
    display.update(after(60));
    display.stop();
    expect(written).toEqual([]);
  });

  it('is nothing for a short run', () => {
    process.stderr.isTTY = true;
    const display = createProgressDisplay('auto');
    display.update(after(0.4));
    display.stop();
    expect(written).toEqual([]);
  });

  it('is nothing when off', () => {
    const display = createProgressDisplay('off');
    display.update(after(99));
    display.stop();
    expect(written).toEqual([]);
  });
});
