import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { expect, it } from 'vitest';
import { PageHeader } from '../../src/formats/parquet/definitions.js';
import { readStruct } from '../../src/formats/parquet/thrift.js';
import { transform } from '../../src/run/transform.js';
import { seededRandom } from '../../src/seeded-random.js';
import { temporaryFolder } from '../cli/support.js';

const random = seededRandom(5);
const x = Array.from({ length: 5000 }, () => random() * 6 - 3);

function writeInput(folder: string): string {
  const path = join(folder, 'in.parquet');
  const columnData = [{ name: 'x', data: x, type: 'DOUBLE' as const, nullable: false, encoding: 'PLAIN' as const }];
  writeFileSync(path, new Uint8Array(parquetWriteBuffer({ columnData })));
  return path;
}

function firstChunk(bytes: Uint8Array) {
  const chunk = parquetMetadata(bytes.slice().buffer).row_groups[0]?.columns[0]?.meta_data;
  const { struct } = readStruct(bytes, Number(chunk?.data_page_offset));
  return { encodings: chunk?.encodings, hasCrc: struct.has(PageHeader.crc) };
}

it('encodes results and adds checksums as asked for', async () => {
  const folder = temporaryFolder();
  const input = writeInput(folder);
  const common = { input, transforms: ['x = sigmoid(x)'], compression: 'zstd', sync: false };
  const [plain, split] = [join(folder, 'plain.parquet'), join(folder, 'split.parquet')];
  await transform({ ...common, output: plain });
  await transform({ ...common, output: split, byteStreamSplit: true, pageChecksums: true });
  expect(firstChunk(readFileSync(plain))).toEqual({ encodings: ['PLAIN', 'RLE'], hasCrc: false });
  const bytes = new Uint8Array(readFileSync(split));
  expect(firstChunk(bytes)).toEqual({ encodings: ['BYTE_STREAM_SPLIT', 'RLE'], hasCrc: true });
  expect(statSync(split).size).toBeLessThan(statSync(plain).size);
  const again = join(folder, 'again.parquet');
  await transform({ ...common, input: split, output: again, transforms: ['x = linear(x)'], compression: 'none' });
  const rows = await parquetReadObjects({ file: new Uint8Array(readFileSync(again)).buffer });
  expect(rows).toEqual(x.map((value) => ({ x: expect.closeTo(1 / (1 + Math.exp(-value)), 14) })));
});

it.each([{ byteStreamSplit: true }, { pageChecksums: true }])('is refused for Arrow: %o', async (options) => {
  const folder = temporaryFolder();
  const [input, output] = [writeInput(folder), join(folder, 'out.arrow')];
  await expect(transform({ input, output, transforms: ['x = relu(x)'], ...options })).rejects.toMatchObject({
    code: 'LW_UNSUPPORTED_OPTION',
  });
});
