/** How each field of a Parquet file comes of an Arrow input: computed, carried over by way of the slots, or bridged. */
import type { Job, OutputColumn } from '../../plan/job.js';
import { type OutputField, outputFields } from '../../plan/output-fields.js';
import type { Column } from '../../plan/schema.js';
import type { FieldResult } from '../arrow/field-batch.js';
import type { CodecChoice } from '../parquet/codec-choice.js';
import { createNewLeaf, type OutputLeaf } from '../parquet/output-leaf.js';
import type { CarriedColumn } from './carried-column.js';
import type { FieldOrigin } from './gathered-row-group.js';
import type { ParquetConvertSinkOptions } from './parquet-sink.js';

export interface ConvertedFields {
  /** By field of the output. */
  readonly origins: readonly FieldOrigin[];
  readonly leaves: readonly OutputLeaf[];
  readonly carried: readonly CarriedColumn[];
  /** Fields of the input that the library writes. */
  readonly bridgedIndexes: readonly number[];
  /** Results that it writes: within those fields, or behind them. */
  readonly bridgedResults: readonly FieldResult[];
}

export function convertFields(
  { source, jobs, encoding = 'auto' }: ParquetConvertSinkOptions,
  codec: CodecChoice,
): ConvertedFields {
  const origins: FieldOrigin[] = [];
  const leaves: OutputLeaf[] = [];
  const carried: CarriedColumn[] = [];
  const bridgedIndexes: number[] = [];
  const results = jobs.flatMap((job) => job.outputs.map((output) => ({ output, job })));
  const addLeaf = (output: OutputColumn, job: Pick<Job, 'outputs'>): void => {
    const leaf = createNewLeaf(output, job, codec, encoding);
    leaves.push(leaf);
    origins.push({ kind: 'written', leaf });
  };
  let bridgedCount = 0;
  for (const field of outputFields({ jobs }, source.schema)) {
    const output = field.kind === 'new' ? field.output : field.replacedBy[0];
    const result = results.find((each) => each.output === output);
    if (result !== undefined && !isBridged(result.output)) {
      addLeaf(result.output, result.job);
      continue;
    }
    const column = field.kind === 'new' ? undefined : topLevelColumn(source.schema.columns, field);
    if (column !== undefined && column.type !== undefined && column.shape.kind === 'flat') {
      const { name, type, shape, nullable } = column;
      const own: OutputColumn = { name, type, shape, nullable, replaces: undefined };
      carried.push({ column, output: own });
      addLeaf(own, { outputs: [own] });
    } else {
      origins.push({ kind: 'bridged', index: bridgedCount++ });
      if (column !== undefined) bridgedIndexes.push(column.fieldIndex);
    }
  }
  const bridgedResults = results.filter(({ output }) => isBridged(output));
  return { origins, leaves, carried, bridgedIndexes, bridgedResults };
}

/** Whether a result isn't written here: it is within a field, or deeper in lists. */
function isBridged({ shape, replaces }: OutputColumn): boolean {
  return shape.kind === 'nested' || (replaces !== undefined && replaces.path.length > 1);
}

function topLevelColumn(columns: readonly Column[], field: OutputField): Column {
  const column = columns.find(
    (other) => field.kind === 'input' && other.fieldIndex === field.fieldIndex && other.path.length === 1,
  );
  if (column === undefined) throw new RangeError(`"${field.name}" is no column of the input`);
  return column;
}
