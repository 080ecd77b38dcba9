import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transform } from '../../src/index.js';
import { findPyarrow } from './python.js';

const SEED = '20251124';
const FILE_COUNT = '12';

/** How a file is to be transformed, as random_files.py says it. */
interface FileJob {
  readonly target: string;
  /** Paths to numbers: those that are replaced, and those that a new column is made of. */
  readonly nested: readonly string[];
  readonly rowGroupRows: number | null;
  readonly pageChecksums: boolean;
}

const python = findPyarrow();
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lanewise-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function runScript(...words: readonly string[]): unknown {
  const script = fileURLToPath(new URL('random_files.py', import.meta.url));
  const { stdout, stderr } = spawnSync(python!, [script, ...words], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

describe.skipIf(python === undefined)('random files that pyarrow wrote', () => {
  it('have every column but the result as it was, whatever their row groups become', async () => {
    const jobs = runScript('write', folder, SEED, FILE_COUNT) as Readonly<Record<string, FileJob>>;
    for (const [name, { target, nested, rowGroupRows, pageChecksums }] of Object.entries(jobs)) {
      const ofNested = nested.map((path, at) => `${at === 0 ? path : 'nested'} = relu(${path})`);
      const common = { transforms: [`${target} = relu(x)`, ...ofNested], threads: 1, sync: false };
      await transform({
        ...common,
        input: join(folder, `${name}.parquet`),
        output: join(folder, `${name}.out.parquet`),
        rowGroupRows: rowGroupRows ?? undefined,
        pageChecksums,
      });
      const [input, output] = ['arrow', 'out.arrow'].map((extension) => join(folder, `${name}.${extension}`));
      await transform({ ...common, input: input!, output: output!, compression: 'none' });
    }
    expect(runScript('compare', folder)).toEqual(Object.fromEntries(Object.keys(jobs).map((name) => [name, []])));
  });
});
