import { describe, expect, it } from 'vitest';
import { LanewiseError } from '../../../src/errors.js';
import { memoryReader, transformAll, transformBytes } from './support.js';
import { makeBatch, randomNumbers, writeFile, writeStream } from './tables.js';

const BATCHES = [makeBatch(40, 8), makeBatch(3, 9)];

/** Runs a damaged input; returns the error's code, `undefined` for success. Anything but a LanewiseError is thrown. */
async function codeOf(run: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    if (!(error instanceof LanewiseError)) throw error;
    return error.code;
  }
}

const INPUT_CODES = [undefined, 'LW_CORRUPT_INPUT', 'LW_UNSUPPORTED_INPUT', 'LW_NOT_COLUMNAR', 'LW_UNSUPPORTED_OPTION'];

describe('damaged Arrow input', () => {
  for (const [form, bytes] of [
    ['file', writeFile(BATCHES)],
    ['stream', writeStream(BATCHES)],
  ] as const) {
    it(`ends with a result or an error for a ${form} with any bytes changed`, async () => {
      const random = randomNumbers(10);
      let errorCount = 0;
      for (let round = 0; round < 400; round++) {
        const damaged = bytes.slice();
        const changes = 1 + Math.floor(random() * 3);
        for (let i = 0; i < changes; i++) {
          const value = [0, 1, 127, 128, 255, Math.floor(random() * 256)][Math.floor(random() * 6)]!;
          damaged[Math.floor(random() * damaged.length)] = value;
        }
        const code = await codeOf(() => transformAll(damaged));
        expect(INPUT_CODES).toContain(code);
        if (code !== undefined) errorCount++;
      }
      expect(errorCount).toBeGreaterThan(50);
    });

    it(`tells that a ${form} was cut off, wherever`, async () => {
      const random = randomNumbers(11);
      for (let round = 0; round < 200; round++) {
        const cut = bytes.subarray(0, Math.floor(random() * bytes.length));
        const code = await codeOf(() => transformAll(cut));
        expect(form === 'file' ? INPUT_CODES.slice(1) : INPUT_CODES).toContain(code);
      }
    });
  }

  it('ends with a result or an error for a damaged pipe', async () => {
    const bytes = writeStream(BATCHES);
    const random = randomNumbers(12);
    for (let round = 0; round < 150; round++) {
      const damaged = bytes.slice();
      damaged[Math.floor(random() * damaged.length)] = Math.floor(random() * 256);
      expect(INPUT_CODES).toContain(await codeOf(() => transformAll(memoryReader(damaged))));
    }
  });

  it('ends with a result or an error for damaged compressed bodies', async () => {
    const random = randomNumbers(13);
    for (const codec of ['lz4', 'zstd'] as const) {
      const bytes = await transformBytes(writeFile(BATCHES), [], { compression: { codec, level: undefined } });
      for (let round = 0; round < 50; round++) {
        const damaged = bytes.slice();
        damaged[Math.floor(random() * damaged.length)] = Math.floor(random() * 256);
        // Small slots, so that buffers are decompressed outside of them.
        expect(INPUT_CODES).toContain(await codeOf(() => transformAll(damaged, { slotByteLength: 1 << 12 })));
      }
    }
  });

  it('accepts a stream without its end mark', async () => {
    const bytes = writeStream(BATCHES);
    const whole = await transformBytes(bytes, [], { to: 'stream' });
    const unmarked = await transformBytes(bytes.subarray(0, bytes.length - 8), [], { to: 'stream' });
    expect(Buffer.compare(whole, unmarked)).toBe(0);
  });
});
