import type { Program, Step } from '../abi/program.js';
import { CATALOGUE } from '../activations/catalogue.js';
import type { Job } from '../plan/job.js';
import { type OutputField, outputFields } from '../plan/output-fields.js';
import { resolveFunction } from '../plan/resolve.js';
import type { Schema } from '../plan/schema.js';
import type { PlanDescription, PlannedColumn, PlannedJob } from '../report/types.js';
import { fillSettings, type OutputFormat, type PlanOptions, type Settings } from './options.js';
import { prepare } from './transform.js';

const FORMAT_NAMES: Readonly<Record<OutputFormat, string>> = {
  arrow: 'Arrow IPC file',
  arrows: 'Arrow IPC stream',
  parquet: 'Parquet',
};

/** What an output is compressed with that is made of the other format, unless something else is asked for. */
const CONVERTED_CODECS: Readonly<Record<OutputFormat, string>> = { arrow: 'none', arrows: 'none', parquet: 'snappy' };

/**
 * Tells what `transform` would do with the same options, from the input's metadata alone; writes nothing.
 * @throws LanewiseError, as `transform` does before it writes
 */
export async function plan(options: PlanOptions): Promise<PlanDescription> {
  const settings = fillSettings(options);
  const { input, bound, layout } = await prepare(settings);
  const { source, byteLength } = input;
  try {
    const { format, codec, rowCount, partitionCount } = await source.describe();
    const isConverted = (format === FORMAT_NAMES.parquet) !== (settings.format === 'parquet');
    return {
      input: { path: settings.input, format, codec, rows: rowCount, batches: partitionCount, byteLength },
      output: {
        path: settings.output,
        format: FORMAT_NAMES[settings.format],
        codec: settings.compression?.codec ?? (isConverted ? CONVERTED_CODECS[settings.format] : codec),
        rows: rowCount,
        batches: isConverted ? undefined : outputPartitionCount(settings, rowCount, partitionCount),
        byteLength: undefined,
      },
      columns: outputFields(bound, source.schema).map((field) => describeField(field, source.schema)),
      jobs: bound.jobs.map(describeJob),
      memory: {
        slotByteLength: layout.slotByteLength,
        slotCount: layout.slotCount,
        threads: layout.threadCount,
        totalBytes: layout.slotCount * layout.slotByteLength,
        budgetBytes: settings.memoryBytes,
      },
    };
  } finally {
    await source.close();
  }
}

/** Converting may gather record batches, or cut row groups; only row groups of the rows that were asked for can be counted. */
function outputPartitionCount(
  { rowGroupRows }: Settings,
  rowCount: number | undefined,
  partitionCount: number | undefined,
): number | undefined {
  return rowGroupRows === undefined || rowCount === undefined ? partitionCount : Math.ceil(rowCount / rowGroupRows);
}

function describeField(field: OutputField, { columns }: Schema): PlannedColumn {
  if (field.kind === 'new') {
    const { name, type, nullable } = field.output;
    return { name, type, nullable, origin: 'new' };
  }
  const column = columns.find(({ fieldIndex, path }) => fieldIndex === field.fieldIndex && path.length === 1);
  const [replacement] = field.replacedBy;
  const replaced = replacement?.replaces === column ? replacement : undefined;
  return {
    name: field.name,
    type: replaced === undefined || replaced.type === column?.type ? (column?.typeName ?? '') : replaced.type,
    nullable: replaced?.nullable ?? column?.nullable ?? true,
    origin: replacement === undefined ? 'untouched' : 'replaced',
  };
}

function describeJob({ transform, program, operands, outputs }: Job): PlannedJob {
  return {
    transform,
    functions: describeProgram(program),
    reads: operands.map(({ name }) => name),
    writes: outputs.map(({ name, type, replaces }) => ({ name, type, replaces: replaces?.name })),
  };
}

/** The calls in the order in which they are made, with every parameter: `clip(min=-30, max=30), softmax(temperature=1)`. */
function describeProgram({ steps }: Program): string {
  const calls = new Set(steps.map(describeStep));
  return calls.size === 0 ? 'copy' : [...calls].join(', ');
}

function describeStep(step: Step): string {
  if (step.kind === 'multiply') return 'multiply(grad)';
  const { parameters } = resolveFunction(step.kernel.replace(/_grad$/, ''), CATALOGUE).entry;
  const words = step.params.map((value, index) => `${parameters[index]?.name}=${value}`);
  if (step.kind === 'row' && step.nulls === 'skip') words.push('nulls=skip');
  return `${step.kernel}(${words.join(', ')})`;
}
