import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { PageHeader } from '../../src/formats/parquet/definitions.js';
import { readStruct } from '../../src/formats/parquet/thrift.js';
import { transform } from '../../src/run/transform.js';
import { seededRandom } from '../../src/seeded-random.js';
import { Zstd } from '../../workers/codecs/zstd.js';
import { temporaryFolder } from '../cli/support.js';

const zstd = await Zstd.load();
const compressors = {
  GZIP: (bytes: Uint8Array) => gunzipSync(bytes),
  ZSTD: (bytes: Uint8Array, byteLength: number) => {
    const target = new Uint8Array(byteLength);
    expect(zstd.decompress(bytes, target)).toBe(byteLength);
    return target;
  },
};
const random = seededRandom(5);
const x = Array.from({ length: 5000 }, () => random() * 6 - 3);

function writeInput(folder: string): string {
  const path = join(folder, 'in.parquet');
  const columnData = [{ name: 'x', data: x, type: 'DOUBLE' as const, nullable: false, encoding: 'PLAIN' as const }];
  writeFileSync(path, new Uint8Array(parquetWriteBuffer({ columnData })));
  return path;
}

function firstChunk(bytes: Uint8Array, column = 0) {
  const chunk = parquetMetadata(bytes.slice().buffer).row_groups[0]?.columns[column]?.meta_data;
  const { struct } = readStruct(bytes, Number(chunk?.data_page_offset));
  return { encodings: chunk?.encodings, hasCrc: struct.has(PageHeader.crc) };
}

it('encodes results and adds checksums as asked for', async () => {
  const folder = temporaryFolder();
  const input = writeInput(folder);
  const common = { input, transforms: ['x = sigmoid(x)'], compression: 'zstd', sync: false };
  const [plain, split] = [join(folder, 'plain.parquet'), join(folder, 'split.parquet')];
  await transform({ ...common, output: plain, encoding: 'plain' });
  await transform({ ...common, output: split, encoding: 'byte_stream_split', pageChecksums: true });
  expect(firstChunk(readFileSync(plain))).toEqual({ encodings: ['PLAIN', 'RLE'], hasCrc: false });
  const bytes = new Uint8Array(readFileSync(split));
  expect(firstChunk(bytes)).toEqual({ encodings: ['RLE', 'BYTE_STREAM_SPLIT'], hasCrc: true });
  expect(statSync(split).size).toBeLessThan(statSync(plain).size);
  const again = join(folder, 'again.parquet');
  await transform({ ...common, input: split, output: again, transforms: ['x = linear(x)'], compression: 'none' });
  const rows = await parquetReadObjects({ file: new Uint8Array(readFileSync(again)).buffer });
  expect(rows).toEqual(x.map((value) => ({ x: expect.closeTo(1 / (1 + Math.exp(-value)), 14) })));
});

describe('the encoding that is left to the values', () => {
  const rounded = x.map((value) => Math.round(value * 10) / 10);

  it.each<[string, readonly (number | null)[], string, string, readonly string[]]>([
    ['numbers that hardly repeat', x, 'zstd', 'DOUBLE', ['RLE', 'BYTE_STREAM_SPLIT']],
    ['their float32', x.map(Math.fround), 'gzip', 'FLOAT', ['RLE', 'BYTE_STREAM_SPLIT']],
    [
      'some of them null',
      x.map((value, row) => (row % 3 === 0 ? null : value)),
      'zstd',
      'DOUBLE',
      ['RLE', 'BYTE_STREAM_SPLIT'],
    ],
    ['rounded numbers', rounded, 'zstd', 'DOUBLE', ['PLAIN', 'RLE']],
    [
      'some of them null',
      rounded.map((value, row) => (row % 3 === 0 ? null : value)),
      'zstd',
      'DOUBLE',
      ['PLAIN', 'RLE'],
    ],
    ['a codec without entropy coding', x, 'snappy', 'DOUBLE', ['PLAIN', 'RLE']],
    ['integers', x.map((value) => Math.round(value) + 0), 'zstd', 'INT32', ['PLAIN', 'RLE']],
    [
      'a rounded page behind another',
      [...x, ...Array.from({ length: 131_072 }, (_, row) => row % 50)],
      'zstd',
      'DOUBLE',
      ['PLAIN', 'RLE', 'BYTE_STREAM_SPLIT'],
    ],
  ])('%s: %#', async (_, values, compression, type, encodings) => {
    const folder = temporaryFolder();
    const [input, output] = [join(folder, 'in.parquet'), join(folder, 'out.parquet')];
    const columnData = [{ name: 'x', data: [...values], type: type as 'DOUBLE', encoding: 'PLAIN' as const }];
    writeFileSync(input, new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: values.length })));
    await transform({
      input,
      output,
      transforms: ['x = relu(x)', 'y = linear(x)'],
      compression,
      sync: false,
    });
    const bytes = readFileSync(output);
    expect(firstChunk(bytes, 1).encodings).toEqual(encodings);
    const rows = await parquetReadObjects({ file: new Uint8Array(bytes).buffer, compressors });
    expect(rows).toEqual(values.map((value) => ({ x: value === null ? null : Math.max(0, value), y: value })));
  });
});

it.each([{ encoding: 'plain' as const }, { pageChecksums: true }])('is refused for Arrow: %o', async (options) => {
  const folder = temporaryFolder();
  const [input, output] = [writeInput(folder), join(folder, 'out.arrow')];
  await expect(transform({ input, output, transforms: ['x = relu(x)'], ...options })).rejects.toMatchObject({
    code: 'LW_UNSUPPORTED_OPTION',
  });
});
