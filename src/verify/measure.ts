import type { VerifyCase } from './cases.js';
import { elementwiseReference } from './elementwise-oracle.js';
import type { KernelRunner } from './kernel-runner.js';
import { exact, type Real, ulpError } from './oracle.js';
import { samplePoints } from './points.js';
import { rowReference } from './row-oracle.js';
import { type RowDistribution, rowDistributions } from './row-points.js';

/** The largest error that was found of a kernel. */
export interface Measurement {
  /** Values that were compared. */
  readonly pointCount: number;
  /** In units in the last place; a result that should or shouldn't be NaN or infinite is infinitely far off. */
  readonly worstUlp: number;
  /** Where: the value, or what the row's values are like. */
  readonly worstInput: string;
}

/** What is computed at a time: the runner's memory is bounded. */
const BLOCK_LENGTH = 65_536;
const BLOCK_ROW_COUNT = 64;

/** Compares a kernel with the oracle on about `pointCount` seeded points, and on those where functions bend. */
export function measure(verifyCase: VerifyCase, runner: KernelRunner, pointCount: number, seed: number): Measurement {
  return verifyCase.row === undefined
    ? measureElementwise(verifyCase, runner, samplePoints(seed, pointCount))
    : measureRows({ ...verifyCase, row: verifyCase.row }, runner, pointCount, seed);
}

function measureElementwise({ kernel, params }: VerifyCase, runner: KernelRunner, values: Float64Array): Measurement {
  const reference = elementwiseReference(kernel, params);
  let worst = { worstUlp: 0, worstInput: '' };
  for (let start = 0; start < values.length; start += BLOCK_LENGTH) {
    const block = values.subarray(start, start + BLOCK_LENGTH);
    runner.runElementwise(kernel, block, params).forEach((actual, index) => {
      const x = block[index]!;
      const worstUlp = errorOf(actual, reference(exact(x)));
      if (worstUlp > worst.worstUlp) worst = { worstUlp, worstInput: String(x) };
    });
  }
  return { pointCount: values.length, ...worst };
}

type RowCase = VerifyCase & { readonly row: NonNullable<VerifyCase['row']> };

function measureRows(rowCase: RowCase, runner: KernelRunner, pointCount: number, seed: number): Measurement {
  const { width } = rowCase.row;
  const distributions = rowDistributions(seed);
  const rowCount = Math.max(1, Math.round(pointCount / width / distributions.length));
  const gradients = distributions[0]!;
  let worst = { worstUlp: 0, worstInput: '' };
  for (const distribution of distributions) {
    for (let start = 0; start < rowCount; start += BLOCK_ROW_COUNT) {
      const block = measureBlock(rowCase, runner, distribution, gradients, Math.min(BLOCK_ROW_COUNT, rowCount - start));
      if (block.worstUlp > worst.worstUlp) {
        worst = { worstUlp: block.worstUlp, worstInput: `${distribution.name}, row ${start + block.worstRow}` };
      }
    }
  }
  return { pointCount: distributions.length * rowCount * width, ...worst };
}

function measureBlock(
  { kernel, params, row }: RowCase,
  runner: KernelRunner,
  distribution: RowDistribution,
  gradients: RowDistribution,
  rowCount: number,
): { readonly worstUlp: number; readonly worstRow: number } {
  const { width, outputCount, takesGradients } = row;
  const columnsOf = ({ next }: RowDistribution) =>
    Array.from({ length: width }, () => Float64Array.from({ length: rowCount }, next));
  const values = columnsOf(distribution);
  const grads = takesGradients ? columnsOf(gradients) : [];
  const [temperature = 1] = params;
  let worst = { worstUlp: 0, worstRow: 0 };
  runner.runRows(kernel, [...values, ...grads], width, outputCount, params).forEach((actual, worstRow) => {
    const rowOf = (columns: readonly Float64Array[]) => columns.map((column) => column[worstRow]!);
    for (const [place, expected] of rowReference(kernel, rowOf(values), temperature, rowOf(grads)).entries()) {
      const worstUlp = errorOf(actual[place]!, expected);
      if (worstUlp > worst.worstUlp) worst = { worstUlp, worstRow };
    }
  });
  return worst;
}

function errorOf(actual: number, expected: Real): number {
  if (expected.isNaN()) return Number.isNaN(actual) ? 0 : Number.POSITIVE_INFINITY;
  return ulpError(actual, expected);
}
