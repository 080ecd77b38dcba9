import type { OutputColumn } from '../plan/job.js';

/** The key of the schema's metadata under which pandas keeps what Arrow's types don't say. */
export const PANDAS_KEY = 'pandas';

/**
 * The `pandas` metadata for a schema with these outputs: replaced columns get the new type, new ones are added.
 * @returns the text as it was where it isn't what pandas writes
 */
export function updatePandasMetadata(text: string, outputs: readonly OutputColumn[]): string {
  let metadata: unknown;
  try {
    metadata = JSON.parse(text);
  } catch {
    return text;
  }
  if (!isObject(metadata) || !Array.isArray(metadata.columns)) return text;
  const columns: unknown[] = [...metadata.columns];
  for (const output of outputs) {
    // A struct or a list is an object for pandas, whatever is in it.
    if (output.shape.kind !== 'flat' || (output.replaces?.path.length ?? 1) > 1) continue;
    const types = { pandas_type: output.type, numpy_type: output.type };
    if (output.replaces === undefined) {
      columns.push({ name: output.name, field_name: output.name, ...types, metadata: null });
      continue;
    }
    const fieldName = output.replaces.name;
    const at = columns.findIndex((column) => isObject(column) && column.field_name === fieldName);
    const column = columns[at];
    if (isObject(column)) columns[at] = { ...column, ...types };
  }
  return JSON.stringify({ ...metadata, columns });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
