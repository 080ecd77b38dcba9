import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lanewise } from '../cli/support.js';
import { digest, randomNumbers } from '../e2e/support.js';
import { complaint, leftovers, makeFolder, removeFolder, start, writeLargeStream } from './support.js';

const BATCH_COUNT = 25;
const KILL_COUNT = 4;

const OLD = Buffer.from('old');
/** Each signal at moments of its own. */
const SEEDS = { SIGKILL: 20, SIGTERM: 21 };

let folder: string;
beforeAll(async () => {
  folder = makeFolder();
  const stream = join(folder, 'in.arrows');
  writeLargeStream(stream, BATCH_COUNT);
  const parquet = ['apply', stream, '-o', join(folder, 'in.parquet'), '-t', 'x0 = linear(x0)', '-q'];
  expect(await lanewise(parquet)).toMatchObject({ status: 0, stderr: '' });
});
afterAll(() => removeFolder(folder));

describe.each([
  ['Arrow', 'in.arrows', 'out.arrow'],
  ['Parquet', 'in.parquet', 'out.parquet'],
  ['Arrow to Parquet', 'in.arrows', 'out.parquet'],
  ['Parquet to Arrow', 'in.parquet', 'out.arrow'],
])('a run from %s', (_title, inputName, outputName) => {
  let output: string;
  let args: readonly string[];
  let result: string;
  let runMilliseconds: number;
  let others: readonly string[];

  beforeAll(async () => {
    others = readdirSync(folder);
    output = join(folder, outputName);
    const options = ['-q', '--overwrite', '--no-sync'];
    args = ['apply', join(folder, inputName), '-o', output, '-t', 'x* = sigmoid(x*)', ...options];
    const startedAt = performance.now();
    expect(await lanewise(args)).toMatchObject({ status: 0, stderr: '' });
    runMilliseconds = performance.now() - startedAt;
    result = digest(readFileSync(output));
  });
  afterAll(() => removeFolder(output));

  it('that is killed at any moment leaves the old file or the whole new one', async () => {
    const random = randomNumbers(SEEDS.SIGKILL);
    let killed = 0;
    for (let kill = 0; kill < KILL_COUNT; kill++) {
      writeFileSync(output, OLD);
      const { child, end } = start(args);
      await setTimeout(random() * runMilliseconds);
      child.kill('SIGKILL');
      const { signal } = await end;
      const found = digest(readFileSync(output));
      if (signal === 'SIGKILL' && found === digest(OLD)) killed++;
      else expect(found).toBe(result);
    }
    expect(killed).toBeGreaterThan(0);
  });

  it('that is asked to end at any moment leaves that and no other file', async () => {
    // Takes away what killed runs have left.
    expect(await lanewise(args)).toMatchObject({ status: 0, stderr: '' });
    const random = randomNumbers(SEEDS.SIGTERM);
    for (let stop = 0; stop < KILL_COUNT; stop++) {
      writeFileSync(output, OLD);
      const { child, end } = start(args);
      await setTimeout(random() * runMilliseconds);
      child.kill('SIGTERM');
      const { status, signal, stderr } = await end;
      const isDone = status === 0;
      // It dies by the signal before it listens, where a long step keeps it from ending by itself, and at its very end.
      if (!isDone && signal !== 'SIGTERM') expect(status).toBe(143);
      expect(stderr).toMatch(isDone || (signal === 'SIGTERM' && stderr === '') ? /^$/ : complaint('LW_ABORTED'));
      const found = digest(readFileSync(output));
      if (signal === 'SIGTERM' && stderr === '') expect([result, digest(OLD)]).toContain(found);
      else expect(found).toBe(isDone ? result : digest(OLD));
      expect(readdirSync(folder).sort()).toEqual([...others, outputName].sort());
    }
  });

  it('is cleaned up after by the next run to the same output', async () => {
    removeFolder(output);
    let hasLeft = false;
    for (let attempt = 0; attempt < 20 && !hasLeft; attempt++) {
      const { child, end } = start(args);
      while (leftovers(folder).length === 0 && child.exitCode === null) await setTimeout(1);
      child.kill('SIGKILL');
      await end;
      hasLeft = leftovers(folder).length > 0;
    }
    expect(hasLeft).toBe(true);
    expect(existsSync(output)).toBe(false);
    expect(await lanewise(args)).toMatchObject({ status: 0, stderr: '' });
    expect(leftovers(folder)).toEqual([]);
    expect(digest(readFileSync(output))).toBe(result);
  });
});
