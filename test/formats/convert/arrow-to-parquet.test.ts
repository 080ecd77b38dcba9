import {
  DateMillisecond,
  Dictionary,
  FixedSizeBinary,
  Float64,
  Int32,
  Table,
  TimeSecond,
  TimestampSecond,
  vectorFromArray,
} from 'apache-arrow';
import { parquetMetadata } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { transform } from '../../../src/index.js';
import {
  makeFolder,
  mixedTable,
  parquetBuffer,
  plainValues,
  readArrow,
  readParquetRows,
  typeNames,
  writeArrow,
} from './support.js';

const path = makeFolder();
const common = { threads: 1, sync: false, overwrite: true };
const transforms = ['y = relu(x)'];
const TABLE = mixedTable(1000, 300);

async function convert(input: string, output: string, options = {}): Promise<ReturnType<typeof parquetMetadata>> {
  await transform({ input: path(input), output: path(output), transforms, ...common, ...options });
  return parquetMetadata(parquetBuffer(path(output)));
}

const rowCounts = (metadata: ReturnType<typeof parquetMetadata>) =>
  metadata.row_groups.map(({ num_rows }) => Number(num_rows));

describe('Arrow to Parquet', () => {
  it('writes columns of every type as an independent reader finds them', async () => {
    writeArrow(path('in.arrow'), TABLE);
    await convert('in.arrow', 'types.parquet');
    const rows = await readParquetRows(path('types.parquet'));
    expect(rows).toHaveLength(1000);
    expect(rows[3]).toMatchObject({ x: null, text: null, kind: null, day: null, flag: null, y: null });
    expect(rows[802]).toMatchObject({
      x: 0.25,
      y: 0.25,
      f: 200.5,
      small: -98,
      count: 2406,
      id: 802n * 10n ** 12n,
      big: 802n * 2n ** 50n,
      flag: false,
      text: 'ä 2',
      long: 'long text 802',
      kind: 'blue',
      day: new Date(802 * 86_400_000),
      at: new Date(1_600_000_000_802),
      price: 0.802,
      list: [802, 802.5],
      vector: [802, 802.5, 803],
      point: { px: 802, label: 'p802' },
      pairs: { k1: 802 },
    });
  });

  it('brings every type, value and piece of metadata back to Arrow', async () => {
    writeArrow(path('in.arrows'), TABLE);
    await convert('in.arrows', 'round.parquet');
    for (const output of ['back.arrow', 'back.arrows']) {
      const options = { input: path('round.parquet'), output: path(output), transforms: ['z = relu(x)'], ...common };
      await transform(options);
      const back = readArrow(path(output));
      expect(typeNames(back)).toEqual([...typeNames(TABLE), 'y: Float64 true', 'z: Float64 true']);
      expect(back.schema.metadata.get('hello')).toBe('wörld');
      expect(back.schema.fields.find(({ name }) => name === 'text')?.metadata.get('unit')).toBe('m');
      for (const { name } of TABLE.schema.fields) {
        expect(plainValues(back, name), name).toEqual(plainValues(TABLE, name));
      }
      expect(plainValues(back, 'z')).toEqual(plainValues(back, 'y'));
    }
  });

  it('gathers small record batches to one row group', async () => {
    writeArrow(path('in.arrow'), TABLE);
    expect(rowCounts(await convert('in.arrow', 'gathered.parquet'))).toEqual([1000]);
  });

  it('cuts and gathers record batches to the row groups asked for', async () => {
    writeArrow(path('in.arrow'), TABLE);
    expect(rowCounts(await convert('in.arrow', 'g640.parquet', { rowGroupRows: 640 }))).toEqual([300, 300, 300, 100]);
    expect(rowCounts(await convert('in.arrow', 'g128.parquet', { rowGroupRows: 128 }))).toEqual([
      128, 128, 44, 128, 128, 44, 128, 128, 44, 100,
    ]);
    await convert('in.arrow', 'whole.parquet');
    const rows = await readParquetRows(path('whole.parquet'));
    for (const file of ['g640.parquet', 'g128.parquet']) expect(await readParquetRows(path(file))).toEqual(rows);
  });

  it('keeps results in the place of the columns that they replace', async () => {
    writeArrow(path('in.arrow'), TABLE);
    const { schema } = await convert('in.arrow', 'replaced.parquet', { transforms: ['f = relu(f)', 'x = sigmoid(x)'] });
    // Top-level fields without children, in their order: numbers written here among texts written by the library.
    const names = schema.slice(1, 9).map(({ name }) => name);
    expect(names).toEqual(['x', 'f', 'small', 'count', 'id', 'big', 'flag', 'text']);
    expect((await readParquetRows(path('replaced.parquet')))[800]).toMatchObject({ x: 0.5, f: 200, text: 'ä 0' });
  });

  it('compresses every column with the codec asked for', async () => {
    writeArrow(path('in.arrow'), TABLE);
    for (const [compression, name] of [
      ['none', 'UNCOMPRESSED'],
      ['zstd:3', 'ZSTD'],
      ['gzip', 'GZIP'],
      ['lz4_raw', 'LZ4_RAW'],
    ] as const) {
      const { row_groups: rowGroups } = await convert('in.arrow', 'codec.parquet', { compression });
      const codecs = new Set(rowGroups.flatMap(({ columns }) => columns.map((column) => column.meta_data?.codec)));
      expect([...codecs]).toEqual([name]);
    }
  });

  it('writes times in units that Parquet lacks in the next finer one', async () => {
    const seconds = [-1, 1_600_000_000, null];
    const table = new Table({
      x: vectorFromArray([1, 2, 3], new Float64()),
      at: vectorFromArray(
        seconds.map((each) => (each === null ? null : each * 1000)),
        new TimestampSecond('UTC'),
      ),
      clock: vectorFromArray([3600, null, 86_399], new TimeSecond()),
      day: vectorFromArray([-86_400_000, 86_400_000 * 19_000, null], new DateMillisecond()),
    });
    writeArrow(path('times.arrow'), table);
    await convert('times.arrow', 'times.parquet');
    expect(await readParquetRows(path('times.parquet'))).toEqual([
      { x: 1, at: new Date(-1000), clock: 3_600_000, day: new Date(-86_400_000), y: 1 },
      { x: 2, at: new Date(1_600_000_000_000), clock: null, day: new Date(86_400_000 * 19_000), y: 2 },
      { x: 3, at: null, clock: 86_399_000, day: null, y: 3 },
    ]);
  });

  it('refuses row groups where there are none to make', async () => {
    writeArrow(path('in.arrow'), TABLE);
    for (const [input, output, rowGroupRows, code] of [
      ['in.arrow', 'x.arrow', 64, 'LW_UNSUPPORTED_OPTION'],
      ['in.arrow', 'x.parquet', 100, 'LW_USAGE'],
    ] as const) {
      const options = {
        input: path(input),
        output: path(output),
        transforms: ['x = relu(x)'],
        ...common,
        rowGroupRows,
      };
      await expect(transform(options)).rejects.toMatchObject({ code });
    }
  });

  it('puts results in the places of structs’ children, nulls of both kept apart', async () => {
    writeArrow(path('in.arrow'), TABLE);
    const own = ['point.px = sigmoid(point.px)', 'x = relu(x)'];
    await convert('in.arrow', 'plain.parquet', { transforms: ['x = relu(x)'] });
    const metadata = await convert('in.arrow', 'x.parquet', { transforms: own });
    const rows = await readParquetRows(path('x.parquet'));
    const expected = (await readParquetRows(path('plain.parquet'))).map((row) => {
      const point = row.point as { readonly px: number | null } | null;
      const px = point?.px;
      return px === null || px === undefined ? row : { ...row, point: { ...point, px: 1 / (1 + Math.exp(-px)) } };
    });
    const round = (row: Record<string, unknown>) =>
      JSON.stringify(row, (_, value) =>
        typeof value === 'bigint' ? String(value) : typeof value === 'number' ? Number(value.toPrecision(12)) : value,
      );
    expect(rows.map(round)).toEqual(expected.map(round));
    expect(rows.filter(({ point }) => (point ?? null) === null).length).toBeGreaterThan(0);
    const [rowGroup] = metadata.row_groups;
    const chunk = rowGroup?.columns.find(({ meta_data }) => meta_data?.path_in_schema.join('.') === 'point.px');
    const nulls = rows.filter(({ point }) => (point as { readonly px: unknown } | null)?.px == null);
    expect(chunk?.meta_data?.statistics?.null_count).toBe(BigInt(nulls.length));
  });

  it('refuses a dictionary of values of a fixed length, which the library would spoil', async () => {
    const type = new Dictionary(new FixedSizeBinary(2), new Int32());
    const values = [Uint8Array.of(1, 2), Uint8Array.of(3, 4)];
    const table = new Table({ x: vectorFromArray([1, 2], new Float64()), key: vectorFromArray(values, type) });
    writeArrow(path('fixed.arrow'), table);
    await expect(convert('fixed.arrow', 'x.parquet')).rejects.toMatchObject({
      code: 'LW_UNSUPPORTED_OPTION',
      message: expect.stringContaining('column "key" of type dictionary<fixed_size_binary[2]>'),
    });
  });

  it('puts them there in row groups of a size', async () => {
    writeArrow(path('in.arrow'), TABLE);
    const transforms = ['point.px = relu(point.px)'];
    const whole = await convert('in.arrow', 'x.parquet', { transforms });
    const rows = await readParquetRows(path('x.parquet'));
    const cut = await convert('in.arrow', 'cut.parquet', { transforms, rowGroupRows: 64 });
    expect(cut.row_groups.length).toBeGreaterThan(whole.row_groups.length);
    expect(cut.row_groups.every(({ num_rows }) => num_rows <= 64n)).toBe(true);
    expect(await readParquetRows(path('cut.parquet'))).toEqual(rows);
  });

  it('says what a record batch takes that does not fit the memory', async () => {
    writeArrow(path('large.arrow'), mixedTable(20_000, 20_000));
    await expect(convert('large.arrow', 'x.parquet', { memory: 1 << 20 })).rejects.toMatchObject({
      code: 'LW_MEMORY_BUDGET',
      message: expect.stringContaining('a record batch of 20000 rows'),
    });
  });
});
