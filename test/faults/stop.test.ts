import { type ChildProcess, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { transform } from '../../src/index.js';
import { temporaryFolder } from '../cli/support.js';
import { digest } from '../e2e/support.js';
import { complaint, makeFolder, removeFolder, start, writeLargeStream } from './support.js';

let folder: string;
let input: string;
beforeAll(() => {
  folder = makeFolder();
  input = join(folder, 'in.arrows');
  writeLargeStream(input, 12);
});
afterAll(() => removeFolder(folder));

const stderr = expect.stringMatching(complaint('LW_ABORTED'));
const STOPPED = { status: 130, signal: null, stderr };
/** A process of which a thread still waits for a pipe when everything is put away dies by the signal itself. */
const STOPPED_WAITING = { status: null, signal: 'SIGINT', stderr };

/** Long enough for progress to be reported in its middle. */
const SLOW_TRANSFORMS = Array.from({ length: 6 }, (_, i) => `y${i} = gelu(tanh(gelu(x${i})))`);

/** Node itself catches SIGINT from its start; SIGHUP is caught when the command does. */
const SIGHUP_BIT = 1n;

/** Waits until a process catches signals, and then for long enough that it has come to its pipe. */
async function untilSignalsAreHeard({ pid }: ChildProcess): Promise<void> {
  const caught = () => BigInt(`0x${/^SigCgt:\s*(\w+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]}`);
  while ((caught() & SIGHUP_BIT) === 0n) await setTimeout(5);
  await setTimeout(200);
}

describe.skipIf(process.platform !== 'linux')('Ctrl-C ends a run that waits', () => {
  it('for standard input', async () => {
    const { child, end } = start(
      ['apply', '-', '-o', join(folder, 'out.arrow'), '-t', 'sigmoid(x0)'],
      ['pipe', 'ignore'],
    );
    await untilSignalsAreHeard(child);
    child.kill('SIGINT');
    expect(await end).toEqual(STOPPED);
    expect(readdirSync(folder)).toEqual(['in.arrows']);
  });

  it('for somebody to open a named pipe', async () => {
    const path = join(temporaryFolder(), 'fifo');
    execFileSync('mkfifo', [path]);
    for (const args of [
      ['apply', path, '-o', join(folder, 'out.arrow'), '-t', 'sigmoid(x0)'],
      ['apply', input, '-o', path, '--to', 'arrows', '-t', 'sigmoid(x0)'],
    ]) {
      const { child, end } = start(args);
      await untilSignalsAreHeard(child);
      child.kill('SIGINT');
      expect(await end).toEqual(STOPPED_WAITING);
    }
    expect(readdirSync(folder)).toEqual(['in.arrows']);
  });

  it('for the reader of standard output', async () => {
    const { child, end } = start(['apply', input, '-o', '-', '-t', 'sigmoid(x0)'], ['ignore', 'pipe']);
    await once(child.stdout!, 'readable');
    // Nobody takes what comes: a record batch is more than the pipe holds.
    await setTimeout(500);
    child.kill('SIGINT');
    // A thread waits to write only where the other end hasn't made the descriptor non-blocking.
    expect([STOPPED, STOPPED_WAITING]).toContainEqual(await end);
  });
});

describe('an AbortSignal', () => {
  it('that has fired already stops the run before it writes', async () => {
    const output = join(folder, 'out.arrow');
    const run = transform({ input, output, transforms: ['sigmoid(x0)'], signal: AbortSignal.abort() });
    await expect(run).rejects.toMatchObject({ code: 'LW_ABORTED' });
    expect(readdirSync(folder)).toEqual(['in.arrows']);
  });

  it.each([1, 2])('stops a run on %d threads in its middle and leaves nothing', async (threads) => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const run = transform({
      input,
      output: join(folder, 'out.arrow'),
      transforms: SLOW_TRANSFORMS,
      threads,
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    });
    await expect(run).rejects.toMatchObject({ code: 'LW_ABORTED', cause: reason });
    expect(readdirSync(folder)).toEqual(['in.arrows']);
  });
});

describe('an error in onProgress', () => {
  it('ends the run with that error and leaves nothing', async () => {
    const run = transform({
      input,
      output: join(folder, 'out.arrow'),
      transforms: SLOW_TRANSFORMS,
      threads: 2,
      onProgress: () => {
        throw new Error('the display is broken');
      },
    });
    await expect(run).rejects.toThrow('the display is broken');
    expect(readdirSync(folder)).toEqual(['in.arrows']);
  });
});

describe('an input that shrinks while it is read', () => {
  it('is reported as truncated, and nothing is left', async () => {
    const shrinking = join(folder, 'shrinking.arrows');
    writeLargeStream(shrinking, 12);
    const run = transform({
      input: shrinking,
      output: join(folder, 'out.arrow'),
      transforms: SLOW_TRANSFORMS,
      threads: 1,
      memory: 2 ** 21,
      onProgress: () => truncateSync(shrinking, 5_000_000),
    });
    await expect(run).rejects.toMatchObject({ code: 'LW_CORRUPT_INPUT', message: expect.stringContaining(shrinking) });
    removeFolder(shrinking);
    expect(readdirSync(folder)).toEqual(['in.arrows']);
  });
});

describe('an input that is replaced while it is read', () => {
  it('is read to its end as it was', async () => {
    const replaced = join(folder, 'replaced.arrows');
    const other = join(folder, 'other.arrows');
    const output = join(folder, 'out.arrows');
    writeLargeStream(replaced, 12);
    const run = { input: replaced, output, transforms: SLOW_TRANSFORMS, threads: 1, memory: 2 ** 21, overwrite: true };
    await transform(run);
    const expected = digest(readFileSync(output));
    writeFileSync(other, 'something else');
    const replace = vi.fn(() => existsSync(other) && renameSync(other, replaced));
    await transform({ ...run, onProgress: replace });
    expect(replace).toHaveBeenCalled();
    expect(statSync(replaced).size).toBe('something else'.length);
    expect(digest(readFileSync(output))).toBe(expected);
    for (const path of [replaced, output]) removeFolder(path);
  });
});

describe('a standard input that ends in its middle', () => {
  it.each(['out.arrow', 'out.parquet'])('is reported as cut off, and no %s is left', async (name) => {
    const { child, end } = start(
      ['apply', '-', '-o', join(folder, name), '-t', 'p_* = softmax(x*)', '-q'],
      ['pipe', 'ignore'],
    );
    child.stdin?.end(readFileSync(input).subarray(0, 20_000_000));
    expect(await end).toEqual({
      status: 1,
      signal: null,
      stderr: expect.stringMatching(complaint('LW_CORRUPT_INPUT')),
    });
    expect(readdirSync(folder)).toEqual(['in.arrows']);
  });
});
