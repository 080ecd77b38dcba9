import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { PageHeader } from '../../../src/formats/parquet/definitions.js';
import { readStruct } from '../../../src/formats/parquet/thrift.js';
import { seededRandom } from '../../../src/seeded-random.js';
import { type TransformOptions, transformBytes } from './support.js';

const ROW_COUNT = 2000;
const random = seededRandom(3);
const x = Array.from({ length: ROW_COUNT }, () => random() - 0.5);

/** A file whose pages carry checksums: what this package writes when it is asked to. */
async function writeChecked(compression: TransformOptions['compression']): Promise<Uint8Array> {
  const columnData = [{ name: 'x', data: x, type: 'DOUBLE' as const, nullable: true, encoding: 'PLAIN' as const }];
  const bytes = new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 1000 }));
  const options = { pageChecksum: true, ...(compression && { compression }) };
  return transformBytes(bytes, ['x = linear(x)'], options);
}

/** Flips a bit in the last byte of the first page, which is one of a number. */
function damage(bytes: Uint8Array): Uint8Array {
  const start = Number(parquetMetadata(bytes.slice().buffer).row_groups[0]?.columns[0]?.meta_data?.data_page_offset);
  const { struct, end } = readStruct(bytes, start);
  expect(struct.has(PageHeader.crc)).toBe(true);
  const damaged = bytes.slice();
  const last = end + (struct.integer(PageHeader.compressedPageSize) ?? 0) - 1;
  damaged[last] = (damaged[last] ?? 0) ^ 1;
  return damaged;
}

describe('checksums of pages', () => {
  it.each<[string, TransformOptions['compression']]>([
    ['compressed', undefined],
    ['uncompressed', { codec: 'none', level: undefined }],
  ])('let whole pages through and damaged ones not: %s', async (_, compression) => {
    const bytes = await writeChecked(compression);
    const rows = await parquetReadObjects({ file: (await transformBytes(bytes, ['x = relu(x)'])).slice().buffer });
    expect(rows.map((row) => row.x)).toEqual(x.map((value) => Math.max(0, value)));
    await expect(transformBytes(damage(bytes), ['x = relu(x)'])).rejects.toMatchObject({
      code: 'LW_CORRUPT_INPUT',
      message: expect.stringMatching(
        /^column "x": the page of values 0 to 1000 has the CRC-32 [0-9a-f]{8}, its header names [0-9a-f]{8}: the file is damaged$/,
      ),
    });
  });

  it('are not asked for where a column is copied', async () => {
    const damaged = damage(await writeChecked({ codec: 'none', level: undefined }));
    const output = await transformBytes(damaged, []);
    expect(output.length).toBe(damaged.length);
  });
});
