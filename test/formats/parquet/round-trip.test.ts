import fc from 'fast-check';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { readFooter } from '../../../src/formats/parquet/footer.js';
import { MemoryFile } from '../../../src/storage/memory-file.js';
import { createTestContext, readColumn, transformBytes } from './support.js';

const SEED = 20251124;
const context = await createTestContext(1 << 22);

type Encoding = 'PLAIN' | 'RLE_DICTIONARY' | 'BYTE_STREAM_SPLIT' | 'DELTA_BINARY_PACKED';

interface TestColumn {
  readonly name: string;
  readonly type: 'DOUBLE' | 'FLOAT' | 'INT32' | 'INT64' | 'BOOLEAN';
  readonly encoding?: Encoding;
  readonly data: readonly unknown[];
}

function writeFile(columns: readonly TestColumn[], rowGroupSize: number, codec: 'SNAPPY' | 'UNCOMPRESSED'): Uint8Array {
  const columnData = columns.map((column) => ({ ...column, data: [...column.data], nullable: true }));
  return new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize, codec, pageSize: 2000 }));
}

/** The length stands first, so that all columns of a file have the same. */
const fileArbitrary = fc.integer({ min: 1, max: 700 }).chain((length) => {
  const column = (
    name: string,
    type: TestColumn['type'],
    value: fc.Arbitrary<unknown>,
    encodings: readonly (Encoding | undefined)[],
  ) =>
    fc.record({
      name: fc.constant(name),
      type: fc.constant(type),
      encoding: fc.constantFrom(...encodings),
      data: fc.array(fc.option(value, { freq: 5 }), { minLength: length, maxLength: length }),
    });
  return fc.record({
    codec: fc.constantFrom<'SNAPPY' | 'UNCOMPRESSED'>('SNAPPY', 'UNCOMPRESSED'),
    rowGroupSize: fc.integer({ min: 1, max: 800 }),
    chunkLength: fc.constantFrom(8, 64, 200, 1000),
    columns: fc.tuple(
      column('d', 'DOUBLE', fc.double(), [undefined, 'PLAIN', 'BYTE_STREAM_SPLIT']),
      column('f', 'FLOAT', fc.float(), [undefined, 'PLAIN', 'BYTE_STREAM_SPLIT']),
      column('i', 'INT32', fc.integer(), [undefined, 'PLAIN', 'DELTA_BINARY_PACKED']),
      column('l', 'INT64', fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), [undefined, 'DELTA_BINARY_PACKED']),
      column('b', 'BOOLEAN', fc.boolean(), [undefined]),
    ),
  });
});

describe('Parquet round trips', () => {
  it('reads what hyparquet-writer wrote, whatever the types, encodings, pages and chunks', async () => {
    await fc.assert(
      fc.asyncProperty(fileArbitrary, async ({ columns, rowGroupSize, codec, chunkLength }) => {
        const written = columns.map(({ encoding, ...column }) =>
          encoding === undefined ? column : { ...column, encoding },
        );
        const bytes = writeFile(written, rowGroupSize, codec);
        for (const { name, data } of columns) {
          expect(await readColumn(context, bytes, name, chunkLength)).toEqual(data);
        }
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  it('writes what hyparquet reads, untouched columns as they were', async () => {
    await fc.assert(
      fc.asyncProperty(fileArbitrary, async ({ columns, rowGroupSize, codec }) => {
        const written = columns.map(({ encoding: _, ...column }) => column);
        const bytes = writeFile(written, rowGroupSize, codec);
        const output = await transformBytes(bytes, ['d = relu(d)', 'y = relu(i)', 'z = argmax(d, f)'], {
          slotByteLength: 1 << 17,
        });
        const { buffer, byteOffset, byteLength } = output;
        const rows = await parquetReadObjects({ file: new Uint8Array(buffer, byteOffset, byteLength).slice().buffer });
        const relu = (value: unknown) =>
          value === null ? null : Number.isNaN(value) ? value : Math.max(0, Number(value));
        const [d, f, i, l, b] = columns.map((column) => column.data);
        expect(rows.map((row) => row.d)).toEqual(d?.map(relu));
        expect(rows.map((row) => row.y)).toEqual(i?.map(relu));
        expect(rows.map((row) => row.f)).toEqual(f);
        expect(rows.map((row) => row.l)).toEqual(l);
        expect(rows.map((row) => row.b)).toEqual(b);
      }),
      { seed: SEED, numRuns: 40 },
    );
  });

  it('copies column chunks byte for byte and keeps their metadata', async () => {
    const x = Array.from({ length: 5000 }, (_, row) => Math.sin(row));
    const s = x.map((value) => `text ${Math.round(value * 10)}`);
    const bytes = new Uint8Array(
      parquetWriteBuffer({
        columnData: [
          { name: 's', data: s, type: 'STRING' },
          { name: 'x', data: x, type: 'DOUBLE' },
        ],
        rowGroupSize: 2000,
        kvMetadata: [{ key: 'origin', value: 'test' }],
      }),
    );
    const output = await transformBytes(bytes, ['y = linear(x)']);
    const before = parquetMetadata(bytes.slice().buffer);
    const after = parquetMetadata(output.slice().buffer);
    expect(after.key_value_metadata).toEqual(before.key_value_metadata);
    expect(after.row_groups).toHaveLength(3);
    for (const [index, rowGroup] of before.row_groups.entries()) {
      for (const [column, chunk] of rowGroup.columns.entries()) {
        const moved = after.row_groups[index]?.columns[column];
        expect(moved?.meta_data?.statistics).toEqual(chunk.meta_data?.statistics);
        const range = (meta: typeof chunk.meta_data) => {
          const start = Number(meta?.dictionary_page_offset ?? meta?.data_page_offset);
          return [start, start + Number(meta?.total_compressed_size)] as const;
        };
        expect(output.subarray(...range(moved?.meta_data))).toEqual(bytes.subarray(...range(chunk.meta_data)));
      }
    }
  });

  it('writes statistics by the rules for NaN and zeros', async () => {
    const columnData = [
      { name: 'zeros', data: [0, -0, 0], type: 'DOUBLE' as const },
      { name: 'some', data: [Number.NaN, 3, -2], type: 'DOUBLE' as const },
      { name: 'none', data: [Number.NaN, Number.NaN, null], type: 'DOUBLE' as const, nullable: true },
    ];
    const bytes = new Uint8Array(parquetWriteBuffer({ columnData }));
    const output = await transformBytes(bytes, ['y_* = linear(*)']);
    const statistics = parquetMetadata(output.slice().buffer)
      .row_groups[0]?.columns.slice(3)
      .map((column) => column.meta_data?.statistics);
    expect(statistics?.map((each) => [each?.min_value, each?.max_value, each?.null_count])).toEqual([
      [-0, 0, 0n],
      [-2, 3, 0n],
      [undefined, undefined, 1n],
    ]);
  });

  it('holds pages of a row job in memory and beyond it in a spool', async () => {
    const columnData = ['a', 'b', 'c'].map((name, at) => ({
      name,
      data: Array.from({ length: 60_000 }, (_, row) => Math.sin(row * (at + 1))),
      type: 'DOUBLE' as const,
    }));
    const bytes = new Uint8Array(parquetWriteBuffer({ columnData, pageSize: 50_000 }));
    const whole = await transformBytes(bytes, ['p_* = softmax(*)'], { slotByteLength: 1 << 24 });
    for (const windowByteLength of [0, 300_000, 1 << 24]) {
      const output = await transformBytes(bytes, ['p_* = softmax(*)'], { slotByteLength: 1 << 20, windowByteLength });
      for (const name of ['p_a', 'p_b', 'p_c']) {
        expect(await readColumn(context, output, name)).toEqual(await readColumn(context, whole, name));
      }
    }
  });

  it('writes with each codec and level, and names what is none', async () => {
    const data = Array.from({ length: 3000 }, (_, row) => (row % 8 === 0 ? null : Math.round(Math.sin(row) * 20) + 0));
    const bytes = writeFile([{ name: 'x', type: 'DOUBLE', data }], 1000, 'SNAPPY');
    const write = (codec: string, level?: number) =>
      transformBytes(bytes, ['y = linear(x)'], { compression: { codec, level } });
    for (const codec of ['none', 'snappy', 'gzip', 'zstd', 'lz4_raw']) {
      expect(await readColumn(context, await write(codec), 'y'), codec).toEqual(data);
    }
    expect(await readColumn(context, await write('zstd', 19), 'y')).toEqual(data);
    for (const [codec, level, message] of [
      ['lzo', undefined, "Parquet isn't written with the codec lzo; use none, snappy, gzip, zstd, lz4_raw"],
      ['snappy', 3, 'snappy has no levels; leave out the level 3'],
      ['gzip', 10, 'gzip has the levels 0 to 9, not 10'],
    ] as const) {
      await expect(async () => write(codec, level)).rejects.toMatchObject({ code: 'LW_UNSUPPORTED_OPTION', message });
    }
  });

  it('writes the same footer where nothing has changed', async () => {
    const bytes = writeFile([{ name: 'x', type: 'DOUBLE', data: [1, 2, 3] }], 2, 'SNAPPY');
    const output = await transformBytes(bytes, []);
    const { metadataStart } = readFooter(new MemoryFile('input', bytes));
    expect(output.subarray(readFooter(new MemoryFile('output', output)).metadataStart)).toEqual(
      bytes.subarray(metadataStart),
    );
  });
});
