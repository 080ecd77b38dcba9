import {
  closeSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalFile } from '../../src/storage/local-file.js';
import { OutputFile } from '../../src/storage/output-file.js';
import { copyBySystem } from '../../src/storage/system-copy.js';

let folder: string;
let file: LocalFile;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lanewise-copy-'));
  const path = join(folder, 'in');
  writeFileSync(path, 'columns and footer', { mode: 0o400 });
  const fd = openSync(path, 'r');
  file = new LocalFile(fd, path, fstatSync(fd));
});
afterEach(() => {
  file.close();
  rmSync(folder, { recursive: true });
});

const options = { byteLength: 7, mode: 0o640, signal: undefined };

describe('copyBySystem', () => {
  it('copies the first bytes, with the mode asked for, to be written on', async () => {
    const path = join(folder, 'copy');
    const fd = (await copyBySystem(path, { ...options, file })) ?? -1;
    writeSync(fd, ' new', 7);
    closeSync(fd);
    expect(readFileSync(path, 'utf8')).toBe('columns new');
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(readFileSync(file.name, 'utf8')).toBe('columns and footer');
  });

  it('copies nothing where the name leads to another file by now', async () => {
    writeFileSync(join(folder, 'other'), 'columns and falter');
    renameSync(join(folder, 'other'), file.name);
    expect(await copyBySystem(join(folder, 'copy'), { ...options, file })).toBeUndefined();
    expect(readdirSync(folder)).toEqual(['in']);
  });

  it('copies nothing of what has no name', async () => {
    const unnamed = { name: 'memory', byteLength: 18, read() {}, close() {} };
    expect(await copyBySystem(join(folder, 'copy'), { ...options, file: unnamed })).toBeUndefined();
  });

  it('leaves nothing when it is stopped', async () => {
    const stop = new AbortController();
    const copied = copyBySystem(join(folder, 'copy'), { ...options, file, signal: stop.signal });
    stop.abort();
    await expect(copied).rejects.toMatchObject({ code: 'LW_ABORTED' });
    expect(readdirSync(folder)).toEqual(['in']);
  });
});

describe('an output that begins as another file', () => {
  const settings = { overwrite: true, sync: true };

  it('keeps the mode of what it replaces and goes on behind the copy', async () => {
    const path = join(folder, 'out');
    writeFileSync(path, 'old', { mode: 0o604 });
    const output = OutputFile.create(path, settings);
    expect(await output.copyFrom(file, 7)).toBe(true);
    expect(output.byteLength).toBe(7);
    output.write([new TextEncoder().encode(', more')], 7);
    await output.commit();
    expect(readFileSync(path, 'utf8')).toBe('columns, more');
    expect(statSync(path).mode & 0o777).toBe(0o604);
    expect(readdirSync(folder).sort()).toEqual(['in', 'out']);
  });

  it('begins empty where the system copies nothing', async () => {
    renameSync(file.name, join(folder, 'moved'));
    const output = OutputFile.create(join(folder, 'out'), settings);
    expect(await output.copyFrom(file, 7)).toBe(false);
    output.write([new TextEncoder().encode('all')], 0);
    await output.commit();
    expect(readFileSync(join(folder, 'out'), 'utf8')).toBe('all');
  });

  it('leaves nothing when it is stopped or discarded', async () => {
    const output = OutputFile.create(join(folder, 'out'), settings);
    await expect(output.copyFrom(file, 7, AbortSignal.abort())).rejects.toMatchObject({ code: 'LW_ABORTED' });
    await output.discard();
    const other = OutputFile.create(join(folder, 'out'), settings);
    await other.copyFrom(file, 7);
    await other.discard();
    expect(readdirSync(folder)).toEqual(['in']);
  });
});
