import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { PageHeader } from '../../../src/formats/parquet/definitions.js';
import { readStruct } from '../../../src/formats/parquet/thrift.js';
import { type TransformOptions, transformBytes } from './support.js';

const ROW_COUNT = 3000;
const VALUES = [-2, -0.5, 0, 1.25, 3];

/** Rows of few values, with a null in each eleventh. */
const data = Array.from({ length: ROW_COUNT }, (_, row) => (row % 11 === 10 ? null : VALUES[(row * row) % 5]));

interface FileOptions {
  readonly nullable?: boolean;
  readonly codec?: 'SNAPPY' | 'UNCOMPRESSED';
  readonly values?: readonly unknown[];
  readonly type?: 'DOUBLE' | 'FLOAT' | 'INT32';
}

function writeFile({ nullable = true, codec = 'SNAPPY', values = data, type = 'DOUBLE' }: FileOptions): Uint8Array {
  const column = { name: 'x', data: [...values], type, nullable, encoding: 'RLE_DICTIONARY' as const };
  return new Uint8Array(parquetWriteBuffer({ columnData: [column], rowGroupSize: 1000, codec, pageSize: 200 }));
}

async function readRows(bytes: Uint8Array): Promise<readonly Record<string, unknown>[]> {
  return parquetReadObjects({ file: bytes.slice().buffer });
}

function chunksOf(bytes: Uint8Array) {
  return parquetMetadata(bytes.slice().buffer).row_groups.map(({ columns }) => {
    const metadata = columns[0]?.meta_data;
    if (metadata === undefined) throw new RangeError('a column chunk without metadata');
    return metadata;
  });
}

/** The bodies of the data pages of the first column chunk. */
function pageBodies(bytes: Uint8Array): readonly Uint8Array[] {
  const [chunk] = chunksOf(bytes);
  let position = Number(chunk?.dictionary_page_offset ?? chunk?.data_page_offset);
  const end = position + Number(chunk?.total_compressed_size);
  const bodies: Uint8Array[] = [];
  while (position < end) {
    const header = readStruct(bytes, position);
    const bodyEnd = header.end + (header.struct.integer(PageHeader.compressedPageSize) ?? 0);
    if (!header.struct.has(PageHeader.dictionaryPageHeader)) bodies.push(bytes.slice(header.end, bodyEnd));
    position = bodyEnd;
  }
  return bodies;
}

const relu = (value: unknown) => (value === null ? null : Math.max(0, Number(value)));

describe('a column chunk with a dictionary', () => {
  const kinds: readonly [string, FileOptions, TransformOptions][] = [
    ['with nulls', {}, {}],
    ['without nulls', { nullable: false, values: data.map((value) => value ?? 1) }, {}],
    ['uncompressed', { codec: 'UNCOMPRESSED' }, {}],
    ['of float32', { type: 'FLOAT' }, {}],
  ];
  it.each(kinds)('keeps its pages of indices: %s', async (_, file, options) => {
    const input = writeFile(file);
    const output = await transformBytes(input, ['x = relu(x)', 'y = hard_sigmoid(x)'], options);
    const values = file.values ?? data;
    const rows = await readRows(output);
    expect(rows.map(({ x }) => x)).toEqual(values.map(relu));
    expect(rows[3]?.y).toBeCloseTo(Math.min(1, Math.max(0, Number(values[3]) / 6 + 0.5)), 6);
    expect(pageBodies(output)).toEqual(pageBodies(input));
    expect(pageBodies(output).length).toBeGreaterThan(1);
  });

  it('tells the bounds of the results, and how many are null', async () => {
    const output = await transformBytes(writeFile({}), ['x = relu(x)']);
    for (const [index, { statistics, encodings, encoding_stats: stats, num_values: count }] of chunksOf(
      output,
    ).entries()) {
      const nullCount = data.slice(1000 * index, 1000 * index + 1000).filter((value) => value === null).length;
      expect(statistics).toMatchObject({ min_value: -0, max_value: 3, null_count: BigInt(nullCount) });
      expect(encodings).toEqual(['PLAIN', 'RLE', 'RLE_DICTIONARY']);
      expect(stats?.map(({ page_type: type, encoding }) => [type, encoding])).toEqual([
        ['DICTIONARY_PAGE', 'PLAIN'],
        ['DATA_PAGE_V2', 'RLE_DICTIONARY'],
      ]);
      expect(count).toBe(1000n);
    }
  });

  it.each<[string, readonly string[], TransformOptions]>([
    ['a codec is asked for', ['x = relu(x)'], { compression: { codec: 'none', level: undefined } }],
    ['PLAIN pages are asked for', ['x = relu(x)'], { encoding: 'plain' }],
    ['pages are to be split into streams', ['x = relu(x)'], { encoding: 'byte_stream_split' }],
    ['pages are to carry checksums, and the input has none', ['x = relu(x)'], { pageChecksum: true }],
    ['a row function computes it', ['x = logsumexp(x)'], {}],
  ])('is written with its values where %s', async (_, transforms, options) => {
    const output = await transformBytes(writeFile({}), transforms, options);
    const rows = await readRows(output);
    const expected = transforms[0] === 'x = relu(x)' ? data.map(relu) : data;
    expect(rows.map(({ x }) => x)).toEqual(expected);
    for (const { encodings } of chunksOf(output)) expect(encodings).not.toContain('RLE_DICTIONARY');
  });

  it('is decoded where the dictionary has more values than the slot has room for', async () => {
    const values = Array.from({ length: ROW_COUNT }, (_, row) => row / 7);
    const output = await transformBytes(writeFile({ values }), ['x = relu(x)'], { slotByteLength: 1 << 16 });
    expect((await readRows(output)).map(({ x }) => x)).toEqual(values.map(relu));
  });
});
