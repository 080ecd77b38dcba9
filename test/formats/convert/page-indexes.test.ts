import { Field, Float64, Int32, List, Table, Utf8, vectorFromArray } from 'apache-arrow';
import { parquetMetadata, parquetReadObjects, parquetSchema } from 'hyparquet';
import { readColumnIndex, readOffsetIndex } from 'hyparquet/src/indexes.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { transform } from '../../../src/index.js';
import { makeFolder, parquetBuffer, writeArrow } from './support.js';

const path = makeFolder();
/** The library begins a page after 20,000 rows. */
const ROW_COUNT = 30_000;
const ROW_GROUP_ROWS = 25_600;

const isNull = (row: number) => row % 7 === 3;
const column = (value: (row: number) => unknown) =>
  Array.from({ length: ROW_COUNT }, (_, row) => (isNull(row) ? null : value(row)));
const TABLE = new Table({
  x: vectorFromArray(
    column((row) => (row * 7919) % 1000),
    new Float64(),
  ),
  text: vectorFromArray(
    column((row) => `text ${(row * 104_729) % ROW_COUNT}`),
    new Utf8(),
  ),
  list: vectorFromArray(
    column((row) => Array.from({ length: row % 3 }, (_, at) => row + at)),
    new List(new Field('item', new Int32(), true)),
  ),
});

let file: ArrayBuffer;
beforeAll(async () => {
  writeArrow(path('in.arrow'), TABLE);
  const output = path('out.parquet');
  const transforms = ['y = relu(x)'];
  await transform({
    input: path('in.arrow'),
    output,
    transforms,
    rowGroupRows: ROW_GROUP_ROWS,
    threads: 1,
    sync: false,
  });
  file = parquetBuffer(output);
});

function readerAt(offset: bigint | undefined, length: number | undefined) {
  return { view: new DataView(file, Number(offset), length), offset: 0 };
}

describe('page indexes of converted columns', () => {
  it('lead to every page with its bounds and nulls', async () => {
    const metadata = parquetMetadata(file);
    const schema = parquetSchema(metadata);
    const rows = await parquetReadObjects({ file });
    expect(metadata.row_groups.map(({ num_rows }) => Number(num_rows))).toEqual([ROW_GROUP_ROWS, 4400]);
    const pageCounts = new Map<string, number>();
    let firstRow = 0;
    for (const { columns, num_rows } of metadata.row_groups) {
      for (const chunk of columns) {
        const own = chunk.meta_data!;
        const name = own.path_in_schema.join('.');
        const offsets = readOffsetIndex(readerAt(chunk.offset_index_offset, chunk.offset_index_length));
        const pages = offsets.page_locations;
        const last = pages.at(-1)!;
        const start = own.dictionary_page_offset ?? own.data_page_offset;
        expect(pages[0]?.offset, name).toBe(own.data_page_offset);
        expect(last.offset + BigInt(last.compressed_page_size), name).toBe(start + own.total_compressed_size);
        pageCounts.set(name, (pageCounts.get(name) ?? 0) + pages.length);
        const element = schema.children.find((child) => child.element.name === name)?.element;
        expect(chunk.column_index_offset, name).toBeDefined();
        if (element === undefined) continue;
        const index = readColumnIndex(readerAt(chunk.column_index_offset, chunk.column_index_length), element);
        const expected = pages.map(({ first_row_index }, page) => {
          const end = pages[page + 1]?.first_row_index ?? num_rows;
          const inPage = rows.slice(firstRow + Number(first_row_index), firstRow + Number(end));
          const values = inPage.map((row) => row[name]).filter((value) => value !== null) as string[];
          values.sort((a, b) => (a < b ? -1 : 1));
          return [values[0], values.at(-1), BigInt(inPage.length - values.length)];
        });
        // The least zero is said to be negative.
        const positive = (value: unknown) => (value === 0 ? 0 : value);
        expect(
          pages.map((_, page) => [positive(index.min_values[page]), index.max_values[page], index.null_counts?.[page]]),
          name,
        ).toEqual(expected);
      }
      firstRow += Number(num_rows);
    }
    expect(Object.fromEntries(pageCounts)).toEqual({ x: 2, text: 3, 'list.list.item': 3, y: 2 });
  });

  it('are used to read a few rows', async () => {
    const whole = await parquetReadObjects({ file });
    for (const [rowStart, rowEnd] of [
      [0, 2],
      [19_999, 20_001],
      [ROW_COUNT - 1, ROW_COUNT],
    ] as const) {
      const rows = await parquetReadObjects({ file, rowStart, rowEnd, useOffsetIndex: true });
      expect(rows).toEqual(whole.slice(rowStart, rowEnd));
    }
  });
});
