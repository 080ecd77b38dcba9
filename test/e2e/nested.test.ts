import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transform } from '../../src/index.js';
import { findPyarrow } from './python.js';

const python = findPyarrow();
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lanewise-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What `expected` in nested.py says. */
const TRANSFORMS = [
  's.a = relu(s.a)',
  's.b = relu(s.b)',
  's.deep.z = relu(s.deep.z)',
  's.deep.l = softmax(s.deep.l)',
  'l = softmax(l)',
  'large = softmax(large)',
  'sure = relu(sure)',
  'sure_softmax = softmax(sure)',
  'fixed = relu(fixed)',
  'nested = relu(nested)',
  'l_relu = relu(l)',
  'sum = logsumexp(l)',
  'i_softmax = softmax(i)',
  'flags_relu = relu(flags)',
  'fixed_softmax = softmax(fixed)',
  'nested_relu = relu(nested)',
  'deep = softmax(s.deep.l)',
];

function runScript(command: 'write' | 'compare'): unknown {
  const script = fileURLToPath(new URL('nested.py', import.meta.url));
  const { stdout, stderr } = spawnSync(python!, [script, command, folder], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

describe.skipIf(python === undefined)('nested columns that pyarrow wrote', () => {
  it('are computed, and read the same by pyarrow, DuckDB and polars', async () => {
    const names = runScript('write') as readonly string[];
    expect(names).toHaveLength(6);
    for (const name of names) {
      const input = join(folder, `${name}.parquet`);
      const output = join(folder, `${name}.out.parquet`);
      await transform({ input, output, transforms: TRANSFORMS, threads: 1, sync: false, memory: 1 << 20 });
    }
    expect(runScript('compare')).toEqual(Object.fromEntries(names.map((name) => [name, []])));
  });
});
