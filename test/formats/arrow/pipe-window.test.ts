import { describe, expect, it } from 'vitest';
import { PipeWindow } from '../../../src/formats/arrow/pipe-window.js';
import { makeSpool } from './support.js';
import { randomNumbers } from './tables.js';

function openWindow(windowByteLength: number) {
  const sent: number[] = [];
  const spools: string[] = [];
  const window = new PipeWindow({
    writer: {
      name: 'pipe',
      async write(view) {
        sent.push(...view);
      },
    },
    windowByteLength,
    openSpool: () => {
      spools.push('open');
      return makeSpool();
    },
  });
  return { window, sent, spools };
}

describe('PipeWindow', () => {
  it('sends what was written in any order, and zeros for what was skipped', async () => {
    const { window, sent, spools } = openWindow(100);
    window.write([Uint8Array.of(4, 5)], 4);
    window.write([Uint8Array.of(1), Uint8Array.of(2)], 1);
    await window.flush(8);
    expect(sent).toEqual([0, 1, 2, 0, 4, 5, 0, 0]);
    expect(spools).toEqual([]);
  });

  it('keeps what stands behind a flush', async () => {
    const { window, sent } = openWindow(100);
    window.write([Uint8Array.of(1, 2, 3, 4, 5, 6)], 0);
    await window.flush(2);
    window.write([Uint8Array.of(9)], 6);
    await window.flush(8);
    expect(sent).toEqual([1, 2, 3, 4, 5, 6, 9, 0]);
  });

  it('keeps a spool while more is in it than memory may hold', async () => {
    const { window, sent, spools } = openWindow(20);
    const bytes = Uint8Array.from({ length: 60 }, (_, i) => i + 1);
    window.write([bytes], 0);
    for (const end of [12, 13, 40, 60]) await window.flush(end);
    expect(Uint8Array.from(sent)).toEqual(bytes);
    expect(spools.length).toBe(1);
  });

  it('takes what is written while a flush is under way', async () => {
    const { window, sent } = openWindow(100);
    window.write([Uint8Array.of(1, 2, 3, 4)], 0);
    const flushed = window.flush(2);
    window.write([Uint8Array.of(7)], 6);
    window.write([Uint8Array.of(5, 6)], 4);
    await flushed;
    await window.flush(8);
    expect(sent).toEqual([1, 2, 3, 4, 5, 6, 7, 0]);
  });

  it('sends the same bytes whether they went through memory or a spool', async () => {
    for (const windowByteLength of [1, 7, 64, 1000]) {
      const { window, sent, spools } = openWindow(windowByteLength);
      const random = randomNumbers(30);
      const expected = new Uint8Array(2000);
      for (let start = 0; start < 2000; start += 250) {
        const end = start + 250;
        for (let i = 0; i < 12; i++) {
          // Some of what is written belongs to the next part.
          const at = Math.min(1970, start + Math.floor(random() * 300));
          const bytes = Uint8Array.from({ length: 30 }, () => 1 + random() * 255);
          window.write([bytes], at);
          expected.set(bytes, at);
        }
        await window.flush(end);
        expect(sent.length).toBe(end);
      }
      expect(Uint8Array.from(sent)).toEqual(expected);
      expect(spools.length > 0).toBe(windowByteLength < 250);
    }
  });
});
