import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OutputFile } from '../../src/storage/output-file.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lanewise-output-'));
});
afterEach(() => rm(folder, { recursive: true }));

const bytes = (text: string) => new TextEncoder().encode(text);
const options = { overwrite: false, sync: true };

/** The id of a process that has ended. */
async function endedProcessId(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '0']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

describe('OutputFile', () => {
  it('appears whole at commit and not before', async () => {
    const path = join(folder, 'out.arrow');
    const output = OutputFile.create(path, options);
    output.write([bytes('world')], 6);
    output.write([bytes('hel'), bytes('lo ')], 0);
    expect((await readdir(folder)).filter((name) => !name.startsWith('.'))).toEqual([]);
    await output.commit();
    expect(await readdir(folder)).toEqual(['out.arrow']);
    expect(await readFile(path, 'utf8')).toBe('hello world');
  });

  it('leaves nothing behind when it is discarded', async () => {
    const output = OutputFile.create(join(folder, 'out.arrow'), options);
    output.write([bytes('half')], 0);
    await output.discard();
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses a file that exists, and replaces it when told to, with its mode', async () => {
    const path = join(folder, 'out.arrow');
    await writeFile(path, 'old');
    await chmod(path, 0o640);
    expect(() => OutputFile.create(path, options)).toThrow(
      expect.objectContaining({ code: 'LW_OUTPUT_EXISTS', message: expect.stringContaining('--overwrite') }),
    );
    const output = OutputFile.create(path, { ...options, overwrite: true });
    output.write([bytes('new')], 0);
    expect(await readFile(path, 'utf8')).toBe('old');
    await output.commit();
    expect(await readFile(path, 'utf8')).toBe('new');
    expect((await stat(path)).mode & 0o777).toBe(0o640);
  });

  it('does not replace a file that somebody made meanwhile', async () => {
    const path = join(folder, 'out.arrow');
    const output = OutputFile.create(path, options);
    output.write([bytes('mine')], 0);
    await writeFile(path, 'theirs');
    await expect(output.commit()).rejects.toMatchObject({ code: 'LW_OUTPUT_EXISTS' });
    await output.discard();
    expect(await readFile(path, 'utf8')).toBe('theirs');
    expect(await readdir(folder)).toEqual(['out.arrow']);
  });

  it('writes where a symbolic link leads', async () => {
    await symlink('target.arrow', join(folder, 'link.arrow'));
    const output = OutputFile.create(join(folder, 'link.arrow'), options);
    output.write([bytes('x')], 0);
    await output.commit();
    expect(await readFile(join(folder, 'target.arrow'), 'utf8')).toBe('x');
    expect((await readdir(folder)).sort()).toEqual(['link.arrow', 'target.arrow']);
  });

  it('says what is wrong with a folder that is not there, and with one that is the output', () => {
    expect(() => OutputFile.create(join(folder, 'none', 'out.arrow'), options)).toThrow(
      expect.objectContaining({ code: 'LW_IO', message: expect.stringContaining('ENOENT') }),
    );
    expect(() => OutputFile.create(folder, options)).toThrow(
      expect.objectContaining({ code: 'LW_IO', message: expect.stringContaining('it is a folder') }),
    );
  });

  it('removes what a killed run to the same output left, and nothing else', async () => {
    const dead = await endedProcessId();
    const leftover = `.out.arrow.${dead}-0a1b2c.lanewise-tmp`;
    const others = [
      `.other.arrow.${dead}-0a1b2c.lanewise-tmp`,
      `.out.arrow.${process.ppid}-0a1b2c.lanewise-tmp`,
      '.out.arrow.notes.lanewise-tmp',
      'data.lanewise-tmp',
    ];
    for (const name of [leftover, ...others]) await writeFile(join(folder, name), 'x');
    const first = OutputFile.create(join(folder, 'out.arrow'), options);
    const second = OutputFile.create(join(folder, 'out.arrow'), options);
    const names = await readdir(folder);
    expect(names).toEqual(expect.arrayContaining(others));
    expect(names).not.toContain(leftover);
    expect(names).toHaveLength(others.length + 2);
    await first.discard();
    await second.discard();
  });

  it('takes a name as long as the file system allows', async () => {
    const name = `${'n'.repeat(249)}.arrow`;
    const output = OutputFile.create(join(folder, name), options);
    output.write([bytes('x')], 0);
    await output.commit();
    expect(await readdir(folder)).toEqual([name]);
  });

  it('syncs behind the writes of a large file and still holds every byte', async () => {
    const path = join(folder, 'large.arrow');
    const output = OutputFile.create(path, options);
    const block = new Uint8Array(8 * 2 ** 20);
    for (let index = 0; index < 9; index++) {
      block.fill(index + 1);
      output.write([block], index * block.byteLength);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await output.commit();
    const written = await readFile(path);
    expect(written.byteLength).toBe(9 * block.byteLength);
    expect(Array.from({ length: 9 }, (_, index) => written[index * block.byteLength + 5])).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
  });
});
