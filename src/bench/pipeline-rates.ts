import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transform } from '../run/transform.js';
import type { Dataset } from './dataset.js';
import type { PipelineScaling } from './report.js';
import { scalingPoints } from './scaling.js';
import { type Summary, summarize } from './statistics.js';
import { writeArrow } from './write-arrow.js';
import { writeParquet } from './write-parquet.js';

export interface PipelineOptions {
  readonly threadCounts: readonly number[];
  readonly rowCount: number;
  /** Timed runs for each number of threads, after one that isn't timed. */
  readonly runCount: number;
  readonly signal: AbortSignal | undefined;
}

const LOGIT_COUNT = 8;
/** The forms in which a generated file is measured. */
const FORMS: readonly {
  readonly format: string;
  readonly extension: string;
  readonly write: (path: string, dataset: Dataset) => void;
}[] = [
  {
    format: 'Arrow file',
    extension: '.arrow',
    write: (path, dataset) => writeArrow(path, dataset, { form: 'file', single: false }),
  },
  {
    format: 'Arrow stream',
    extension: '.arrows',
    write: (path, dataset) => writeArrow(path, dataset, { form: 'stream', single: false }),
  },
  { format: 'Parquet snappy', extension: '.parquet', write: writeParquet },
];
const TRANSFORMS = ['logit_* = sigmoid(logit_*)', 'logit_* = softmax(logit_*)'];

/** Puts generated files through the whole line in a temporary folder, which is removed. Outputs aren't synced. */
export async function measurePipeline(options: PipelineOptions): Promise<readonly PipelineScaling[]> {
  const folder = await mkdtemp(join(tmpdir(), 'lanewise-bench-'));
  const dataset: Dataset = { rowCount: options.rowCount, logitCount: LOGIT_COUNT, values: 'continuous' };
  const found: PipelineScaling[] = [];
  try {
    for (const { format, extension, write } of FORMS) {
      const input = join(folder, `input${extension}`);
      write(input, dataset);
      for (const text of TRANSFORMS) found.push(await measureTransform(input, extension, format, text, options));
      await rm(input);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return found;
}

async function measureTransform(
  input: string,
  extension: string,
  format: string,
  text: string,
  { threadCounts, rowCount, runCount, signal }: PipelineOptions,
): Promise<PipelineScaling> {
  const { size } = await stat(input);
  const seconds = threadCounts.map((): number[] => []);
  // Round by round, so that a slow moment of the machine falls on all of them.
  for (let round = 0; round <= runCount; round++) {
    for (const [index, threads] of threadCounts.entries()) {
      const output = `${input}-${round}-${threads}${extension}`;
      const result = await transform({ input, output, transforms: [text], threads, sync: false, signal });
      if (round > 0) seconds[index]?.push(result.seconds);
      await rm(output);
    }
  }
  const rates = (amount: number) => seconds.map((samples) => summarize(samples.map((s) => amount / s)));
  const bytesPerSecond = rates(2 * size);
  return {
    format,
    transform: text,
    rowCount,
    points: scalingPoints(
      bytesPerSecond.map((rate: Summary, index) => ({ threads: threadCounts[index] ?? 1, bytesPerSecond: rate })),
    ),
    rowsPerSecond: rates(rowCount),
  };
}
