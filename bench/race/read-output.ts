import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import zstd from '@foxglove/wasm-zstd';
import { RecordBatchReader } from 'apache-arrow';
import { asyncBufferFromFile, parquetMetadataAsync, parquetRead } from 'hyparquet';

/** Rows `start` to `end`. */
export interface RowRange {
  readonly start: number;
  readonly end: number;
}

/** Values of each column by its name. */
export type Columns = ReadonlyMap<string, ArrayLike<unknown>>;

/** Reads the rows of each range with readers that have nothing to do with Lanewise. */
export async function readRanges(path: string, ranges: readonly RowRange[]): Promise<readonly Columns[]> {
  return path.endsWith('.parquet') ? readParquet(path, ranges) : readArrow(path, ranges);
}

async function readArrow(path: string, ranges: readonly RowRange[]): Promise<readonly Columns[]> {
  const found = ranges.map(() => new Map<string, unknown[]>());
  const reader = path.endsWith('.arrows')
    ? await RecordBatchReader.from(createReadStream(path))
    : await RecordBatchReader.from(await open(path));
  let batchStart = 0;
  for await (const batch of reader) {
    const batchEnd = batchStart + batch.numRows;
    for (const [index, { start, end }] of ranges.entries()) {
      if (end <= batchStart || start >= batchEnd) continue;
      const rows = batch.slice(Math.max(start, batchStart) - batchStart, Math.min(end, batchEnd) - batchStart);
      for (const { name } of batch.schema.fields) {
        const values = found[index]?.get(name) ?? [];
        for (const value of rows.getChild(name) ?? []) values.push(value);
        found[index]?.set(name, values);
      }
    }
    batchStart = batchEnd;
  }
  return found;
}

async function readParquet(path: string, ranges: readonly RowRange[]): Promise<readonly Columns[]> {
  await zstd.isLoaded;
  const compressors = { ZSTD: (input: Uint8Array, byteLength: number) => zstd.decompress(input, byteLength) };
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const found: Columns[] = [];
  for (const { start, end } of ranges) {
    const columns = new Map<string, unknown[]>();
    await parquetRead({
      file,
      metadata,
      compressors,
      rowStart: start,
      rowEnd: end,
      onChunk: ({ columnName, columnData, rowStart, rowEnd }) => {
        const values = columns.get(columnName) ?? new Array<unknown>(end - start);
        columns.set(columnName, values);
        for (let row = Math.max(start, rowStart); row < Math.min(end, rowEnd); row++) {
          values[row - start] = columnData[row - rowStart];
        }
      },
    });
    found.push(columns);
  }
  return found;
}
