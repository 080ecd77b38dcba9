import { LanewiseError, stoppedError } from '../errors.js';
import type { Source } from '../formats/format.js';
import { bindTransforms } from '../plan/bind.js';
import type { BoundTransforms, Job } from '../plan/job.js';
import { Pool } from '../pool/pool.js';
import type { TransformResult } from '../report/types.js';
import type { Load } from '../slab/load.js';
import { Slab, type SlabLayout } from '../slab/slab.js';
import { peakMemoryBytes } from '../storage/host.js';
import { layOutBudget } from './budget.js';
import { runJobs } from './engine.js';
import { type Input, type InputOptions, inputOptions, openSource, readForArrow } from './input.js';
import { fillSettings, type Settings, type TransformOptions } from './options.js';
import { openOutput } from './output.js';
import { ProgressMeter } from './progress.js';
import { POOL_WORTH_BYTES, type Work } from './worker-worth.js';

const VALUE_BYTE_LENGTH = 8;
/** Rows of Arrow are cut at these: whether they are null stands in bitmaps, which can be cut at whole words. */
const ROW_MULTIPLE = 64;

/**
 * Applies transforms to the columns of a file and writes the file with the results and everything else untouched.
 *
 * The output appears under its name whole or not at all.
 *
 * @returns what was done
 * @throws LanewiseError; its `code` says what is wrong
 */
export async function transform(options: TransformOptions): Promise<TransformResult> {
  const settings = fillSettings(options);
  const pool = new Pool(settings.threads - 1);
  let prepared: Prepared | undefined;
  try {
    // Who names a number of threads wants them. They start while pages are found and memory is laid out.
    const startWorkers = options.threads === undefined ? undefined : () => pool.start();
    prepared = await prepare(settings, options.signal, startWorkers);
    return await execute(prepared, pool, settings, options);
  } finally {
    // Workers read the input by its descriptor.
    await pool.close();
    await prepared?.input.source.close();
  }
}

/** Everything that is known before a byte is written. */
export interface Prepared {
  readonly input: Input;
  /** The input's, as the output asks for its rows. */
  readonly source: Source;
  readonly bound: BoundTransforms;
  readonly layout: SlabLayout;
  readonly work: Work;
}

/**
 * Opens the input, binds the transforms to its schema and lays out the memory; writes nothing.
 * @param onMuchToDo called as soon as it is known, perhaps again later, that there is as much to do as workers may pay for
 */
export async function prepare(settings: Settings, signal?: AbortSignal, onMuchToDo?: () => void): Promise<Prepared> {
  const onOpened: InputOptions['onOpened'] = (format, byteLength) => {
    // Of a Parquet file the footer tells how much there is to do.
    if (format === 'arrow' && byteLength >= POOL_WORTH_BYTES) onMuchToDo?.();
  };
  const options = { ...inputOptions(settings.output, settings.memoryBytes), signal, onOpened };
  let input = await openSource(settings.input, options);
  try {
    if (input.format === 'parquet' && settings.format !== 'parquet') {
      input = await readForArrow(input, settings, options);
    }
    const { transforms, outType, catalogue } = settings;
    const bound = bindTransforms(transforms, input.source.schema, { outType }, catalogue);
    const work = workOf(input, bound.jobs, settings);
    if ((work.total ?? 0) >= POOL_WORTH_BYTES) onMuchToDo?.();
    const source = await cutSource(input, settings);
    const layout = layOutBudget(bound.jobs, settings, {
      wanted: source.wantedSlotByteLength(bound.jobs),
      least: (enough) => source.leastSlotByteLength?.(bound.jobs, enough) ?? 0,
      outside: source.outsideByteLength?.(bound.jobs) ?? 0,
    });
    source.useSlots(layout.slotByteLength, bound.jobs);
    return { input, source, bound, layout, work };
  } catch (error) {
    await input.source.close();
    throw error;
  }
}

async function execute(
  { input, source, bound, layout, work }: Prepared,
  pool: Pool,
  settings: Settings,
  options: TransformOptions,
): Promise<TransformResult> {
  const { signal } = options;
  const slab = new Slab(layout);
  const { windowByteLength, openSpool } = inputOptions(settings.output, settings.memoryBytes);
  const output = await openOutput(input, bound, slab, settings, {
    sync: options.sync ?? true,
    windowByteLength,
    openSpool,
    signal,
  });
  const meter = new ProgressMeter(input, bound, () => output.byteLength, options.onProgress);
  try {
    const threads = await runJobs({
      source,
      sink: output.sink,
      jobs: bound.jobs,
      slab,
      pool,
      work,
      startsWorkersAtOnce: options.threads !== undefined,
      signal,
      onPartition: (partition) => meter.onPartition(partition),
      onWritten: meter.onWritten,
    });
    await output.sink.finish();
    if (signal?.aborted) throw stoppedError(signal);
    await output.commit();
    return {
      ...meter.result(),
      output: settings.output,
      threads,
      peakMemoryBytes: peakMemoryBytes(),
    };
  } catch (error) {
    // Workers write the output by its descriptor.
    await pool.close();
    await output.discard();
    throw error;
  } finally {
    output.sink.close();
  }
}

/**
 * Bytes that are read; of a Parquet file, whose pages may be many times smaller, those that its values take in a slot,
 * unless its row groups are made anew.
 */
function workOf(input: Input, jobs: readonly Job[], { rowGroupRows }: Pick<Settings, 'rowGroupRows'>): Work {
  if (input.format === 'arrow' || rowGroupRows !== undefined) {
    return { total: input.byteLength, of: ({ readByteLength }) => readByteLength };
  }
  const columns = jobs.flatMap((job) => [...job.operands, ...job.outputs]);
  return { total: VALUE_BYTE_LENGTH * columns.length * (input.rowCount ?? 0), of: computedByteLength };
}

function computedByteLength({ tasks }: Load<unknown>): number {
  let byteLength = 0;
  for (const task of tasks) {
    if (task.kind !== 'compute') continue;
    const { operands, outputs, standsFor, count } = task;
    byteLength += VALUE_BYTE_LENGTH * (operands.length + outputs.length) * (standsFor?.count ?? count);
  }
  return byteLength;
}

/** Record batches that are larger than a row group are set to be cut to that; row groups of a Parquet file get those rows. */
async function cutSource(input: Input, { rowGroupRows, format }: Settings): Promise<Source> {
  if (rowGroupRows === undefined) return input.source;
  if (format !== 'parquet') {
    throw new LanewiseError(
      'LW_UNSUPPORTED_OPTION',
      `row-group-rows can't be ${rowGroupRows} here: Arrow has no row groups; leave it out, or write Parquet`,
    );
  }
  if (input.format === 'parquet') {
    const { RecutSource } = await import('../formats/parquet/recut/recut-source.js');
    return new RecutSource(input.source, rowGroupRows);
  }
  if (rowGroupRows % ROW_MULTIPLE !== 0) {
    throw new LanewiseError(
      'LW_USAGE',
      `row-group-rows must be a multiple of ${ROW_MULTIPLE} where Arrow becomes Parquet, not ${rowGroupRows}`,
    );
  }
  const { RowRangeSource } = await import('../formats/arrow/row-range.js');
  return new RowRangeSource(input.source, rowGroupRows);
}
