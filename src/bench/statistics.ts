/** Statistics of repeated measurements and of scaling over threads: pure arithmetic. */

export interface Summary {
  readonly count: number;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** Median absolute deviation from the median. */
  readonly mad: number;
  /** Deviation over median, by the MAD, so that one sample that the system interrupted doesn't count: 1.4826 mad / median. */
  readonly coefficientOfVariation: number;
}

/** Of normally distributed values. */
const NORMAL_DEVIATION_PER_MAD = 1.4826;

/** @throws RangeError for no values at all */
export function summarize(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = median(sorted);
  const mad = median(sorted.map((value) => Math.abs(value - middle)));
  return {
    count: sorted.length,
    median: middle,
    min: sorted[0] ?? Number.NaN,
    max: sorted.at(-1) ?? Number.NaN,
    mad,
    coefficientOfVariation: (NORMAL_DEVIATION_PER_MAD * mad) / middle,
  };
}

/** @throws RangeError for no values at all */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('no values have no median');
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/**
 * The share of the work that doesn't get faster with threads, as the measured speed-up tells it: Karp and Flatt's
 * e = (1/s - 1/p) / (1 - 1/p). Below 0 where the speed-up is more than the threads; `undefined` for one thread.
 */
export function karpFlatt(speedUp: number, threads: number): number | undefined {
  return threads > 1 ? (1 / speedUp - 1 / threads) / (1 - 1 / threads) : undefined;
}
