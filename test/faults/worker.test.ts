import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLI_PATH } from '../cli/support.js';
import { complaint, type End, makeFolder, removeFolder, start, writeLargeStream } from './support.js';

let folder: string;
let input: string;
beforeAll(() => {
  folder = makeFolder();
  input = join(folder, 'in.arrows');
  writeLargeStream(input, 12);
});
afterAll(() => removeFolder(folder));

const DYING_WORKERS: Readonly<Record<string, string>> = {
  'ends when it starts': 'process.exit(9)',
  'throws when it starts': 'throw new Error("no luck")',
  'ends at its third slot': failingAtThirdSlot('process.exit(9)'),
  'throws at its third slot': failingAtThirdSlot('throw new Error("no luck")'),
};

function failingAtThirdSlot(failure: string): string {
  return `let count = 0;
    exports.compute = ({ tasks }) => {
      if (++count > 3) ${failure};
      return { results: tasks.map(() => [0]) };
    };`;
}

/** Runs a copy of the product whose worker is another one; `undefined` takes the file away. */
async function runWithWorker(
  source: string | undefined,
): Promise<{ readonly end: End; readonly left: readonly string[] }> {
  const root = makeFolder();
  try {
    cpSync(dirname(CLI_PATH), join(root, 'dist'), { recursive: true });
    symlinkSync(fileURLToPath(new URL('../../node_modules', import.meta.url)), join(root, 'node_modules'));
    writeFileSync(join(root, 'package.json'), '{"type":"module"}');
    const worker = join(root, 'dist', 'worker.cjs');
    if (source === undefined) rmSync(worker);
    else writeFileSync(worker, source);
    const outputFolder = join(root, 'out');
    mkdirSync(outputFolder);
    const transforms = Array.from({ length: 8 }, (_, i) => [
      '-t',
      `y${i} = ${'gelu('.repeat(6)}x${i}${')'.repeat(6)}`,
    ]).flat();
    const args = ['apply', input, '-o', join(outputFolder, 'out.arrow'), ...transforms, '-q', '--threads', '2'];
    const end = await start(args, ['ignore', 'ignore'], join(root, 'dist', 'cli.cjs')).end;
    return { end, left: readdirSync(outputFolder) };
  } finally {
    removeFolder(root);
  }
}

describe('a worker', () => {
  it.each(Object.keys(DYING_WORKERS))('that %s ends the run with one line', async (name) => {
    const { end, left } = await runWithWorker(DYING_WORKERS[name]);
    expect(end).toEqual({ status: 1, signal: null, stderr: expect.stringMatching(complaint('LW_WORKER_FAILED')) });
    expect(left).toEqual([]);
  });

  it('that is absent ends the run with one line', async () => {
    const { end, left } = await runWithWorker(undefined);
    expect(end).toEqual({ status: 1, signal: null, stderr: expect.stringMatching(complaint('LW_WORKER_FAILED')) });
    expect(left).toEqual([]);
  });
});
