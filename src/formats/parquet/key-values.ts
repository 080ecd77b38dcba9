/** The file's key-value metadata for the output's schema: Arrow's schema and pandas' notes follow the columns. */
import type { Job } from '../../plan/job.js';
import { PANDAS_KEY, updatePandasMetadata } from '../pandas-metadata.js';
import { ARROW_SCHEMA_KEY, KeyValue } from './definitions.js';
import type { ThriftStruct } from './thrift.js';
import { stringField } from './thrift-writer.js';

/** The entries for a file with the jobs' outputs; entries of others stay as they are. */
export async function updateKeyValues(entries: readonly ThriftStruct[], jobs: readonly Job[]): Promise<ThriftStruct[]> {
  const updated: ThriftStruct[] = [];
  for (const entry of entries) {
    const value = await updateValue(entry.string(KeyValue.key), entry.string(KeyValue.value), jobs);
    if (value === 'same') updated.push(entry);
    else if (value !== 'gone') updated.push(entry.copy().set(stringField(KeyValue.value, value.text)));
  }
  return updated;
}

async function updateValue(
  key: string | undefined,
  value: string | undefined,
  jobs: readonly Job[],
): Promise<'same' | 'gone' | { readonly text: string }> {
  if (value === undefined || jobs.length === 0) return 'same';
  if (key === PANDAS_KEY) {
    const outputs = jobs.flatMap((job) => job.outputs);
    return { text: updatePandasMetadata(value, outputs) };
  }
  if (key !== ARROW_SCHEMA_KEY) return 'same';
  const { updateArrowSchema } = await import('./arrow-schema.js');
  const text = updateArrowSchema(value, jobs);
  // Without it, readers go by Parquet's own types, which are right; with a wrong one they would go wrong.
  return text === undefined ? 'gone' : { text };
}
