import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { lanewise, temporaryFolder } from '../cli/support.js';
import { conformanceFolder } from '../formats/arrow/conformance.js';

const SWEEP_PATH = fileURLToPath(new URL('sweep.mjs', import.meta.url));
const LONGEST_MILLISECONDS = 10_000;
const MOST_BYTES = 2 ** 30;

/** A line of `sweep.mjs`. */
interface Swept {
  readonly input: string;
  readonly outcomes: readonly { readonly code: string; readonly message: string; readonly stack?: string }[];
  readonly left: readonly string[];
  readonly milliseconds: number;
  readonly peakBytes: number;
}

const folder = conformanceFolder('malformed');

describe.skipIf(folder === undefined)('every malformed file', () => {
  const names = folder === undefined ? [] : readdirSync(folder);

  it('ends soon with a result or one clear error, in little memory, and leaves nothing', async () => {
    const swept = await sweep(names.map((name) => join(folder!, name)));
    expect(swept).toHaveLength(names.length);
    for (const { input, outcomes, left, milliseconds, peakBytes } of swept) {
      expect({ input, left }).toEqual({ input, left: [] });
      expect(peakBytes).toBeLessThan(MOST_BYTES);
      expect(milliseconds).toBeLessThan(LONGEST_MILLISECONDS);
      for (const { code, message, stack } of outcomes) {
        expect({ input, code, message, stack }).toMatchObject({ code: expect.stringMatching(/^(done$|LW_)/) });
        expect({ input, code, message }).not.toMatchObject({ code: 'LW_INTERNAL' });
        expect(message).not.toMatch(/\n|undefined|NaN/);
      }
    }
  });

  it.each(names.filter((name) => name.startsWith('stream-')).filter((_, index) => index % 5 === 0))(
    '%s ends the command with one line, in a pipe too',
    async (name) => {
      const stdin = readFileSync(join(folder!, name));
      const output = join(temporaryFolder(), 'out.arrow');
      for (const run of [
        await lanewise(['apply', join(folder!, name), '-o', output, '-t', 'sigmoid(*)', '-q']),
        await lanewise(['apply', '-', '-o', '-', '-t', 'sigmoid(*)', '-q'], { stdin }),
      ]) {
        expect([0, 1, 2]).toContain(run.status);
        if (run.status === 0) expect(run.stderr).toBe('');
        else expect(run.stderr).toMatch(/^lanewise: [^\n]+ \[LW_(?!INTERNAL)\w+\]\n$/);
      }
    },
  );
});

/** Takes the files through one process, which is ended when it is silent for too long. */
async function sweep(paths: readonly string[]): Promise<readonly Swept[]> {
  const child = spawn(process.execPath, [SWEEP_PATH, temporaryFolder()], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.on('error', () => {});
  child.stdin.end(`${paths.join('\n')}\n`);
  const swept: Swept[] = [];
  let timer = endLater(child);
  for await (const line of createInterface({ input: child.stdout })) {
    clearTimeout(timer);
    timer = endLater(child);
    swept.push(JSON.parse(line) as Swept);
  }
  clearTimeout(timer);
  return swept;
}

function endLater(child: ChildProcess): NodeJS.Timeout {
  return setTimeout(() => child.kill('SIGKILL'), LONGEST_MILLISECONDS);
}
