import type { TaskResult } from '../abi/task.js';
import type { SourcePartition } from '../formats/format.js';
import type { BoundTransforms } from '../plan/job.js';
import type { Progress, TransformResult } from '../report/types.js';
import type { Load } from '../slab/load.js';
import type { Input } from './input.js';

const REPORT_SECONDS = 0.1;

/** Counts what a run does and reports it now and then. */
export class ProgressMeter {
  readonly #startSeconds = process.uptime();
  readonly #input: Input;
  readonly #bound: BoundTransforms;
  readonly #bytesWritten: () => number;
  readonly #report: ((progress: Progress) => void) | undefined;
  /** Of each job, of each of its outputs. */
  readonly #nullCounts: number[][];
  #rowCount = 0;
  #partitionCount = 0;
  #bytesRead = 0;
  #rowsComputed = 0;
  #lastReportSeconds = this.#startSeconds;

  constructor(
    input: Input,
    bound: BoundTransforms,
    bytesWritten: () => number,
    report: ((progress: Progress) => void) | undefined,
  ) {
    this.#input = input;
    this.#bound = bound;
    this.#nullCounts = bound.jobs.map((job) => job.outputs.map(() => 0));
    this.#bytesWritten = bytesWritten;
    this.#report = report;
  }

  onPartition(partition: SourcePartition): void {
    this.#partitionCount++;
    this.#rowCount += partition.rowCount;
  }

  readonly onWritten = ({ readByteLength, tasks }: Load<unknown>, results: readonly TaskResult[]): void => {
    this.#bytesRead += readByteLength;
    for (const [index, task] of tasks.entries()) {
      if (task.kind !== 'compute') continue;
      const { count, standsFor } = task;
      this.#rowsComputed += (standsFor?.count ?? count) / this.#bound.jobs.length;
      if (standsFor !== undefined) this.#count(task.job, 0, standsFor.nullCount);
      for (const [output, nullCount] of (results[index] ?? []).entries()) this.#count(task.job, output, nullCount);
    }
    const now = process.uptime();
    if (this.#report === undefined || now - this.#lastReportSeconds < REPORT_SECONDS) return;
    this.#lastReportSeconds = now;
    this.#report({
      rowsDone: Math.min(this.#rowCount, Math.floor(this.#rowsComputed)),
      rowsTotal: this.#input.rowCount,
      bytesRead: this.#bytesRead,
      bytesTotal: this.#input.byteLength,
      bytesWritten: this.#bytesWritten(),
      elapsedSeconds: this.#elapsedSeconds(),
    });
  };

  result(): Pick<TransformResult, 'rows' | 'batches' | 'bytesRead' | 'bytesWritten' | 'seconds' | 'columns'> {
    return {
      rows: this.#rowCount,
      batches: this.#partitionCount,
      bytesRead: this.#bytesRead,
      bytesWritten: this.#bytesWritten(),
      seconds: this.#elapsedSeconds(),
      columns: this.#bound.jobs.flatMap((job, index) =>
        job.outputs.map(({ name, type }, output) => ({
          name,
          type,
          nullCount: this.#nullCounts[index]?.[output] ?? 0,
        })),
      ),
    };
  }

  #count(job: number, output: number, nullCount: number): void {
    const counts = this.#nullCounts[job];
    if (counts !== undefined) counts[output] = (counts[output] ?? 0) + nullCount;
  }

  #elapsedSeconds(): number {
    return process.uptime() - this.#startSeconds;
  }
}
