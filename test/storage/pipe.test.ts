import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openInput } from '../../src/storage/local-file.js';
import { createPipeReader } from '../../src/storage/pipe-reader.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lanewise-pipe-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A named pipe that a child fills with `count` bytes, byte i being i modulo 251, in pieces of `pieceByteLength`. */
function filledPipe(name: string, count: number, pieceByteLength: number): string {
  const path = join(folder, name);
  execFileSync('mkfifo', [path]);
  const script = `
    const fs = require('node:fs');
    const bytes = Uint8Array.from({ length: ${count} }, (_, i) => i % 251);
    const fd = fs.openSync(${JSON.stringify(path)}, 'w');
    for (let at = 0; at < bytes.length;) at += fs.writeSync(fd, bytes, at, Math.min(${pieceByteLength}, bytes.length - at));
  `;
  spawn(process.execPath, ['-e', script], { stdio: 'inherit' });
  return path;
}

describe.skipIf(process.platform === 'win32')('a pipe', () => {
  it.each([
    ['pieces that divide nothing', 300_000, 977],
    ['more than a pipe holds at once', 1_000_000, 1_000_000],
  ])('is read in order, whatever is asked for, in %s', async (_, count, pieceByteLength) => {
    const input = await openInput(filledPipe(`in-${count}`, count, pieceByteLength));
    if (input.kind !== 'pipe') throw new Error(`read as a ${input.kind}`);
    let at = 0;
    for (const byteLength of [1, 0, 3, 65_536, 65_537, 100_000, count]) {
      const target = new Uint8Array(byteLength).fill(255);
      const expected = Math.min(byteLength, count - at);
      expect(await input.reader.read(target)).toBe(expected);
      const wrong = target.findIndex((byte, i) => byte !== (i < expected ? (at + i) % 251 : 255));
      expect(wrong).toBe(-1);
      at += expected;
    }
    expect(at).toBe(count);
    expect(await input.reader.read(new Uint8Array(1))).toBe(0);
    input.reader.close();
  });

  it('that nobody fills is waited for until the signal comes', async () => {
    const path = join(folder, 'silent');
    execFileSync('mkfifo', [path]);
    // Open for reading and writing, it has a writer and never ends.
    const fd = openSync(path, 'r+');
    const controller = new AbortController();
    const reader = createPipeReader(fd, 'silent', controller.signal);
    const read = reader.read(new Uint8Array(8));
    setTimeout(() => controller.abort(), 10);
    await expect(read).rejects.toMatchObject({ code: 'LW_ABORTED' });
    reader.close();
  });

  it('may be a device', async () => {
    const reader = createPipeReader(openSync('/dev/zero', 'r'), '/dev/zero');
    const target = new Uint8Array(200_000).fill(1);
    expect(await reader.read(target)).toBe(200_000);
    expect(target.every((byte) => byte === 0)).toBe(true);
    reader.close();
    expect(await createPipeReader(openSync('/dev/null', 'r'), '/dev/null').read(target)).toBe(0);
  });
});
