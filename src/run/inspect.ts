import { LanewiseError } from '../errors.js';
import type { Source } from '../formats/format.js';
import type { ColumnDescription, FileDescription } from '../report/types.js';
import { DEFAULT_MEMORY_BYTES } from './budget.js';
import { inputOptions, openSource } from './input.js';

/**
 * Reads a file's metadata: format, columns, sizes, metadata keys.
 * @param path of an Arrow IPC or Parquet file
 * @throws LanewiseError; LW_NOT_COLUMNAR where it is neither
 */
export async function inspect(path: string): Promise<FileDescription> {
  const { source, byteLength } = await openSource(path, inputOptions(path, DEFAULT_MEMORY_BYTES));
  try {
    if (byteLength === undefined) {
      throw new LanewiseError('LW_UNSUPPORTED_INPUT', `${path} is a pipe, which can't be inspected; name a file`);
    }
    const { format, codec, rowCount, partitionCount, metadata } = await source.describe();
    return {
      path,
      format,
      byteLength,
      rows: rowCount ?? 0,
      batches: partitionCount ?? 0,
      codec,
      columns: describeColumns(source),
      metadata,
    };
  } finally {
    await source.close();
  }
}

function describeColumns({ schema }: Source): readonly ColumnDescription[] {
  return schema.columns.map(({ name, typeName, nullable, type }) => ({
    name,
    type: typeName,
    nullable,
    transformable: type !== undefined,
  }));
}
