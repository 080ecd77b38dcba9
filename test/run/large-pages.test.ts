import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Field, Float64, List, Table, tableFromIPC, tableToIPC, vectorFromArray } from 'apache-arrow';
import { parquetMetadata, parquetReadObjects, type SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import * as wasm from 'parquet-wasm';
import { describe, expect, it } from 'vitest';
import type { LanewiseError } from '../../src/errors.js';
import { layOutBudget } from '../../src/run/budget.js';
import { transform } from '../../src/run/transform.js';
import { seededRandom } from '../../src/seeded-random.js';
import { temporaryFolder } from '../cli/support.js';

const MEGABYTE = 1 << 20;

/** A file of two columns of doubles in pages of so many bytes, and its values. */
function writeFile(path: string, rowCount: number, pageSize: number) {
  const random = seededRandom(7);
  const values = () => Array.from({ length: rowCount }, () => random() * 8 - 4);
  const columns = { x: values(), y: values() };
  const columnData = Object.entries(columns).map(([name, data]) => ({
    name,
    data,
    type: 'DOUBLE' as const,
    nullable: false,
    encoding: 'PLAIN' as const,
  }));
  writeFileSync(path, new Uint8Array(parquetWriteBuffer({ columnData, codec: 'SNAPPY', pageSize })));
  return columns;
}

async function readColumn(path: string, name: string): Promise<unknown[]> {
  const bytes = new Uint8Array(readFileSync(path));
  return (await parquetReadObjects({ file: bytes.buffer })).map((row) => row[name]);
}

describe('pages that are large for the memory', () => {
  it('are decoded in one slot where no more fit', async () => {
    const folder = temporaryFolder();
    const [input, output] = [join(folder, 'in.parquet'), join(folder, 'out.parquet')];
    const { x } = writeFile(input, 150_000, 4 * MEGABYTE);
    await transform({ input, output, transforms: ['x = relu(x)'], memory: 3 * MEGABYTE, threads: 3, sync: false });
    expect(await readColumn(output, 'x')).toEqual(x.map((value) => Math.max(0, value)));
  });

  it('are told with the memory that they take, which is enough', async () => {
    const folder = temporaryFolder();
    const [input, output] = [join(folder, 'in.parquet'), join(folder, 'out.parquet')];
    const { x, y } = writeFile(input, 150_000, 4 * MEGABYTE);
    const run = (memory: number) =>
      transform({ input, output, transforms: ['m = argmax(x, y)'], memory, threads: 2, sync: false });
    const error = (await run(2 * MEGABYTE).catch((reason: unknown) => reason)) as LanewiseError;
    expect(error.code).toBe('LW_MEMORY_BUDGET');
    const [, needed] = /the memory budget is 2097152; allow (\d+) bytes/.exec(error.message) ?? [];
    await run(Number(needed));
    const places = await readColumn(output, 'm');
    expect(places.map(Number)).toEqual(x.map((value, row) => (value >= (y[row] ?? 0) ? 0 : 1)));
  });

  it('of lists are counted with what finding the lists takes', async () => {
    const folder = temporaryFolder();
    const [input, output] = [join(folder, 'in.parquet'), join(folder, 'out.parquet')];
    const random = seededRandom(3);
    const lists = Array.from({ length: 20_000 }, (_, row) => Array.from({ length: row % 13 }, () => random()));
    const vector = vectorFromArray(lists, new List(new Field('element', new Float64(), true)));
    const properties = new wasm.WriterPropertiesBuilder()
      .setDictionaryEnabled(false)
      .setCompression(wasm.Compression.SNAPPY)
      .build();
    const stream = tableToIPC(new Table({ l: vector }), 'stream');
    writeFileSync(input, wasm.writeParquet(wasm.Table.fromIPCStream(stream), properties));
    const run = (memory: number) =>
      transform({ input, output, transforms: ['m = argmax(l)'], memory, threads: 1, sync: false });
    const error = (await run(MEGABYTE).catch((reason: unknown) => reason)) as LanewiseError;
    const [, needed] = /that finding lists takes; allow (\d+) bytes/.exec(error.message) ?? [];
    // A page of nearly 1 MiB, compressed and not, in the slot and outside of it.
    expect(Number(needed)).toBeGreaterThan(3.5 * MEGABYTE);
    await run(Number(needed));
    const places = await readColumn(output, 'm');
    const largest = (row: readonly number[]) => (row.length === 0 ? null : row.indexOf(Math.max(...row)));
    expect(places.map((place) => (place === null || place === undefined ? null : Number(place)))).toEqual(
      lists.map(largest),
    );
  });

  it('are counted with the values that a dictionary makes of them where row groups are joined', async () => {
    const folder = temporaryFolder();
    const [input, output] = [join(folder, 'in.parquet'), join(folder, 'out.parquet')];
    // Two dictionaries that are too large to be one: the values of the second are written.
    const [width, rowCount, entryCount] = [4000, 16_000, 300];
    const entries = Array.from({ length: 2 * entryCount }, (_, entry) =>
      new Uint8Array(width).fill(entry >> 8).fill(entry & 255, width / 2),
    );
    const b = Array.from({ length: 2 * rowCount }, (_, row) => entries[Math.floor((row * entryCount) / rowCount)]);
    const schema: SchemaElement[] = [
      { name: 'root', num_children: 2 },
      { name: 'x', type: 'DOUBLE', repetition_type: 'REQUIRED' },
      { name: 'b', type: 'FIXED_LEN_BYTE_ARRAY', type_length: width, repetition_type: 'REQUIRED' },
    ];
    const columnData = [
      { name: 'x', data: new Float64Array(2 * rowCount) },
      { name: 'b', data: b },
    ];
    const form = { rowGroupSize: rowCount, pageSize: 1 << 30, dictionarySize: 1 << 24, statistics: false };
    writeFileSync(input, new Uint8Array(parquetWriteBuffer({ schema, columnData, ...form })));
    const run = (memory: number) =>
      transform({
        input,
        output,
        transforms: ['x = relu(x)'],
        memory,
        rowGroupRows: 2 * rowCount,
        threads: 1,
        sync: false,
      });
    const error = (await run(4 * MEGABYTE).catch((reason: unknown) => reason)) as LanewiseError;
    const [, needed] = /the memory budget is 4194304; allow (\d+) bytes/.exec(error.message) ?? [];
    await run(Number(needed));
    const read = (path: string) => {
      const options = { offset: 2 * rowCount - 40, limit: 40 };
      return tableFromIPC(wasm.readParquet(readFileSync(path), options).intoIPCStream())
        .getChild('b')
        ?.toArray();
    };
    expect(read(output)).toEqual(read(input));
    const [rowGroup] = parquetMetadata(new Uint8Array(readFileSync(output)).buffer).row_groups;
    const encodings = rowGroup?.columns[1]?.meta_data?.encoding_stats?.map(({ encoding }) => encoding);
    expect(encodings).toEqual(['PLAIN', 'RLE_DICTIONARY', 'PLAIN']);
  });

  it('are decoded one by one where two do not fit', async () => {
    const folder = temporaryFolder();
    const [input, output] = [join(folder, 'in.parquet'), join(folder, 'out.parquet')];
    const { x } = writeFile(input, 300_000, 1_000_004);
    const memory = 2_490_368;
    await transform({ input, output, transforms: ['x = relu(x)'], memory, threads: 1, sync: false });
    expect(await readColumn(output, 'x')).toEqual(x.map((value) => Math.max(0, value)));
  });
});

describe('the memory budget', () => {
  const budget = { threads: 4, memoryBytes: 128 * MEGABYTE };

  it('has fewer slots for larger needs, and none for those beyond it', () => {
    const lay = (wanted: number, least: number) => layOutBudget([], budget, { wanted, least: () => least, outside: 0 });
    expect(lay(0, 0).slotCount).toBe(10);
    expect(lay(20 * MEGABYTE, MEGABYTE)).toMatchObject({ slotCount: 6, slotByteLength: 20 * MEGABYTE });
    expect(lay(60 * MEGABYTE, MEGABYTE)).toMatchObject({ slotCount: 4, slotByteLength: 32 * MEGABYTE });
    expect(lay(60 * MEGABYTE, 40 * MEGABYTE)).toMatchObject({ slotCount: 3, slotByteLength: 44695552 });
    expect(lay(200 * MEGABYTE, 100 * MEGABYTE)).toMatchObject({ slotCount: 1, slotByteLength: 128 * MEGABYTE });
    expect(() => lay(0, 129 * MEGABYTE)).toThrow(/135266304 bytes .* budget is 134217728; allow 135266304 bytes/);
  });
});
