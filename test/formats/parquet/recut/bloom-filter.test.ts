import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { hashParquetValue, readBloomFilter, sbbfContains } from 'hyparquet/src/bloom.js';
import { parquetSchema } from 'hyparquet/src/metadata.js';
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { BloomFilter } from '../../../../src/formats/parquet/recut/bloom-filter.js';
import { randomNumbers } from '../../../e2e/support.js';
import { transformBytes } from '../support.js';

const ROW_COUNT = 3000;
const rows = Array.from({ length: ROW_COUNT }, (_, row) => row);
const isNull = (row: number) => row % 9 === 4;

/** Numbers and texts; of some values there are many, of others one; in the encodings that values are hashed in. */
const COLUMNS: readonly (ColumnSource & { readonly absent: (row: number) => unknown })[] = [
  { name: 'id', data: rows, type: 'INT32', encoding: 'PLAIN', absent: (row) => row + ROW_COUNT },
  { name: 'big', data: rows.map((row) => BigInt(row) << 33n), type: 'INT64', absent: (row) => BigInt(row) },
  {
    name: 'x',
    data: rows.map((row) => Math.sin(row)),
    type: 'DOUBLE',
    encoding: 'BYTE_STREAM_SPLIT',
    absent: Math.cos,
  },
  {
    name: 'city',
    data: rows.map((row) => (isNull(row) ? null : `city ${row % 40}`)),
    type: 'STRING',
    absent: (row) => `city ${row + 40}`,
  },
  {
    name: 'path',
    data: rows.map((row) => (isNull(row) ? null : `/data/${'x'.repeat(row % 50)}/${row}`)),
    type: 'STRING',
    encoding: 'DELTA_BYTE_ARRAY',
    absent: (row) => `/data/${row}`,
  },
  {
    name: 'text',
    data: rows.map((row) => `text ${row}`),
    type: 'STRING',
    encoding: 'DELTA_LENGTH_BYTE_ARRAY',
    absent: (row) => `tent ${row}`,
  },
];

function writeFile(rowGroupSize: number): Uint8Array {
  const columnData = COLUMNS.map(({ absent, ...column }) => ({ ...column, bloomFilter: true }));
  const plain = { name: 'y', data: new Float64Array(ROW_COUNT), type: 'DOUBLE' as const };
  return new Uint8Array(parquetWriteBuffer({ columnData: [...columnData, plain], rowGroupSize, pageSize: 4000 }));
}

function filterOf(bytes: Uint8Array) {
  const filter = readBloomFilter({ view: new DataView(bytes.slice().buffer), offset: 0 });
  if (filter === undefined) throw new RangeError('no bloom filter');
  return filter.blocks;
}

describe('bloom filters', () => {
  const random = randomNumbers(5);
  const hashes = (count: number) => Uint32Array.from({ length: 2 * count }, () => random() * 2 ** 32);
  const hashAt = (words: Uint32Array, at: number) =>
    (BigInt(words[2 * at + 1] ?? 0) << 32n) | BigInt(words[2 * at] ?? 0);
  const shareOf = (blocks: Uint32Array, words: Uint32Array) => {
    const all = Array.from({ length: words.length / 2 }, (_, at) => sbbfContains(blocks, hashAt(words, at)));
    return all.filter(Boolean).length / all.length;
  };

  it.each([0, 1, 30, 1000, 20_000])('hold %i hashes and let few others through', (count) => {
    const filter = new BloomFilter(count);
    const own = hashes(count);
    const half = 2 * Math.floor(count / 2);
    filter.insert(own.subarray(0, half));
    filter.insert(own.subarray(half));
    const blocks = filterOf(filter.finish());
    if (count > 0) expect(shareOf(blocks, own)).toBe(1);
    expect(shareOf(blocks, hashes(10_000))).toBeLessThan(0.013);
  });

  it('are as small as the values that there were allow', () => {
    for (const [count, byteLength] of [
      [5, 32],
      [150, 256],
      [2500, 4096],
    ] as const) {
      const filter = new BloomFilter(100_000);
      const own = hashes(count);
      for (let round = 0; round < 3; round++) filter.insert(own);
      const blocks = filterOf(filter.finish());
      expect(blocks.byteLength).toBe(byteLength);
      expect(shareOf(blocks, own)).toBe(1);
    }
  });
});

describe('row groups of other rows than the input has', () => {
  it.each([
    [1000, 700],
    [ROW_COUNT, 1100],
    [400, ROW_COUNT],
  ])('of %i rows cut to %i have bloom filters of their own values', async (rowGroupSize, rowGroupRows) => {
    const output = await transformBytes(writeFile(rowGroupSize), ['y = relu(y)'], {
      slotByteLength: 1 << 21,
      rowGroupRows,
    });
    const file = output.slice().buffer;
    const metadata = parquetMetadata(file);
    const elements = parquetSchema(metadata).children;
    let firstRow = 0;
    for (const { columns, num_rows } of metadata.row_groups) {
      const end = firstRow + Number(num_rows);
      for (const [index, { name, data, absent }] of COLUMNS.entries()) {
        const { bloom_filter_offset: offset, bloom_filter_length: length } = columns[index]!.meta_data!;
        const blocks = filterOf(output.subarray(Number(offset), Number(offset) + (length ?? 0)));
        const isThere = (value: unknown) => sbbfContains(blocks, hashParquetValue(value, elements[index]!.element)!);
        const values = (data as readonly unknown[]).slice(firstRow, end).filter((value) => value !== null);
        expect(values.every(isThere), name).toBe(true);
        expect(rows.filter((row) => isThere(absent(row))).length / ROW_COUNT, name).toBeLessThan(0.04);
      }
      expect(columns.at(-1)?.meta_data?.bloom_filter_offset).toBeUndefined();
      firstRow = end;
    }
    const read = await parquetReadObjects({ file });
    for (const { name, data } of COLUMNS) expect(read.map((row) => row[name])).toEqual(data);
  });
});
