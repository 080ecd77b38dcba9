import { type Batch, batchCount, type Dataset, logitName, makeBatch } from '../../src/bench/dataset.js';
import { type Columns, readRanges } from './read-output.js';

export type ActivationName = 'sigmoid' | 'softmax' | 'tanh';

/** What any formula in double precision keeps to, relatively. */
export const FLOAT64_TOLERANCE = 1e-12;

/**
 * Compares the first, the middle and the last batch of an output with values computed here from the dataset.
 * @returns the largest relative difference of a result
 * @throws Error where a value is farther off than the tolerance, relatively, or an untouched value has changed
 */
export async function verifyOutput(
  path: string,
  dataset: Dataset,
  activation: ActivationName,
  tolerance: number,
): Promise<number> {
  const last = batchCount(dataset) - 1;
  const batches = [...new Set([0, Math.floor(last / 2), last])].map((index) => makeBatch(dataset, index));
  const outputs = await readRanges(path, batches);
  return Math.max(
    ...batches.map((batch, index) => {
      const columns = outputs[index];
      if (columns === undefined) throw new Error(`${path} has no rows from ${batch.start} on`);
      compareExactly(path, columns, 'id', batch.id, batch.start);
      compareExactly(path, columns, 'count', batch.count, batch.start);
      return largestDifference(path, columns, batch, activation, tolerance);
    }),
  );
}

function compareExactly(path: string, columns: Columns, name: string, expected: ArrayLike<unknown>, start: number) {
  const found = columns.get(name);
  if (found?.length !== expected.length) throw new Error(`${path}: ${name} has ${found?.length} rows from ${start} on`);
  for (let row = 0; row < expected.length; row++) {
    if (found[row] === expected[row]) continue;
    throw new Error(`${path}: row ${start + row} of ${name} is ${found[row]}, not ${expected[row]}`);
  }
}

function largestDifference(
  path: string,
  columns: Columns,
  { start, logits }: Batch,
  activation: ActivationName,
  tolerance: number,
): number {
  let largest = 0;
  for (const [index, expected] of applyReference(activation, logits).entries()) {
    const found = columns.get(logitName(index));
    for (let row = 0; row < expected.length; row++) {
      const wanted = expected[row] ?? Number.NaN;
      const difference = Math.abs((Number(found?.[row]) - wanted) / wanted);
      if (difference <= largest) continue;
      if (!(difference <= tolerance) && found?.[row] !== wanted) {
        throw new Error(`${path}: row ${start + row} of ${logitName(index)} is ${found?.[row]}, not ${wanted}`);
      }
      if (difference > largest) largest = difference;
    }
  }
  return largest;
}

function applyReference(activation: ActivationName, logits: readonly Float64Array[]): readonly Float64Array[] {
  if (activation === 'tanh') return logits.map((values) => values.map(Math.tanh));
  if (activation === 'sigmoid') return logits.map((values) => values.map((x) => 1 / (1 + Math.exp(-x))));
  const results = logits.map((values) => new Float64Array(values.length));
  for (let row = 0; row < (logits[0]?.length ?? 0); row++) {
    const exponentials = logits.map((values) => Math.exp(values[row] ?? 0));
    const total = exponentials.reduce((sum, value) => sum + value, 0);
    for (const [column, value] of exponentials.entries()) results[column]?.fill(value / total, row, row + 1);
  }
  return results;
}
