import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ReadableFile } from '../../src/storage/file.js';
import { availableCores } from '../../src/storage/host.js';
import { openInput } from '../../src/storage/local-file.js';
import { MemoryFile } from '../../src/storage/memory-file.js';
import { openSpool } from '../../src/storage/spool.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lanewise-files-'));
});
afterEach(() => rm(folder, { recursive: true }));

const CONTENT = Uint8Array.from({ length: 1000 }, (_, index) => index % 251);

async function makeLocal(): Promise<ReadableFile> {
  await writeFile(join(folder, 'in'), CONTENT);
  const input = await openInput(join(folder, 'in'));
  if (input.kind !== 'file') throw new Error('a file was opened as a pipe');
  return input.file;
}

function makeSpool(): ReadableFile {
  const spool = openSpool(folder);
  spool.write([CONTENT.subarray(500)], 500);
  spool.write([CONTENT.subarray(0, 200), CONTENT.subarray(200, 500)], 0);
  return spool;
}

describe.each([
  ['a local file', makeLocal],
  ['a spool', makeSpool],
  ['memory', () => new MemoryFile('memory', CONTENT)],
])('%s', (_, make) => {
  it('is read by position', async () => {
    const file = await make();
    expect(file.byteLength).toBe(1000);
    const target = new Uint8Array(10);
    file.read(target, 990);
    expect([...target]).toEqual([...CONTENT.subarray(990)]);
    file.read(target.subarray(2, 5), 0);
    expect([...target.subarray(2, 5)]).toEqual([0, 1, 2]);
    file.close();
  });

  it('says where it ends when more is asked for', async () => {
    const file = await make();
    expect(() => file.read(new Uint8Array(11), 990)).toThrow(
      expect.objectContaining({
        code: 'LW_CORRUPT_INPUT',
        message: expect.stringMatching(/ends at byte 1000, before byte 1001/),
      }),
    );
    file.close();
  });
});

describe('openInput', () => {
  it('names what it cannot open', async () => {
    await expect(openInput(join(folder, 'none'))).rejects.toThrow(
      expect.objectContaining({ code: 'LW_IO', message: expect.stringContaining('no such file or folder (ENOENT)') }),
    );
    await expect(openInput(folder)).rejects.toThrow(
      expect.objectContaining({ code: 'LW_IO', message: expect.stringContaining('it is a folder') }),
    );
  });

  it('reads a device as a pipe', async () => {
    const input = await openInput('/dev/zero');
    if (input.kind !== 'pipe') throw new Error('a device was opened as a file');
    const target = new Uint8Array(100_000).fill(1);
    expect(await input.reader.read(target)).toBe(100_000);
    expect(target.every((byte) => byte === 0)).toBe(true);
  });
});

describe('openSpool', () => {
  it('leaves no name in its folder', async () => {
    const spool = openSpool(folder);
    spool.write([CONTENT], 0);
    expect(await readdir(folder)).toEqual([]);
    spool.close();
  });

  it('says which folder it cannot be made in', () => {
    expect(() => openSpool(join(folder, 'none'))).toThrow(expect.objectContaining({ code: 'LW_IO' }));
  });
});

describe('availableCores', () => {
  it('is a whole number of at least 1', () => {
    expect(availableCores()).toBeGreaterThanOrEqual(1);
    expect(Number.isInteger(availableCores())).toBe(true);
  });
});
