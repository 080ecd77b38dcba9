/** Rows of the race's table, made batch by batch from a seed, so that any batch can be made again to check an output. */

import { seededRandom } from '../seeded-random.js';
import { fillValues } from './values.js';

export const BATCH_ROW_COUNT = 65_536;

/** `continuous` values use the whole significand; `quantized` ones are multiples of 1/32, as a dictionary likes them. */
export type ValueKind = 'continuous' | 'quantized';

/** Consecutive rows: `id` counts from 0, the logits are about normal with deviation 3, `count` is small. */
export interface Batch {
  readonly start: number;
  readonly end: number;
  readonly id: BigInt64Array;
  readonly logits: readonly Float64Array[];
  readonly count: Int32Array;
}

export interface Dataset {
  readonly rowCount: number;
  readonly logitCount: number;
  readonly values: ValueKind;
}

export function logitName(index: number): string {
  return `logit_${index}`;
}

export function batchCount({ rowCount }: Dataset): number {
  return Math.ceil(rowCount / BATCH_ROW_COUNT);
}

export function makeBatch(dataset: Dataset, index: number): Batch {
  const start = index * BATCH_ROW_COUNT;
  const end = Math.min(dataset.rowCount, start + BATCH_ROW_COUNT);
  const length = end - start;
  const seed = index * 1_000_003 + 17;
  const random = seededRandom(seed);
  const quantized = dataset.values === 'quantized';
  return {
    start,
    end,
    id: BigInt64Array.from({ length }, (_, row) => BigInt(start + row)),
    logits: Array.from({ length: dataset.logitCount }, (_, column) => {
      const values = new Float64Array(length);
      fillValues(values, seed + 7919 * column);
      return quantized ? values.map((value) => Math.round(value * 32) / 32) : values;
    }),
    count: Int32Array.from({ length }, () => random() * 1000),
  };
}
