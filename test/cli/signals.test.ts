import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { CLI_PATH, FLIGHTS_PATH, temporaryFolder } from './support.js';

/** Enough to compute for a second or more. */
const LONG_NEST = `${'gelu('.repeat(40)}delay${')'.repeat(40)}`;
const TRANSFORMS = Array.from({ length: 40 }, (_, index) => ['-t', `y${index} = ${LONG_NEST}`]).flat();

/** Waits until a run has begun its output, ends it with the signal and says how it ended. */
async function endWith(signal: NodeJS.Signals, child: ChildProcess, folder: string) {
  const stderr: Buffer[] = [];
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  while (readdirSync(folder).length === 0 && child.exitCode === null) await setTimeout(2);
  child.kill(signal);
  const [status] = await once(child, 'close');
  return { status, stderr: Buffer.concat(stderr).toString(), left: readdirSync(folder) };
}

describe('a signal', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s stops a run, which leaves nothing behind', async (signal, status) => {
    const folder = temporaryFolder();
    const args = ['apply', FLIGHTS_PATH, '-o', join(folder, 'out.arrow'), ...TRANSFORMS];
    const outcome = await endWith(signal, spawn(process.execPath, [CLI_PATH, ...args]), folder);
    expect(outcome).toEqual({
      status,
      stderr: expect.stringMatching(/^lanewise: .+ \[LW_ABORTED\]\n$/),
      left: [],
    });
  });
});

describe('a reader that leaves early', () => {
  it.each([
    ['functions', ['functions']],
    ['apply', ['apply', FLIGHTS_PATH, '-o', '-', '-t', 'sigmoid(delay)']],
  ])('ends %s without a complaint', async (_name, args) => {
    const child = spawn(process.execPath, [CLI_PATH, ...args]);
    const stderr: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.stdout.destroy();
    const [status] = await once(child, 'close');
    expect(Buffer.concat(stderr).toString()).toBe('');
    expect(status).toBe(0);
  });
});
