import { CATALOGUE } from '../activations/catalogue.js';
import { stoppedError } from '../errors.js';
import { bindTransforms } from '../plan/bind.js';
import type { BoundTransforms } from '../plan/job.js';
import type { TransformResult } from '../report/types.js';
import { Slab, type SlabLayout } from '../slab/slab.js';
import { peakMemoryBytes } from '../storage/host.js';
import { layOutBudget } from './budget.js';
import { runJobs } from './engine.js';
import { type Input, inputOptions, openSource } from './input.js';
import { fillSettings, type Settings, type TransformOptions } from './options.js';
import { openOutput } from './output.js';
import { ProgressMeter } from './progress.js';

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
  const prepared = await prepare(settings, options.signal);
  try {
    return await execute(prepared, settings, options);
  } finally {
    await prepared.input.source.close();
  }
}

/** Everything that is known before a byte is written. */
export interface Prepared {
  readonly input: Input;
  readonly bound: BoundTransforms;
  readonly layout: SlabLayout;
}

/** Opens the input, binds the transforms to its schema and lays out the memory; writes nothing. */
export async function prepare(settings: Settings, signal?: AbortSignal): Promise<Prepared> {
  const input = await openSource(settings.input, { ...inputOptions(settings.output, settings.memoryBytes), signal });
  try {
    const bound = bindTransforms(settings.transforms, input.source.schema, { outType: settings.outType }, CATALOGUE);
    const layout = layOutBudget(bound.jobs, settings, input.source.wantedSlotByteLength(bound.jobs));
    input.source.useSlots(layout.slotByteLength, bound.jobs);
    return { input, bound, layout };
  } catch (error) {
    await input.source.close();
    throw error;
  }
}

async function execute(
  { input, bound, layout }: Prepared,
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
      source: input.source,
      sink: output.sink,
      jobs: bound.jobs,
      slab,
      byteLength: input.byteLength,
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
    await output.discard();
    throw error;
  }
}
