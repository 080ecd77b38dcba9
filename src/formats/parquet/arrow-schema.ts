/** The Arrow schema that a Parquet file carries in its metadata, brought up to the output's columns. */
import type { Job, OutputColumn } from '../../plan/job.js';
import type { Column } from '../../plan/schema.js';
import { frameMetadata, metadataRange, parseMessage } from '../arrow/message.js';
import type { ArrowSchema } from '../arrow/schema.js';
import { buildSchemaMessage } from '../arrow/schema-writer.js';
import { streamSchema } from '../arrow/stream-messages.js';
import { PANDAS_KEY, updatePandasMetadata } from '../pandas-metadata.js';
import { ARROW_SCHEMA_KEY, FileMetaData, KeyValue } from './definitions.js';
import type { Footer } from './footer.js';

const DESCRIPTION = 'the Arrow schema in the Parquet metadata';

/**
 * @param text base64 of an encapsulated IPC schema message
 * @returns the same for the output; `undefined` where the text is no such message
 */
export function updateArrowSchema(text: string, jobs: readonly Job[]): string | undefined {
  try {
    const schema = parseArrowSchema(text);
    const message = buildSchemaMessage(schema, bindToArrow(jobs, schema.schema.columns), schema.version);
    return Buffer.from(frameMetadata(message, 0, 8)).toString('base64');
  } catch {
    return undefined;
  }
}

/**
 * @param text base64 of an encapsulated IPC schema message
 * @throws where it is none
 */
function parseArrowSchema(text: string): ArrowSchema {
  const bytes = new Uint8Array(Buffer.from(text, 'base64'));
  const { start, end } = metadataRange(bytes, DESCRIPTION);
  return streamSchema(parseMessage(bytes.slice(start, end), DESCRIPTION), DESCRIPTION);
}

/** The schema of the Arrow data that a Parquet file was made of; `undefined` where it has none that can be read. */
export function readArrowSchema({ metadata }: Pick<Footer, 'metadata'>): ArrowSchema | undefined {
  const entries = metadata.structs(FileMetaData.keyValueMetadata);
  const text = entries.find((entry) => entry.string(KeyValue.key) === ARROW_SCHEMA_KEY)?.string(KeyValue.value);
  try {
    return text === undefined ? undefined : parseArrowSchema(text);
  } catch {
    return undefined;
  }
}

/** The key-value metadata of a Parquet file made of an Arrow one: Arrow's own, and the schema of the output. */
export function arrowKeyValues(
  schema: ArrowSchema,
  jobs: readonly Job[],
): readonly { readonly key: string; readonly value: string }[] {
  const outputs = jobs.flatMap((job) => job.outputs);
  const keyValues: { key: string; value: string }[] = [];
  for (let i = 0; i < schema.table.customMetadataLength(); i++) {
    const entry = schema.table.customMetadata(i);
    const key = entry?.key() ?? '';
    const value = entry?.value() ?? '';
    keyValues.push({ key, value: key === PANDAS_KEY ? updatePandasMetadata(value, outputs) : value });
  }
  const message = frameMetadata(buildSchemaMessage(schema, jobs, schema.version), 0, 8);
  return [...keyValues, { key: ARROW_SCHEMA_KEY, value: Buffer.from(message).toString('base64') }];
}

/** The same jobs with their columns as Arrow's schema has them. */
function bindToArrow(jobs: readonly Job[], columns: readonly Column[]): Job[] {
  const bind = (column: Column): Column => {
    const bound = columns.find(({ fieldIndex, name }) => fieldIndex === column.fieldIndex && name === column.name);
    if (bound === undefined) throw new RangeError(`"${column.name}" isn't in the Arrow schema`);
    return bound;
  };
  const bindOutput = (output: OutputColumn): OutputColumn =>
    output.replaces === undefined ? output : { ...output, replaces: bind(output.replaces) };
  return jobs.map((job) => ({ ...job, operands: job.operands.map(bind), outputs: job.outputs.map(bindOutput) }));
}
