/** How each field of a Parquet file comes of an Arrow input: computed, carried over by way of the slots, or bridged. */
import { LanewiseError } from '../../errors.js';
import type { Job, OutputColumn } from '../../plan/job.js';
import { type OutputField, outputFields } from '../../plan/output-fields.js';
import type { Column } from '../../plan/schema.js';
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
}

/** @throws LW_UNSUPPORTED_OPTION for results that have no place of their own in the output */
export function convertFields(
  { source, jobs, encoding = 'auto', rowGroupRows }: ParquetConvertSinkOptions,
  codec: CodecChoice,
): ConvertedFields {
  const origins: FieldOrigin[] = [];
  const leaves: OutputLeaf[] = [];
  const carried: CarriedColumn[] = [];
  const bridgedIndexes: number[] = [];
  const addLeaf = (output: OutputColumn, job: Pick<Job, 'outputs'>): void => {
    const leaf = createNewLeaf(output, job, codec, encoding);
    leaves.push(leaf);
    origins.push({ kind: 'written', leaf });
  };
  for (const { name, shape } of jobs.flatMap(({ outputs }) => outputs)) {
    if (shape.kind !== 'nested') continue;
    throw new LanewiseError(
      'LW_UNSUPPORTED_OPTION',
      `"${name}" is nested deeper than in a list of numbers, which can't be computed and converted to Parquet in one run; convert it first`,
    );
  }
  for (const field of outputFields({ jobs }, source.schema)) {
    const result = field.kind === 'new' ? field.output : field.replacedBy[0];
    const isField = (result?.replaces?.path.length ?? 1) === 1;
    if (result !== undefined && isField) {
      const job = jobs.find(({ outputs }) => outputs.includes(result));
      if (job === undefined) throw new RangeError(`"${field.name}" is no result`);
      addLeaf(result, job);
      continue;
    }
    if (field.kind === 'input') checkChildren(field.replacedBy, rowGroupRows);
    const column = topLevelColumn(source.schema.columns, field);
    if (column.type !== undefined && column.shape.kind === 'flat') {
      const { name, type, shape, nullable } = column;
      const output: OutputColumn = { name, type, shape, nullable, replaces: undefined };
      carried.push({ column, output });
      addLeaf(output, { outputs: [output] });
    } else {
      origins.push({ kind: 'bridged', index: bridgedIndexes.length });
      bridgedIndexes.push(column.fieldIndex);
    }
  }
  return { origins, leaves, carried, bridgedIndexes };
}

function topLevelColumn(columns: readonly Column[], field: OutputField): Column {
  const column = columns.find(
    (other) => field.kind === 'input' && other.fieldIndex === field.fieldIndex && other.path.length === 1,
  );
  if (column === undefined) throw new RangeError(`"${field.name}" is no column of the input`);
  return column;
}

/** @throws LW_UNSUPPORTED_OPTION for results in structs that can't be put among what the library writes */
function checkChildren(outputs: readonly OutputColumn[], rowGroupRows: number | undefined): void {
  for (const { shape, replaces, name } of outputs) {
    const refuse = (why: string): LanewiseError =>
      new LanewiseError('LW_UNSUPPORTED_OPTION', `"${replaces?.name ?? name}" is part of a struct, which ${why}`);
    if (shape.kind !== 'flat') {
      throw refuse(
        "can't have its lists computed and be converted to Parquet in one run; give the result a name of its own",
      );
    }
    if (rowGroupRows !== undefined) {
      throw refuse(
        "can't be computed, converted to Parquet and cut to row groups in one run; leave out row-group-rows, and cut the output with it in a second run",
      );
    }
  }
}
