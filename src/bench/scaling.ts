/** What rates over 1, 2, ... threads say: pure arithmetic and the sentence that sums it up. */
import { karpFlatt, type Summary } from './statistics.js';

export interface Rate {
  readonly threads: number;
  /** Of the values that go in and come out. */
  readonly bytesPerSecond: Summary;
}

export interface ScalingPoint extends Rate {
  /** Over one thread. */
  readonly speedUp: number;
  /** The speed-up for each thread. */
  readonly efficiency: number;
  /** After Karp and Flatt; `undefined` for one thread. */
  readonly serialShare: number | undefined;
}

/** From this share of the measured bandwidth on, memory is the bound. */
const MEMORY_BOUND_SHARE = 0.8;
/** From this efficiency on, threads pay in full. */
const SCALING_EFFICIENCY = 0.8;

/** Compares each rate with the first, which is that of one thread. */
export function scalingPoints(rates: readonly Rate[]): readonly ScalingPoint[] {
  const single = rates[0]?.bytesPerSecond.median ?? Number.NaN;
  return rates.map((rate) => {
    const speedUp = rate.bytesPerSecond.median / single;
    return {
      ...rate,
      speedUp,
      efficiency: speedUp / rate.threads,
      serialShare: karpFlatt(speedUp, rate.threads),
    };
  });
}

/**
 * Says what bounds a computation.
 * @param ceiling the measured bandwidth of memory in bytes a second
 */
export function boundSentence(points: readonly ScalingPoint[], ceiling: number): string {
  const last = points.at(-1);
  if (last === undefined) return 'nothing was measured';
  const share = `${percent(last.bytesPerSecond.median / ceiling)} of the memory bandwidth`;
  const saturated = points.find(({ bytesPerSecond }) => bytesPerSecond.median >= MEMORY_BOUND_SHARE * ceiling);
  if (saturated !== undefined) return `memory-bound from ${threadsText(saturated.threads)} on: more won't help`;
  if (last.threads === 1) return `compute-bound on one thread, at ${share}`;
  if (last.speedUp <= 1) return `no faster on ${threadsText(last.threads)} than on 1: ${share}`;
  if (last.efficiency >= SCALING_EFFICIENCY) {
    return `compute-bound up to ${threadsText(last.threads)}: efficiency ${percent(last.efficiency)}, ${share}`;
  }
  const scaling = points.findLast(({ efficiency }) => efficiency >= SCALING_EFFICIENCY);
  const from = scaling === undefined ? '' : ` beyond ${threadsText(scaling.threads)}`;
  return `bound by what threads share${from}: serial share ${percent(last.serialShare ?? 0)} at ${threadsText(last.threads)}, ${share}`;
}

/** 1, 2, ... up to 8, then powers of two, and the most. */
export function threadCounts(most: number): readonly number[] {
  const counts: number[] = [];
  for (let count = 1; count < most; count = count < 8 ? count + 1 : count * 2) counts.push(count);
  return [...counts, most];
}

/** Coefficient of variation above which a median isn't to be trusted. */
const NOISY_VARIATION = 0.1;

/** Something measured, by what a reader would call it. */
export interface Measurement {
  readonly what: string;
  readonly summary: Summary;
}

/** A warning where samples of one measurement are too far apart, with the worst. */
export function noiseWarning(measurements: readonly Measurement[]): string | undefined {
  const variation = ({ summary }: Measurement) => summary.coefficientOfVariation;
  const noisy = measurements.filter((measurement) => variation(measurement) > NOISY_VARIATION);
  const worst = noisy.sort((a, b) => variation(b) - variation(a))[0];
  if (worst === undefined) return undefined;
  const count = `${noisy.length} of ${measurements.length} measurements`;
  return `${count} are noisy, most of all ${worst.what} (coefficient of variation ${percent(variation(worst))}): close other programs and run again`;
}

export function percent(share: number): string {
  return `${Math.round(100 * share)}%`;
}

function threadsText(count: number): string {
  return count === 1 ? '1 thread' : `${count} threads`;
}
