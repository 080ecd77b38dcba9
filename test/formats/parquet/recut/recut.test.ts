import { Binary, Int64, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';
import { parquetMetadata } from 'hyparquet';
import * as wasm from 'parquet-wasm';
import { describe, expect, it } from 'vitest';
import { LanewiseError } from '../../../../src/errors.js';
import { randomNumbers } from '../../../e2e/support.js';
import { readByArrowRs } from '../nested-support.js';
import { type TransformOptions, transformBytes } from '../support.js';

const ROW_COUNT = 5000;
const CITIES = ['Oslo', 'Bergen', 'Tromsø', '', 'Å', 'Stavanger'];
const rows = Array.from({ length: ROW_COUNT }, (_, row) => row);

/** Rows in their order, few strings, many strings that begin alike, bytes, and numbers with nulls. */
const COLUMNS = {
  id: rows.map(BigInt),
  city: rows.map((row) => (row % 7 === 6 ? null : (CITIES[(row * row) % 6] as string))),
  path: rows.map((row) => `/data/2025/${Math.floor(row / 100)}/part-${row}`),
  key: rows.map((row) => (row % 5 === 0 ? null : Uint8Array.of(row & 255, row >> 8))),
  x: rows.map((row) => (row % 11 === 10 ? null : Math.sin(row))),
  flag: rows.map((row) => row % 3 === 0),
};

interface FileOptions {
  readonly rowGroupRows?: number;
  readonly pageByteLength?: number;
  readonly dictionary?: boolean;
  readonly codec?: wasm.Compression;
  readonly version?: wasm.WriterVersion;
  readonly encodings?: Readonly<Record<string, wasm.Encoding>>;
}

function writeFile(options: FileOptions = {}): Uint8Array {
  const { rowGroupRows = ROW_COUNT, pageByteLength = 1 << 20, dictionary = true, encodings = {} } = options;
  const table = new Table({
    ...COLUMNS,
    id: vectorFromArray(COLUMNS.id, new Int64()),
    city: vectorFromArray(COLUMNS.city, new Utf8()),
    path: vectorFromArray(COLUMNS.path, new Utf8()),
    key: vectorFromArray(COLUMNS.key, new Binary()),
    x: vectorFromArray(COLUMNS.x),
    flag: vectorFromArray(COLUMNS.flag),
  });
  let properties = new wasm.WriterPropertiesBuilder()
    .setCompression(options.codec ?? wasm.Compression.SNAPPY)
    .setWriterVersion(options.version ?? wasm.WriterVersion.V1)
    .setDictionaryEnabled(dictionary)
    .setMaxRowGroupSize(rowGroupRows)
    .setDataPageSizeLimit(pageByteLength)
    .setWriteBatchSize(64);
  for (const [name, encoding] of Object.entries(encodings)) properties = properties.setColumnEncoding(name, encoding);
  return wasm.writeParquet(wasm.Table.fromIPCStream(tableToIPC(table, 'stream')), properties.build());
}

/** Has `y = relu(x)` computed. */
function recut(bytes: Uint8Array, rowGroupRows: number, options: TransformOptions = {}): Promise<Uint8Array> {
  return transformBytes(bytes, ['y = relu(x)'], { slotByteLength: 1 << 21, ...options, rowGroupRows });
}

function rowGroups(bytes: Uint8Array) {
  return parquetMetadata(bytes.slice().buffer).row_groups;
}

function chunk(bytes: Uint8Array, rowGroup: number, name: string) {
  const found = rowGroups(bytes)[rowGroup]?.columns.find(({ meta_data }) => meta_data?.path_in_schema[0] === name);
  if (found?.meta_data === undefined) throw new RangeError(`no column chunk "${name}"`);
  return { ...found.meta_data, offsetIndex: found.offset_index_offset, columnIndex: found.column_index_offset };
}

function chunkBytes(bytes: Uint8Array, rowGroup: number, name: string): Uint8Array {
  const { dictionary_page_offset, data_page_offset, total_compressed_size } = chunk(bytes, rowGroup, name);
  const start = Number(dictionary_page_offset ?? data_page_offset);
  return bytes.subarray(start, start + Number(total_compressed_size));
}

function expectSameValues(bytes: Uint8Array): void {
  const read = readByArrowRs(bytes);
  for (const [name, values] of Object.entries(COLUMNS)) {
    const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array;
    expect(read(name)).toEqual(values.map((value) => (isBytes(value) ? [...value] : value)));
  }
  expect(read('y')).toEqual(COLUMNS.x.map((x) => (x === null ? null : Math.max(0, x))));
}

const rowCounts = (bytes: Uint8Array) => rowGroups(bytes).map(({ num_rows }) => Number(num_rows));

describe('row groups of other rows than the input has', () => {
  const { Compression, Encoding, WriterVersion } = wasm;
  const files: readonly FileOptions[] = [
    {},
    { rowGroupRows: 700, pageByteLength: 600, codec: Compression.ZSTD },
    { rowGroupRows: 90, version: WriterVersion.V2, codec: Compression.GZIP },
    { dictionary: false, codec: Compression.UNCOMPRESSED, pageByteLength: 3000 },
    {
      dictionary: false,
      codec: Compression.LZ4_RAW,
      version: WriterVersion.V2,
      pageByteLength: 2000,
      rowGroupRows: 1800,
      encodings: {
        id: Encoding.DELTA_BINARY_PACKED,
        path: Encoding.DELTA_BYTE_ARRAY,
        city: Encoding.DELTA_LENGTH_BYTE_ARRAY,
        key: Encoding.DELTA_BYTE_ARRAY,
        x: Encoding.BYTE_STREAM_SPLIT,
        flag: Encoding.RLE,
      },
    },
  ];

  it.each(files)('have all values: %o', async (file) => {
    const bytes = writeFile(file);
    const output = await recut(bytes, 777, { pageChecksum: true });
    expect(rowCounts(output)).toEqual([777, 777, 777, 777, 777, 777, 338]);
    expectSameValues(output);
  });

  it('are copied where the input has them', async () => {
    const bytes = writeFile({ rowGroupRows: 1000 });
    const output = await recut(bytes, 1000);
    expect(rowCounts(output)).toEqual([1000, 1000, 1000, 1000, 1000]);
    expect(chunkBytes(output, 3, 'city')).toEqual(chunkBytes(bytes, 3, 'city'));
    expect(chunk(output, 3, 'path').statistics).toEqual(chunk(bytes, 3, 'path').statistics);
  });

  it('have large pages as they are', async () => {
    const bytes = writeFile({ dictionary: false, pageByteLength: 80_000, codec: Compression.UNCOMPRESSED });
    const whole = chunkBytes(bytes, 0, 'path');
    const cut = chunkBytes(await recut(bytes, 4000), 0, 'path');
    // Two pages of some 3,400 rows: the first as it is, of the second a part.
    const same = cut.findIndex((byte, at) => byte !== whole[at]);
    expect(same).toBeGreaterThan(80_000);
    expect(cut.length).toBeGreaterThan(same);
  });

  it('tell the bounds and nulls of their own rows', async () => {
    const output = await recut(writeFile({ pageByteLength: 1000 }), 1250);
    for (const [rowGroup, start] of [0, 1250, 2500, 3750].entries()) {
      expect(chunk(output, rowGroup, 'id').statistics).toMatchObject({
        min_value: BigInt(start),
        max_value: BigInt(start + 1249),
        null_count: 0n,
      });
      const own = (values: readonly (string | null)[]) => values.slice(start, start + 1250);
      const nullCount = BigInt(own(COLUMNS.city).filter((city) => city === null).length);
      expect(chunk(output, rowGroup, 'city').statistics).toMatchObject({ min_value: '', max_value: 'Å' });
      expect(chunk(output, rowGroup, 'city').statistics?.null_count).toBe(nullCount);
      const paths = own(COLUMNS.path).sort();
      expect(chunk(output, rowGroup, 'path').statistics).toMatchObject({
        min_value: paths[0],
        max_value: paths.at(-1),
      });
    }
  });

  it('have page indexes where the input has them', async () => {
    const output = await recut(writeFile({ pageByteLength: 1000 }), 1250);
    expect(chunk(output, 1, 'path').offsetIndex).toBeGreaterThan(0n);
    expect(chunk(output, 1, 'path').columnIndex).toBeGreaterThan(0n);
    expectSameValues(output);
  });

  it('have one dictionary of several', async () => {
    const bytes = writeFile({ rowGroupRows: 50 });
    const output = await recut(bytes, ROW_COUNT);
    const { encoding_stats, total_compressed_size } = chunk(output, 0, 'city');
    expect(encoding_stats?.map(({ encoding }) => encoding)).toEqual(['PLAIN', 'RLE_DICTIONARY']);
    // 100 row groups: pages are put together.
    expect(encoding_stats?.[1]?.count).toBe(1);
    expect(Number(total_compressed_size)).toBeLessThan(ROW_COUNT / 2);
    expectSameValues(output);
  });

  it('have the dictionary of most rows where several are too large to be one', async () => {
    const x = Float64Array.from({ length: 300_000 }, (_, row) => (row >> 1) / 8);
    const properties = new wasm.WriterPropertiesBuilder().setMaxRowGroupSize(170_000).build();
    const stream = tableToIPC(new Table({ x: vectorFromArray(x) }), 'stream');
    const bytes = wasm.writeParquet(wasm.Table.fromIPCStream(stream), properties);
    const output = await recut(bytes, 300_000, { slotByteLength: 1 << 23 });
    const { encoding_stats } = chunk(output, 0, 'x');
    expect(encoding_stats?.map(({ page_type: type, encoding }) => [type, encoding])).toEqual([
      ['DICTIONARY_PAGE', 'PLAIN'],
      ['DATA_PAGE', 'RLE_DICTIONARY'],
      ['DATA_PAGE', 'PLAIN'],
    ]);
    expect(readByArrowRs(output)('x').every((value, row) => value === x[row])).toBe(true);
    // Of few rows the values are fewer bytes than the dictionary of many.
    const cut = await recut(bytes, 20_000, { slotByteLength: 1 << 23 });
    expect(chunk(cut, 0, 'x').encodings).toEqual(['PLAIN', 'RLE']);
  });

  it('name what is wrong with a damaged page', async () => {
    const bytes = writeFile({ pageByteLength: 1000, dictionary: false, codec: Compression.UNCOMPRESSED });
    const random = randomNumbers(7);
    const failures: unknown[] = [];
    for (let trial = 0; trial < 8; trial++) {
      const damaged = bytes.slice();
      const { data_page_offset, total_compressed_size } = chunk(bytes, 0, trial % 2 === 0 ? 'path' : 'city');
      for (let i = 0; i < 4; i++) {
        const at = Number(data_page_offset) + Math.floor(random() * Number(total_compressed_size));
        damaged[at] = Math.floor(random() * 256);
      }
      await recut(damaged, 700).catch((error: unknown) => failures.push(error));
    }
    expect(failures.length).toBeGreaterThan(0);
    expect(failures.filter((error) => !(error instanceof LanewiseError))).toEqual([]);
  });
});
