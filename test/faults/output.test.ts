import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { tableFromIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { CLI_PATH, lanewise } from '../cli/support.js';
import { digest, measurements, readTable, writeTable } from '../e2e/support.js';
import { complaint, leftovers, makeFolder, removeFolder, start, writeLargeStream } from './support.js';

let folder: string;
let small: string;
let large: string;
let largeCount = 0;
const SMALL_TABLE = measurements(300, 100);
const TRANSFORM = ['-t', 'y = sigmoid(x0)', '-q'];

beforeAll(() => {
  folder = makeFolder();
  small = join(folder, 'small.arrow');
  large = join(folder, 'large.arrows');
  writeTable(small, SMALL_TABLE);
  writeLargeStream(large, 12);
  largeCount = readdirSync(folder).length;
});
afterAll(() => removeFolder(folder));

/** A folder for outputs that is gone when the test is over. */
function outputFolder(): string {
  const path = makeFolder();
  onTestFinished(() => removeFolder(path));
  return path;
}

function fails(code: string, status: number) {
  return { status, stderr: expect.stringMatching(complaint(code)) };
}

describe('a full disk', () => {
  it('ends the run with one line and leaves nothing', async () => {
    const target = outputFolder();
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', target]);
    if (mounted.status === 0) onTestFinished(() => void execFileSync('umount', ['-l', target]));
    else process.stdout.write(`without a small file system, as mount needs root: ${mounted.stderr}\n`);
    // Where nothing can be mounted a limit of the same size stands in for the disk.
    const limit = mounted.status === 0 ? [] : ['ulimit -f 4096;'];
    const softmax = ['-t', 'p_* = softmax(x*)'];
    for (const extra of [[], ['--threads', '1'], ['--compression', 'zstd'], softmax, [...softmax, '--to', 'parquet']]) {
      const args = [CLI_PATH, 'apply', large, '-o', join(target, 'out.arrow'), ...TRANSFORM, ...extra];
      const run = spawnSync('sh', ['-c', `${limit.join('')} exec "$0" "$@"`, process.execPath, ...args], {
        encoding: 'utf8',
      });
      expect(run).toMatchObject(fails('LW_DISK_FULL', 1));
      expect(readdirSync(target)).toEqual([]);
    }
  });

  it('ends a run whose file grows beyond a limit', () => {
    const target = outputFolder();
    const args = [CLI_PATH, 'apply', large, '-o', join(target, 'out.arrow'), ...TRANSFORM];
    const run = spawnSync('sh', ['-c', 'ulimit -f 4096; exec "$0" "$@"', process.execPath, ...args], {
      encoding: 'utf8',
    });
    expect(run).toMatchObject(fails('LW_DISK_FULL', 1));
    expect(readdirSync(target)).toEqual([]);
  });

  it('ends a run to a device', async () => {
    expect(await lanewise(['apply', small, '-o', '/dev/full', '--to', 'arrows', ...TRANSFORM])).toMatchObject(
      fails('LW_DISK_FULL', 1),
    );
  });
});

describe('an output folder', () => {
  it('that is absent, or a file, is named', async () => {
    const missing = join(folder, 'missing', 'out.arrow');
    expect(await lanewise(['apply', small, '-o', missing, ...TRANSFORM])).toMatchObject(fails('LW_IO', 1));
    expect(await lanewise(['apply', small, '-o', join(small, 'out.arrow'), ...TRANSFORM])).toMatchObject(
      fails('LW_IO', 1),
    );
    expect(readdirSync(folder)).toHaveLength(largeCount);
  });

  it.skipIf(process.getuid?.() === 0)('that may not be written to is named', async () => {
    const target = outputFolder();
    chmodSync(target, 0o555);
    const run = await lanewise(['apply', small, '-o', join(target, 'out.arrow'), ...TRANSFORM]);
    expect(run).toMatchObject(fails('LW_IO', 1));
  });

  it('that is removed meanwhile ends the run with one line', async () => {
    const target = join(outputFolder(), 'gone');
    mkdirSync(target);
    const { child, end } = start(['apply', large, '-o', join(target, 'out.arrow'), ...TRANSFORM]);
    while (leftovers(target).length === 0 && child.exitCode === null) await setTimeout(1);
    rmSync(target, { recursive: true });
    expect(await end).toEqual({ signal: null, ...fails('LW_IO', 1) });
  });
});

describe('an output that is the input', () => {
  it('is refused without --overwrite and replaced whole with it', async () => {
    const path = join(outputFolder(), 'table.arrow');
    writeTable(path, SMALL_TABLE);
    const before = digest(readFileSync(path));
    const args = ['apply', path, '-o', path, ...TRANSFORM];
    expect(await lanewise(args)).toMatchObject(fails('LW_OUTPUT_EXISTS', 2));
    expect(digest(readFileSync(path))).toBe(before);
    expect(await lanewise([...args, '--overwrite'])).toMatchObject({ status: 0, stderr: '' });
    expect(readTable(path).schema.names).toEqual([...SMALL_TABLE.schema.names, 'y']);
    expect(readTable(path).numRows).toBe(300);
  });

  it('stays as it is when the run fails', async () => {
    const target = outputFolder();
    const path = join(target, 'table.arrow');
    writeTable(path, SMALL_TABLE);
    const bytes = readFileSync(path);
    // The second record batch says of itself that it has other columns.
    bytes.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 400);
    writeFileSync(path, bytes);
    const run = await lanewise(['apply', path, '-o', path, ...TRANSFORM, '--overwrite']);
    if (run.status !== 0) expect(digest(readFileSync(path))).toBe(digest(bytes));
    expect(readdirSync(target)).toEqual(['table.arrow']);
  });
});

describe('an output that is no plain file', () => {
  it('but a symbolic link is written where the link leads', async () => {
    const target = outputFolder();
    const link = join(target, 'link.arrow');
    mkdirSync(join(target, 'elsewhere'));
    symlinkSync(join('elsewhere', 'real.arrow'), link);
    expect(await lanewise(['apply', small, '-o', link, ...TRANSFORM])).toMatchObject({ status: 0, stderr: '' });
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(readTable(join(target, 'elsewhere', 'real.arrow')).numRows).toBe(300);
    expect(await lanewise(['apply', small, '-o', link, ...TRANSFORM])).toMatchObject(fails('LW_OUTPUT_EXISTS', 2));
  });

  it('but a folder is refused', async () => {
    const target = join(outputFolder(), 'folder.arrow');
    mkdirSync(target);
    expect(await lanewise(['apply', small, '-o', target, ...TRANSFORM])).toMatchObject(fails('LW_IO', 1));
  });

  it('but a device takes a stream and nothing else', async () => {
    expect(await lanewise(['apply', small, '-o', '/dev/null', '--to', 'arrows', ...TRANSFORM])).toMatchObject({
      status: 0,
      stderr: '',
    });
    expect(await lanewise(['apply', small, '-o', '/dev/null', '--to', 'arrow', ...TRANSFORM])).toMatchObject(
      fails('LW_UNSUPPORTED_OPTION', 2),
    );
  });

  it('but a named pipe is read at its other end', async () => {
    const path = join(outputFolder(), 'fifo.arrows');
    execFileSync('mkfifo', [path]);
    const reader = spawn('cat', [path]);
    const chunks: Buffer[] = [];
    reader.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    const closed = new Promise((resolve) => reader.on('close', resolve));
    expect(await lanewise(['apply', large, '-o', path, ...TRANSFORM])).toMatchObject({ status: 0, stderr: '' });
    await closed;
    const table = tableFromIPC(Buffer.concat(chunks));
    expect(table.numRows).toBe(12 * 65_536);
    expect(table.getChild('y')?.get(0)).toBeCloseTo(1 / (1 + Math.exp(-table.getChild('x0')?.get(0))), 15);
    expect(lstatSync(path).isFIFO()).toBe(true);
  });
});

describe('a reader that leaves in the middle', () => {
  it('ends the run quietly', async () => {
    const run = spawnSync(
      'sh',
      [
        '-c',
        '"$0" "$@" | head -c 5000000 | wc -c',
        process.execPath,
        CLI_PATH,
        'apply',
        large,
        '-o',
        '-',
        ...TRANSFORM,
      ],
      { encoding: 'utf8' },
    );
    expect({ stdout: run.stdout.trim(), stderr: run.stderr }).toEqual({ stdout: '5000000', stderr: '' });
  });
});

describe('two runs to one output at once', () => {
  it('write one whole file, and the other is told that it exists', async () => {
    const target = outputFolder();
    const args = ['apply', large, '-o', join(target, 'out.arrow'), ...TRANSFORM];
    const ends = await Promise.all([start(args).end, start(args).end]);
    expect(ends.map(({ status }) => status).sort()).toEqual([0, 2]);
    expect(ends.map(({ stderr }) => stderr).join('')).toMatch(complaint('LW_OUTPUT_EXISTS'));
    expect(readTable(join(target, 'out.arrow')).numRows).toBe(12 * 65_536);
    expect(readdirSync(target)).toEqual(['out.arrow']);
  });

  it('both end well with --overwrite', async () => {
    const target = outputFolder();
    const args = ['apply', large, '-o', join(target, 'out.arrow'), ...TRANSFORM, '--overwrite'];
    const ends = await Promise.all([start(args).end, start(args).end]);
    expect(ends).toEqual(ends.map(() => ({ status: 0, signal: null, stderr: '' })));
    expect(readTable(join(target, 'out.arrow')).numRows).toBe(12 * 65_536);
    expect(readdirSync(target)).toEqual(['out.arrow']);
  });
});
