import { describe, expect, it } from 'vitest';
import { LanewiseError } from '../../../src/errors.js';
import { openArrow, openArrowStream } from '../../../src/formats/arrow/open.js';
import { MemoryFile } from '../../../src/storage/memory-file.js';
import { memoryReader, sourceOptions, transformBytes } from './support.js';
import { makeBatch, writeFile, writeStream } from './tables.js';

const BATCHES = [makeBatch(10, 40), makeBatch(5, 41)];

function open(bytes: Uint8Array) {
  return openArrow(new MemoryFile('data.arrow', bytes), sourceOptions());
}

async function failure(run: () => Promise<unknown>): Promise<string> {
  const error = await run().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(LanewiseError);
  return `${(error as LanewiseError).code}: ${(error as LanewiseError).message}`;
}

describe('the schema of an Arrow source', () => {
  it('has a column for each field, and for the children of structs', async () => {
    const { schema } = await open(writeFile(BATCHES));
    expect(schema.columns.map(({ name, typeName, type, nullable }) => [name, typeName, type, nullable])).toEqual([
      ['id', 'int64', 'int64', false],
      ['x', 'float64', 'float64', false],
      ['x_null', 'float64', 'float64', true],
      ['f32', 'float32', 'float32', false],
      ['i16', 'int16', 'int16', true],
      ['flag', 'bool', 'bool', false],
      ['text', 'utf8', undefined, true],
      ['text', 'utf8', undefined, true],
      ['word', 'dictionary<utf8>', undefined, true],
      ['vector', 'fixed_size_list<float64>[4]', 'float64', false],
      ['list', 'list<float64>', 'float64', true],
      ['point', 'struct<float64, struct<float64>>', undefined, true],
      ['point.x', 'float64', 'float64', true],
      ['point.inner', 'struct<float64>', undefined, true],
      ['point.inner.y', 'float64', 'float64', true],
    ]);
    expect(schema.fieldNames.length).toBe(12);
    expect(schema.columns[9]!.shape).toEqual({ kind: 'fixed_size_list', listSize: 4 });
    expect(schema.columns[14]!.fieldIndex).toBe(11);
  });

  it('is described with counts, codec and metadata', async () => {
    const metadata = [
      { key: 'origin', byteLength: 6 },
      { key: 'pandas', byteLength: 98 },
    ];
    const counts = { rowCount: 15, partitionCount: 2, metadata };
    expect(await (await open(writeFile(BATCHES))).describe()).toEqual({
      format: 'Arrow IPC file',
      codec: 'none',
      ...counts,
    });
    const zstd = await transformBytes(writeStream(BATCHES), [], {
      to: 'stream',
      compression: { codec: 'zstd', level: 3 },
    });
    expect(await (await open(zstd)).describe()).toEqual({ format: 'Arrow IPC stream', codec: 'zstd', ...counts });
    const piped = await openArrowStream(memoryReader(writeStream(BATCHES)), sourceOptions());
    expect((await piped.describe()).rowCount).toBeUndefined();
    expect((await piped.next())?.rowCount).toBe(10);
  });

  it('does not grow when a file is written again and again', async () => {
    const once = await transformBytes(writeFile(BATCHES), []);
    const twice = await transformBytes(once, []);
    expect(twice.length).toBe(once.length);
  });
});

describe('input that is no Arrow IPC, or another one', () => {
  it('is told apart', async () => {
    const text = new TextEncoder().encode('a,b,c\n1,2,3\n4,5,6\n');
    expect(await failure(() => open(text))).toBe(
      'LW_NOT_COLUMNAR: data.arrow is neither an Arrow IPC file nor a stream',
    );
    expect(await failure(() => open(Uint8Array.of(0x46, 0x45, 0x41, 0x31, 0, 0, 0, 0)))).toMatch(
      /^LW_UNSUPPORTED_INPUT: data\.arrow is Feather version 1/,
    );
    const file = writeFile(BATCHES);
    expect(await failure(() => open(file.subarray(0, file.length - 100)))).toMatch(
      /^LW_CORRUPT_INPUT: data\.arrow starts as an Arrow file but its \d+ bytes don't end as one/,
    );
  });

  it('is told apart in a pipe', async () => {
    const piped = (bytes: Uint8Array) => openArrowStream(memoryReader(bytes), sourceOptions());
    expect(await failure(() => piped(writeFile(BATCHES)))).toMatch(/^LW_UNSUPPORTED_INPUT: input is an Arrow file/);
    expect(await failure(() => piped(new TextEncoder().encode('hello, world')))).toBe(
      "LW_NOT_COLUMNAR: input isn't an Arrow stream",
    );
    expect(await failure(() => piped(new Uint8Array(0)))).toMatch(/^LW_CORRUPT_INPUT: input ends before its schema/);
  });
});
