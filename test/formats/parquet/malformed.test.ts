import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { Table, writeParquet } from 'parquet-wasm';
import { describe, expect, it } from 'vitest';
import { LanewiseError } from '../../../src/errors.js';
import { ColumnChunk, FileMetaData, RowGroup } from '../../../src/formats/parquet/definitions.js';
import { openParquet } from '../../../src/formats/parquet/source.js';
import { readStruct } from '../../../src/formats/parquet/thrift.js';
import { i32Field, structsField, writeStruct } from '../../../src/formats/parquet/thrift-writer.js';
import { MemoryFile } from '../../../src/storage/memory-file.js';
import { randomNumbers } from '../../e2e/support.js';
import { conformanceFolder } from '../arrow/conformance.js';
import { group, leaf, list, writeNested } from './nested-support.js';
import { openPageReader, transformBytes } from './support.js';

/** Transforms each numeric column by itself, so that damage in one doesn't hide another's. */
async function transformEach(bytes: Uint8Array): Promise<readonly (Uint8Array | LanewiseError)[]> {
  const attempt = async (run: () => Uint8Array | Promise<Uint8Array>) => {
    try {
      return await run();
    } catch (error) {
      if (error instanceof LanewiseError) return error;
      throw error;
    }
  };
  let names: readonly string[] = [];
  let lists: readonly string[] = [];
  const opened = await attempt(() => {
    const { columns } = openParquet(new MemoryFile('input', bytes), openPageReader).schema;
    const numeric = columns.filter((column) => column.type !== undefined).map((column) => column.name);
    names = numeric.filter((name) => columns.filter((column) => column.name === name).length === 1);
    lists = columns.filter(({ shape }) => shape.kind === 'list').map(({ name }) => name);
    return bytes;
  });
  const results = [opened];
  for (const name of names) {
    const quoted = name.replaceAll(/[\\"]/g, '\\$&');
    results.push(await attempt(() => transformBytes(bytes, [`lanewise_y = relu("${quoted}")`])));
    if (!lists.includes(name)) continue;
    results.push(await attempt(() => transformBytes(bytes, [`lanewise_y = softmax("${quoted}")`])));
  }
  return results;
}

function expectResultOrError(results: readonly (Uint8Array | LanewiseError)[]): void {
  for (const result of results) {
    if (result instanceof LanewiseError) expect(result.message).not.toMatch(/\n|undefined|NaN/);
    else expect(result.length).toBeGreaterThan(0);
  }
}

const malformed = conformanceFolder('malformed');

describe.skipIf(malformed === undefined)('malformed Parquet files', () => {
  const names = malformed === undefined ? [] : readdirSync(malformed).filter((name) => name.startsWith('parquet-'));

  it('are there', () => {
    expect(names.length).toBeGreaterThan(60);
  });

  for (const name of names) {
    it(name, async () => {
      expectResultOrError(await transformEach(new Uint8Array(readFileSync(join(malformed ?? '', name)))));
    }, 10_000);
  }
});

const conformance = conformanceFolder('parquet');

function expectedErrors(name: string): readonly string[] {
  if (name.endsWith('.encrypted')) return ['LW_UNSUPPORTED_INPUT'];
  return name.includes('corrupt-checksum') ? ['LW_CORRUPT_INPUT'] : [];
}

describe.skipIf(conformance === undefined)('Parquet files of other implementations', () => {
  for (const name of conformance === undefined ? [] : readdirSync(conformance)) {
    it(name, async () => {
      const results = await transformEach(new Uint8Array(readFileSync(join(conformance ?? '', name))));
      const errors = results.filter((result) => result instanceof LanewiseError).map((error) => error.code);
      expect(errors).toEqual(expectedErrors(name));
    });
  }
});

describe('a damaged Parquet file of lists', () => {
  const random = randomNumbers(9);
  const data = Array.from({ length: 400 }, () => Array.from({ length: Math.floor(random() * 6) }, () => random()));
  const points = data.map((row) => row.map((x) => (x < 0.2 ? null : { x })));
  const point = group('element', 'OPTIONAL', leaf('x', 'OPTIONAL'));
  const bytes = writeNested(
    [
      { elements: list('l', leaf('element', 'OPTIONAL')), data },
      { elements: list('points', point), data: points },
    ],
    { pageSize: 3000 },
  );

  it('with any byte changed ends with a result or an error', async () => {
    for (let at = 4; at < bytes.length - 8; at += 131) {
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] ?? 0) ^ (at % 2 === 0 ? 0xff : 0x41);
      expectResultOrError(await transformEach(damaged));
    }
  });
});

describe('damaged Parquet files', () => {
  const data = Array.from({ length: 3000 }, (_, row) => (row % 9 === 0 ? null : Math.round(Math.sin(row) * 50)));
  const bytes = new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'dictionary', data, type: 'DOUBLE', nullable: true },
        { name: 'plain', data, type: 'DOUBLE', nullable: true, encoding: 'PLAIN' },
      ],
      pageSize: 4000,
    }),
  );

  it('cut off anywhere are refused', () => {
    for (let end = 0; end < bytes.length; end += 97) {
      expect(() => openParquet(new MemoryFile('input', bytes.subarray(0, end)), openPageReader)).toThrow(LanewiseError);
    }
  });

  it('with any byte changed end with a result or an error', async () => {
    // Deterministic, and coprime to what lies at regular distances.
    for (let at = 4; at < bytes.length - 8; at += 61) {
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] ?? 0) ^ (at % 2 === 0 ? 0xff : 0x41);
      expectResultOrError(await transformEach(damaged));
    }
  });
});

describe('a Parquet file whose footer names page indexes that it has not', () => {
  const stream = tableToIPC(tableFromArrays({ x: Float64Array.of(1, 2), y: Float64Array.of(3, 4) }), 'stream');
  const bytes = writeParquet(Table.fromIPCStream(stream));
  const metadataStart =
    bytes.length - 8 - new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 8, true);
  const { struct: metadata } = readStruct(bytes, metadataStart);

  it.each([-41, 2 ** 31 - 1])('such as an offset index of %d bytes, is refused', async (byteLength) => {
    const rowGroups = metadata.structs(FileMetaData.rowGroups).map((rowGroup) => {
      const chunks = rowGroup
        .structs(RowGroup.columns)
        .map((chunk) => chunk.set(i32Field(ColumnChunk.offsetIndexLength, byteLength)));
      return rowGroup.set(structsField(RowGroup.columns, chunks));
    });
    const footer = writeStruct(metadata.copy().set(structsField(FileMetaData.rowGroups, rowGroups)));
    const damaged = new Uint8Array(metadataStart + footer.length + 8);
    damaged.set(bytes.subarray(0, metadataStart));
    damaged.set(footer, metadataStart);
    damaged.set(bytes.subarray(bytes.length - 8), metadataStart + footer.length);
    new DataView(damaged.buffer).setUint32(damaged.length - 8, footer.length, true);
    await expect(transformBytes(damaged, ['x = relu(x)'])).rejects.toMatchObject({
      code: 'LW_CORRUPT_INPUT',
      message: expect.stringContaining(`an index or filter of ${byteLength} bytes`),
    });
  });
});
