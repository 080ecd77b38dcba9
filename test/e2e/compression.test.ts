import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { transform } from '../../src/index.js';
import { temporaryFolder } from '../cli/support.js';
import { findPyarrow } from './python.js';
import { digest, measurements, readTable, writeTable } from './support.js';

const CODECS = ['none', 'lz4', 'zstd', 'zstd:9'] as const;
const EXTENSIONS = ['.arrow', '.arrows'] as const;
const python = findPyarrow();

/** Whole numbers and texts, which compress, and batches of several sizes. */
const TABLE = measurements(2500, 1200).concat(measurements(40, 1, 5));

interface Settings {
  readonly compression?: string;
  readonly memory?: number;
  readonly overwrite?: boolean;
  readonly threads?: number;
}

async function apply(input: string, output: string, text: string, settings: Settings): Promise<void> {
  await transform({ input, output, transforms: [text], sync: false, ...settings });
}

describe('compression', () => {
  it.each(CODECS.flatMap((from) => CODECS.map((to) => [from, to] as const)))(
    'from %s to %s and back keeps every value',
    async (from, to) => {
      const folder = temporaryFolder();
      const path = (name: string) => join(folder, name);
      writeTable(path('in.arrow'), TABLE);
      await apply(path('in.arrow'), path('first.arrows'), 'y = sigmoid(x1)', { compression: from });
      await apply(path('first.arrows'), path('second.arrow'), 'z = tanh(y)', { compression: to, threads: 1 });
      await apply(path('second.arrow'), path('back.arrows'), 'w = relu(z)', { compression: 'none' });
      // The same by way of uncompressed files.
      await apply(path('in.arrow'), path('plain1.arrow'), 'y = sigmoid(x1)', { compression: 'none' });
      await apply(path('plain1.arrow'), path('plain2.arrow'), 'z = tanh(y)', {});
      await apply(path('plain2.arrow'), path('plain3.arrows'), 'w = relu(z)', {});

      const result = readTable(path('back.arrows'));
      const expected = readTable(path('plain3.arrows'));
      expect(result.schema.names).toEqual([...TABLE.schema.names, 'y', 'z', 'w']);
      expect(result.numRows).toBe(TABLE.numRows);
      for (const name of result.schema.names) {
        expect([...result.getChild(name)!]).toEqual([...expected.getChild(name)!]);
        if (TABLE.getChild(name) !== null) expect([...result.getChild(name)!]).toEqual([...TABLE.getChild(name)!]);
      }
      if (from !== 'none')
        expect(statSync(path('first.arrows')).size).toBeLessThan(statSync(path('plain1.arrow')).size);
    },
  );

  it.each(['lz4', 'zstd'])('by %s is kept where nothing else is asked for', async (codec) => {
    const folder = temporaryFolder();
    writeTable(join(folder, 'in.arrow'), TABLE);
    const first = join(folder, 'first.arrow');
    await apply(join(folder, 'in.arrow'), first, 'y = relu(x0)', { compression: codec });
    await apply(first, join(folder, 'kept.arrow'), 'z = relu(x0)', {});
    await apply(first, join(folder, 'named.arrow'), 'z = relu(x0)', { compression: codec });
    expect(digest(readFileSync(join(folder, 'kept.arrow')))).toBe(digest(readFileSync(join(folder, 'named.arrow'))));
  });

  it('by lz4 takes buffers many times the memory; by zstd it says how much they take', async () => {
    const folder = temporaryFolder();
    writeTable(join(folder, 'in.arrow'), measurements(60_000, 60_000));
    const read = async (codec: string, memory: number) => {
      const first = join(folder, `${codec}.arrow`);
      const output = join(folder, `${codec}-${memory}.arrows`);
      await apply(join(folder, 'in.arrow'), first, 'y = relu(x0)', { compression: codec, overwrite: true });
      await apply(first, output, 'y = tanh(y)', { compression: 'none', memory, threads: 1 });
      return digest(readFileSync(output));
    };
    const expected = await read('lz4', 2 ** 27);
    expect(await read('lz4', 2 ** 18)).toBe(expected);
    expect(await read('zstd', 2 ** 27)).toBe(expected);
    await expect(read('zstd', 2 ** 18)).rejects.toMatchObject({
      code: 'LW_MEMORY_BUDGET',
      message: expect.stringMatching(/ZSTD buffer that takes \d+ bytes/),
    });
  });

  it
    .skipIf(python === undefined)
    .each(EXTENSIONS.flatMap((extension) => CODECS.map((codec) => [extension, codec] as const)))(
    'to %s by %s is read by pyarrow',
    async (extension, compression) => {
      const folder = temporaryFolder();
      const input = join(folder, 'in.arrow');
      const output = join(folder, `out${extension}`);
      writeTable(input, TABLE);
      await apply(input, output, 'y = sigmoid(x1)', { compression });
      const script = fileURLToPath(new URL('compare.py', import.meta.url));
      const cases = [{ input, output, replaced: null, added: 'y' }];
      expect(spawnSync(python!, [script], { input: JSON.stringify(cases), encoding: 'utf8' })).toMatchObject({
        stdout: '[[]]',
        stderr: '',
      });
    },
  );

  it.each([
    ['snappy', 'out.arrow'],
    ['zstd:99', 'out.arrow'],
    ['lz4:3', 'out.arrows'],
    ['none:1', 'out.arrow'],
  ])('by %s is refused for %s', async (compression, name) => {
    const folder = temporaryFolder();
    writeTable(join(folder, 'in.arrow'), measurements(5, 5));
    await expect(
      apply(join(folder, 'in.arrow'), join(folder, name), 'relu(x0)', { compression }),
    ).rejects.toMatchObject({
      code: 'LW_UNSUPPORTED_OPTION',
    });
  });
});
