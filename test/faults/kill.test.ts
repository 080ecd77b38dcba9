import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lanewise } from '../cli/support.js';
import { digest, randomNumbers } from '../e2e/support.js';
import { leftovers, makeFolder, removeFolder, start, writeLargeStream } from './support.js';

const BATCH_COUNT = 25;
const KILL_COUNT = 6;

let folder: string;
let input: string;
let output: string;
let args: readonly string[];
let result: string;
let runMilliseconds: number;

beforeAll(async () => {
  folder = makeFolder();
  input = join(folder, 'in.arrows');
  output = join(folder, 'out.arrow');
  writeLargeStream(input, BATCH_COUNT);
  args = ['apply', input, '-o', output, '-t', 'x* = sigmoid(x*)', '-q', '--overwrite', '--no-sync'];
  const started = performance.now();
  expect(await lanewise(args)).toMatchObject({ status: 0, stderr: '' });
  runMilliseconds = performance.now() - started;
  result = digest(readFileSync(output));
});

afterAll(() => removeFolder(folder));

describe('a run killed at any moment', () => {
  it('leaves the old file or the whole new one under the final name', async () => {
    const random = randomNumbers(20);
    const old = digest(Buffer.from('old'));
    let killed = 0;
    for (let kill = 0; kill < KILL_COUNT; kill++) {
      writeFileSync(output, 'old');
      const { child, end } = start(args);
      await setTimeout(random() * runMilliseconds);
      child.kill('SIGKILL');
      const { signal } = await end;
      const found = digest(readFileSync(output));
      if (signal === 'SIGKILL' && found === old) killed++;
      else expect(found).toBe(result);
    }
    expect(killed).toBeGreaterThan(0);
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
