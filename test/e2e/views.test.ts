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

function runScript(command: 'write' | 'compare'): unknown {
  const script = fileURLToPath(new URL('views.py', import.meta.url));
  const { stdout, stderr } = spawnSync(python!, [script, command, folder], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

describe.skipIf(python === undefined)('string and binary views that pyarrow wrote', () => {
  it('are read the same by pyarrow, whatever formats they went through', async () => {
    runScript('write');
    for (const [input, output] of [
      ['in.arrow', 'out.arrow'],
      ['in.arrow', 'out.parquet'],
      ['in.parquet', 'out-2.arrow'],
      ['out.parquet', 'out-3.arrow'],
    ] as const) {
      const transforms = ['x = relu(x)'];
      await transform({
        input: join(folder, input),
        output: join(folder, output),
        transforms,
        threads: 1,
        sync: false,
      });
    }
    expect(runScript('compare')).toEqual([]);
  });
});
