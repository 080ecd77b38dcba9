import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LanewiseError, transform } from '../../src/index.js';
import { type Form, measurements, randomNumbers, toIpc, writeTable } from '../e2e/support.js';
import { makeFolder, removeFolder } from './support.js';

let folder: string;
beforeAll(() => {
  folder = makeFolder();
});
afterAll(() => removeFolder(folder));

const TABLE = measurements(40, 25);
const EXTENSIONS: Readonly<Record<Form, string>> = { file: '.arrow', stream: '.arrows' };

/** Runs a transform over the bytes; returns the error's code, or `done` where the output is whole. */
async function outcome(bytes: Uint8Array, form: Form): Promise<string> {
  const input = join(folder, `in${EXTENSIONS[form]}`);
  const output = join(folder, 'out.arrow');
  writeFileSync(input, bytes);
  try {
    await transform({ input, output, transforms: ['x1 = sigmoid(x1)', 'y = tanh(f)'], sync: false, overwrite: true });
  } catch (error) {
    if (!(error instanceof LanewiseError)) throw error;
    expect(error.message).not.toMatch(/\n|undefined|NaN/);
    expect(readdirSync(folder).filter((name) => name.startsWith('.') || name.startsWith('out'))).toEqual([]);
    expect(error.code).toMatch(/^LW_(?!INTERNAL)/);
    return error.code;
  }
  rmSync(output);
  return 'done';
}

/** The table compressed by Lanewise itself. */
async function compressed(form: Form, compression: string): Promise<Uint8Array> {
  const input = join(folder, 'whole.arrow');
  const output = join(folder, `compressed${EXTENSIONS[form]}`);
  writeTable(input, TABLE);
  await transform({ input, output, transforms: ['z = relu(x0)'], compression, sync: false });
  const bytes = readFileSync(output);
  rmSync(input);
  rmSync(output);
  return bytes;
}

describe.each(['file', 'stream'] as const)('an Arrow %s', (form) => {
  it('that is cut off anywhere is refused', async () => {
    const bytes = toIpc(TABLE, form);
    const random = randomNumbers(31);
    const ends = [
      ...Array.from({ length: 20 }, (_, part) => Math.floor((part * bytes.length) / 20)),
      ...Array.from({ length: 40 }, () => Math.floor(random() * bytes.length)),
    ];
    for (const end of ends) {
      const code = await outcome(bytes.subarray(0, end), form);
      // A stream may end behind any of its messages.
      const accepted =
        form === 'stream' ? ['LW_CORRUPT_INPUT', 'LW_NOT_COLUMNAR', 'done'] : ['LW_CORRUPT_INPUT', 'LW_NOT_COLUMNAR'];
      expect(accepted).toContain(code);
    }
  });

  it.each([
    ['none', 12],
    ['lz4', 40],
    ['zstd', 40],
  ] as const)(
    'of compression %s with a bit flipped ends with a result or one clear error',
    async (codec, longestStep) => {
      const whole = codec === 'none' ? toIpc(TABLE, form) : await compressed(form, codec);
      const random = randomNumbers(codec.length);
      const codes = new Map<string, number>();
      for (let at = 0; at < whole.length; at += 1 + Math.floor(random() * longestStep)) {
        const bytes = Uint8Array.from(whole);
        bytes[at]! ^= 1 << Math.floor(random() * 8);
        const code = await outcome(bytes, form);
        codes.set(code, (codes.get(code) ?? 0) + 1);
      }
      expect([...codes.keys()]).toEqual(expect.arrayContaining(['done', 'LW_CORRUPT_INPUT']));
    },
  );
});
