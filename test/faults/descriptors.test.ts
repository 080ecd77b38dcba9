import { execFileSync } from 'node:child_process';
import { createReadStream, createWriteStream, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transform } from '../../src/index.js';
import { makeFolder, removeFolder, writeLargeStream } from './support.js';

/** So little that record batches of 4 MiB, and results that wait for their place, go to temporary files. */
const RESOURCES = { threads: 1, memory: 2 ** 22 };
/** Pages are larger than chunks of record batches, and those of a row group more than this. */
const PARQUET_RESOURCES = { threads: 1, memory: 2 ** 24 };
const TRANSFORMS = ['p_* = softmax(x*)'];

let folder: string;
/** A stream that ends within its last record batch. */
let cutStream: string;
/** A Parquet file whose last page is damaged. */
let damagedParquet: string;

beforeAll(async () => {
  folder = makeFolder();
  const stream = join(folder, 'in.arrows');
  writeLargeStream(stream, 3);
  cutStream = join(folder, 'cut.arrows');
  writeFileSync(cutStream, readFileSync(stream).subarray(0, -1_000_000));
  damagedParquet = join(folder, 'damaged.parquet');
  await transform({ input: stream, output: damagedParquet, transforms: ['relu(x0)'] });
  const bytes = readFileSync(damagedParquet);
  const footerByteLength = bytes.readUInt32LE(bytes.length - 8);
  const footerStart = bytes.length - 8 - footerByteLength;
  writeFileSync(damagedParquet, bytes.fill(0xff, footerStart - 100_000, footerStart));
});
afterAll(() => removeFolder(folder));

/** What this process has open in the folder, temporary files without a name included. */
function openFiles(): readonly string[] {
  return readdirSync('/proc/self/fd')
    .flatMap((fd) => linkOf(`/proc/self/fd/${fd}`) ?? [])
    .filter((path) => path.startsWith(folder));
}

/** The folder was listed through a descriptor that is closed by now. */
function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function makePipe(name: string): string {
  const path = join(folder, name);
  execFileSync('mkfifo', [path]);
  return path;
}

describe.skipIf(process.platform !== 'linux')('a run that fails closes its files, temporary ones too', () => {
  it.each([
    ['Arrow to compressed Arrow', () => cutStream, 'out.arrow', { ...RESOURCES, compression: 'zstd' }],
    ['Arrow to Parquet', () => cutStream, 'out.parquet', RESOURCES],
    ['Parquet to Parquet', () => damagedParquet, 'out.parquet', PARQUET_RESOURCES],
    ['Parquet to Arrow', () => damagedParquet, 'out.arrow', PARQUET_RESOURCES],
  ])('from %s', async (_title, input, output, options) => {
    const run = transform({
      input: input(),
      output: join(folder, output),
      transforms: TRANSFORMS,
      ...options,
    });
    await expect(run).rejects.toMatchObject({ code: 'LW_CORRUPT_INPUT' });
    expect(openFiles()).toEqual([]);
  });

  it('from a named pipe', async () => {
    const input = makePipe('input-pipe');
    const writing = pipeline(createReadStream(cutStream), createWriteStream(input)).catch(() => {});
    const run = transform({ input, output: join(folder, 'out.arrow'), transforms: TRANSFORMS, ...RESOURCES });
    await expect(run).rejects.toMatchObject({ code: 'LW_CORRUPT_INPUT' });
    await writing;
    expect(openFiles()).toEqual([]);
  });

  it('from a named pipe that ends within its first record batch', async () => {
    const input = makePipe('short-pipe');
    const writing = pipeline(createReadStream(cutStream, { end: 3_000_000 }), createWriteStream(input)).catch(() => {});
    const run = transform({ input, output: join(folder, 'out.arrow'), transforms: TRANSFORMS, ...RESOURCES });
    await expect(run).rejects.toMatchObject({ code: 'LW_CORRUPT_INPUT' });
    await writing;
    expect(openFiles()).toEqual([]);
  });

  it('to a named pipe', async () => {
    const output = makePipe('output-pipe');
    const reading = pipeline(createReadStream(output), createWriteStream('/dev/null'));
    const run = transform({ input: cutStream, output, to: 'arrows', transforms: TRANSFORMS, ...RESOURCES });
    await expect(run).rejects.toMatchObject({ code: 'LW_CORRUPT_INPUT' });
    await reading;
    expect(openFiles()).toEqual([]);
  });
});
