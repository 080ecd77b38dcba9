import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transform } from '../../src/index.js';
import { CLI_PATH, lanewise } from '../cli/support.js';
import { digest, measurements, toIpc, writeTable } from '../e2e/support.js';

/** Above the size from which a run starts workers. */
const ROW_COUNT = 440_000;
const TRANSFORMS = [
  'x0 = gelu(tanh(x0))',
  'sigmoid(f)',
  'p_* = softmax(x*)',
  'top = argmax(x*)',
  'whole = logsumexp(x0, x1, x2, nulls=skip)',
  'dx = sigmoid_deriv(x2, grad=x1)',
  'n = relu(n)',
];

/** Path of a Node of another version, from npm's cache; from the registry on a CI machine only. */
function findOtherNode(): string | undefined {
  const version = process.versions.node.startsWith('24.') ? '22' : '24';
  const source = process.env.CI === 'true' ? '--yes' : '--offline';
  const args = [source, '--package', `node@${version}`, '--', 'node', '-p', 'process.execPath'];
  const { status, stdout } = spawnSync('npx', args, { encoding: 'utf8' });
  if (status === 0) return stdout.trim();
  process.stdout.write(`skipped: npm has no Node ${version} to compare with\n`);
  return undefined;
}

const otherNode = findOtherNode();
let folder: string;
let filePath: string;
let streamPath: string;
/** One batch of half of the rows, and the rest in batches of an odd size. */
const table = measurements(ROW_COUNT / 2, ROW_COUNT / 2).concat(measurements(ROW_COUNT / 2, 29_989, 7));

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lanewise-test-'));
  filePath = join(folder, 'in.arrow');
  streamPath = join(folder, 'in.arrows');
  writeTable(filePath, table);
  writeTable(streamPath, table);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Variant {
  readonly threads?: number;
  readonly memory?: number;
  readonly compression?: string;
}

async function digestOf(input: string, extension: string, variant: Variant): Promise<string> {
  const output = join(folder, `out${extension}`);
  await transform({ input, output, transforms: TRANSFORMS, sync: false, overwrite: true, ...variant });
  return digest(readFileSync(output));
}

describe('the same job gives the same bytes', () => {
  it.each([
    ['.arrow', undefined],
    ['.arrows', undefined],
    ['.arrow', 'zstd'],
  ])('to %s with compression %s, whatever the threads and the memory', async (extension, compression) => {
    const variants: readonly Variant[] = [
      { threads: 1 },
      { threads: 2 },
      { threads: 3 },
      { threads: 8 },
      { threads: 1, memory: 2 ** 16 },
      { threads: 2, memory: 2 ** 20 },
      { threads: 3, memory: 5_000_000 },
    ];
    // A compressed buffer is made in one piece, for which slots grow: only the threads vary then.
    const used = compression === undefined ? variants : variants.slice(0, 4);
    const digests: string[] = [];
    for (const variant of used) {
      digests.push(await digestOf(filePath, extension, { ...variant, ...(compression ? { compression } : {}) }));
    }
    expect(digests).toEqual(used.map(() => digests[0]));
  });

  it('from a stream in a file and from one in a pipe', async () => {
    const expected = await digestOf(streamPath, '.arrows', { threads: 1 });
    expect(await digestOf(streamPath, '.arrows', { threads: 3, memory: 2 ** 19 })).toBe(expected);
    const args = ['apply', '-', '-o', '-', '-q', ...TRANSFORMS.flatMap((text) => ['-t', text])];
    const stdin = toIpc(table, 'stream');
    for (const options of [
      ['--threads', '1'],
      ['--threads', '2', '--memory', '1MiB'],
    ]) {
      const run = await lanewise([...args, ...options], { stdin });
      expect(run).toMatchObject({ status: 0, stderr: '' });
      expect(digest(run.stdout)).toBe(expected);
    }
  });

  it("from a file and from a stream, behind the schema, whose own bytes are the input's", async () => {
    await digestOf(filePath, '.arrows', { threads: 2 });
    const fromFile = digest(afterSchema(readFileSync(join(folder, 'out.arrows'))));
    await digestOf(streamPath, '.arrows', { threads: 2 });
    expect(digest(afterSchema(readFileSync(join(folder, 'out.arrows'))))).toBe(fromFile);
  });

  it.skipIf(otherNode === undefined)('on another Node version', async () => {
    const expected = await digestOf(filePath, '.arrow', { threads: 2 });
    const output = join(folder, 'other.arrow');
    const args = [
      'apply',
      filePath,
      '-o',
      output,
      '-q',
      '--threads',
      '2',
      ...TRANSFORMS.flatMap((text) => ['-t', text]),
    ];
    expect(spawnSync(otherNode!, [CLI_PATH, ...args], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
    expect(digest(readFileSync(output))).toBe(expected);
  });
});

/** A stream without its first message: what stands in front is a marker and the length of the metadata. */
function afterSchema(stream: Buffer): Buffer {
  return stream.subarray(8 + stream.readUInt32LE(4));
}
