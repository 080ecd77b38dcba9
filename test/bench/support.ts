import type { BenchReport } from '../../src/bench/report.js';
import { scalingPoints } from '../../src/bench/scaling.js';
import { summarize } from '../../src/bench/statistics.js';

const rates = (...bytesPerSecond: readonly number[]) =>
  bytesPerSecond.map((rate, index) => ({ threads: index + 1, bytesPerSecond: summarize([rate]) }));

/** A report as a machine of two cores could have made it. */
export const REPORT: BenchReport = {
  lanewise: '1.2.3',
  machine: { cpu: 'Test <CPU>', cores: 2, memoryBytes: 2 ** 34, system: 'linux 6 x64', node: 'v20.20.0' },
  kernels: [
    {
      name: 'sigmoid',
      family: 'elementwise',
      width: 1,
      nanosecondsPerValue: summarize([1.9, 2, 2.2]),
      bytesPerSecond: 8e9,
    },
    { name: 'softmax', family: 'row', width: 8, nanosecondsPerValue: summarize([4]), bytesPerSecond: 4e9 },
  ],
  bandwidth: { streams: [{ name: 'scale', rates: rates(15e9, 20e9) }], ceilingBytesPerSecond: 20e9 },
  functions: [
    { name: 'sigmoid', inCache: scalingPoints(rates(8e9, 16e9)), fromMemory: scalingPoints(rates(7e9, 12.6e9)) },
  ],
  pipeline: [
    {
      format: 'Parquet snappy',
      transform: 'logit_* = sigmoid(logit_*)',
      rowCount: 1_000_000,
      points: scalingPoints(rates(2e9, 3e9)),
      rowsPerSecond: [summarize([13e6]), summarize([19.5e6])],
    },
  ],
  bounds: ['sigmoid is compute-bound'],
  noise: '1 of 7 measurements are noisy',
};
