import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { raceJobs } from '../../bench/race/jobs.js';
import { errorLine, peakMemoryBytes, run } from '../../bench/race/measure.js';
import { findPeers, PEERS } from '../../bench/race/peers.js';
import { readRanges } from '../../bench/race/read-output.js';
import { FLOAT64_TOLERANCE, verifyOutput } from '../../bench/race/verify.js';
import { BATCH_ROW_COUNT, batchCount, type Dataset, makeBatch } from '../../src/bench/dataset.js';
import { writeArrow } from '../../src/bench/write-arrow.js';
import { writeParquet } from '../../src/bench/write-parquet.js';

const folder = mkdtempSync(join(tmpdir(), 'lanewise-race-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
const dataset: Dataset = { rowCount: BATCH_ROW_COUNT + 1000, logitCount: 2, values: 'quantized' };

describe('makeBatch', () => {
  it('makes the same rows again, and others elsewhere', () => {
    expect(batchCount(dataset)).toBe(2);
    const last = makeBatch(dataset, 1);
    expect(makeBatch(dataset, 1)).toEqual(last);
    expect([last.start, last.end, last.id[0]]).toEqual([65_536, 66_536, 65_536n]);
    expect(makeBatch(dataset, 0).logits[0]?.subarray(0, 1000)).not.toEqual(last.logits[0]);
    expect(last.logits[0]?.every((value) => Number.isInteger(value * 32))).toBe(true);
  });
});

describe.each([
  ['Arrow file', 'input.arrow', (path: string) => writeArrow(path, dataset, { form: 'file', single: false })],
  [
    'Arrow file of one batch',
    'single.arrow',
    (path: string) => writeArrow(path, dataset, { form: 'file', single: true }),
  ],
  ['Arrow stream', 'input.arrows', (path: string) => writeArrow(path, dataset, { form: 'stream', single: false })],
  ['Parquet', 'input.parquet', (path: string) => writeParquet(path, dataset)],
])('%s', (_name, file, write) => {
  const path = join(folder, file);
  write(path);

  it('is read back as it was made', async () => {
    const [across] = await readRanges(path, [{ start: BATCH_ROW_COUNT - 1, end: BATCH_ROW_COUNT + 1 }]);
    const [first, second] = [makeBatch(dataset, 0), makeBatch(dataset, 1)];
    expect([...(across?.keys() ?? [])].sort()).toEqual(['count', 'id', 'logit_0', 'logit_1']);
    expect(Array.from(across?.get('id') ?? [])).toEqual([65_535n, 65_536n]);
    expect(Array.from(across?.get('logit_1') ?? [])).toEqual([first.logits[1]?.at(-1), second.logits[1]?.[0]]);
    expect(Array.from(across?.get('count') ?? [])).toEqual([first.count.at(-1), second.count[0]]);
  });

  it('isn’t taken for its own sigmoid', async () => {
    const { logits } = makeBatch(dataset, 0);
    const x = logits[0]?.[0] ?? 0;
    await expect(verifyOutput(path, dataset, 'sigmoid', FLOAT64_TOLERANCE)).rejects.toThrow(
      `${path}: row 0 of logit_0 is ${x}, not ${1 / (1 + Math.exp(-x))}`,
    );
  });
});

describe('run', () => {
  const node = (script: string) => [process.execPath, '-e', script];

  it('gives what the command printed, and its wall time', async () => {
    const { stdout, wallSeconds } = await run(node('setTimeout(() => console.log("done"), 50)'));
    expect(stdout).toBe('done\n');
    expect(wallSeconds).toBeGreaterThan(0.05);
  });

  it('fails with the end of what a failing command said', async () => {
    await expect(run(node('console.error("no luck"); process.exit(3)'))).rejects.toThrow(
      'ended with status 3: no luck',
    );
  });

  it('finds the line that tells why', () => {
    const stack =
      "node:internal/x\n  throw new E();\nError: Cannot find package 'x'\n    at errorAt (y.js:1)\n\nNode.js v20\n";
    expect(errorLine(stack)).toBe("Error: Cannot find package 'x'");
    expect(errorLine('lanewise: no such file [LW_IO]\nbye')).toBe('lanewise: no such file [LW_IO]');
    expect(errorLine('no luck')).toBe('no luck');
  });

  it.runIf(process.platform === 'linux')('sees memory that was given back', async () => {
    const script = 'Buffer.alloc(2e8, 1).fill(2); setTimeout(() => {}, 50)';
    expect(await peakMemoryBytes(node(script))).toBeGreaterThan(2e8);
  });
});

describe('raceJobs', () => {
  it('has each peer in the jobs that it can do', () => {
    const contestants = (name: string) =>
      raceJobs(PEERS)
        .find((job) => job.name === name)
        ?.contestants.map((contestant) => contestant.name);
    expect(contestants('arrow-sigmoid')).toEqual([
      ...['node -e 0', 'cp', 'lanewise', 'polars', 'numpy+pyarrow', 'torch+pyarrow', 'polars (node)'],
      ...['onnxruntime', 'tfjs wasm'],
    ]);
    expect(contestants('parquet-softmax')).toContain('duckdb (node)');
    expect(contestants('pipe')).toEqual(['cat', 'lanewise']);
  });
});

describe('findPeers', () => {
  it('refuses a name that it doesn’t know', () => {
    expect(() => findPeers(['pandas'])).toThrow('no peer is called pandas; choose from polars, numpy+pyarrow');
    expect(findPeers(['none'])).toEqual({ available: [], missing: [] });
  });
});
