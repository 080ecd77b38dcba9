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

function runScript(command: 'write' | 'compare', input = ''): unknown {
  const script = fileURLToPath(new URL('deep_numbers.py', import.meta.url));
  const { stdout, stderr } = spawnSync(python!, [script, command, folder], { encoding: 'utf8', input });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

const REPLACED = [
  'points.x',
  'prices.value',
  'counts.value',
  'grid',
  'deep.a.m.value.v',
  'pairs.x',
  'large',
  'sure.x',
  's.l',
];
const ADDED = {
  points_y: 'points.y',
  price_values: 'prices.value',
  count_keys: 'counts.key',
  count_values: 'counts.value',
  grid_relu: 'grid',
  deep_n: 'deep.a.n',
  deep_v: 'deep.a.m.value.v',
  pairs_x: 'pairs.x',
  large_relu: 'large',
  sure_on: 'sure.on',
  s_l: 's.l',
};

type Options = Pick<Parameters<typeof transform>[0], 'memory' | 'compression' | 'rowGroupRows' | 'pageChecksums'>;

const RUNS: readonly (readonly [string, string, Options?])[] = [
  ['small.parquet', '.parquet', { pageChecksums: true }],
  ['small.parquet', '.parquet', { rowGroupRows: 100 }],
  ['zstd.parquet', '.parquet', { memory: 1 << 20 }],
  ['plain.arrow', '.arrow'],
  ['plain.arrow', '.arrow', { memory: 1 << 16 }],
  ['plain.arrow', '.arrows', { compression: 'zstd' }],
  ['lz4.arrows', '.arrows'],
  ['lz4.arrows', '.arrow', { compression: 'none' }],
  ['zstd.arrows', '.arrow', { compression: 'lz4', memory: 1 << 18 }],
  ['plain.arrow', '.parquet'],
  ['plain.arrow', '.parquet', { rowGroupRows: 64, memory: 1 << 20 }],
  ['lz4.arrows', '.parquet', { rowGroupRows: 128, compression: 'zstd' }],
  ['small.parquet', '.arrow'],
  ['zstd.parquet', '.arrows'],
];

describe.skipIf(python === undefined)('numbers deep in structs, lists and maps that pyarrow wrote', () => {
  it('are computed where they stand, and as lists of their own', async () => {
    runScript('write');
    const runs = [];
    for (const [at, [input, extension, options]] of RUNS.entries()) {
      const output = `out-${at}${extension}`;
      const transforms = [
        ...REPLACED.map((path) => `${path} = relu(${path})`),
        ...Object.entries(ADDED).map(([name, path]) => `${name} = relu(${path})`),
      ];
      const paths = { input: join(folder, input), output: join(folder, output) };
      await transform({ ...paths, transforms, threads: 1, sync: false, ...options });
      runs.push({ input, output, replaced: REPLACED, added: ADDED });
    }
    expect(runScript('compare', JSON.stringify(runs))).toEqual(RUNS.map(() => []));
  });
});
