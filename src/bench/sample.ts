import { setImmediate } from 'node:timers/promises';
import { Bench } from 'tinybench';
import { type Summary, summarize } from './statistics.js';

export interface SampleOptions {
  /** How long to measure. At least five samples are taken. */
  readonly seconds: number;
  /** How long to run before measuring. */
  readonly warmUpSeconds: number;
}

/** Runs the work again and again. @returns the seconds that it took each time */
export async function sample(
  work: () => void | Promise<void>,
  { seconds, warmUpSeconds }: SampleOptions,
): Promise<Summary> {
  const bench = new Bench({
    time: seconds * 1e3,
    iterations: 5,
    warmupTime: warmUpSeconds * 1e3,
    warmupIterations: 2,
    retainSamples: true,
    throws: true,
  });
  bench.add('work', work);
  // Lets signals through, which a row of measurements that never wait would keep out.
  await setImmediate();
  const [task] = await bench.run();
  const result = task?.result;
  if (result?.state !== 'completed') throw new Error(`a measurement ended as ${result?.state}`);
  return summarize((result.latency.samples ?? []).map((milliseconds) => milliseconds / 1e3));
}

/** The same summary in another unit. */
export function scaleSummary(summary: Summary, factor: number): Summary {
  return {
    ...summary,
    median: summary.median * factor,
    min: summary.min * factor,
    max: summary.max * factor,
    mad: summary.mad * factor,
  };
}
