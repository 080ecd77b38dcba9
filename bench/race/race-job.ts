import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Summary, summarize } from '../../src/bench/statistics.js';
import { type InputFile, makeInput } from './inputs.js';
import { type Contestant, type Job, outputExtension } from './jobs.js';
import { peakMemoryBytes, type Run, run } from './measure.js';
import { FLOAT64_TOLERANCE, verifyOutput } from './verify.js';

export interface RaceOptions {
  readonly folder: string;
  readonly rowCount: number;
  /** Timed runs of each contestant, after one that isn't timed. */
  readonly runCount: number;
}

/** What a contestant took. */
export interface Standing {
  readonly contestant: string;
  readonly wallSeconds: Summary;
  readonly cpuSeconds: Summary | undefined;
  /** What the contestant says that its work took, start-up left out. */
  readonly ownSeconds: Summary | undefined;
  readonly peakMemoryBytes: number | undefined;
  /** The largest relative difference of a result from the reference. */
  readonly largestDifference: number | undefined;
  /** The most that it may be. */
  readonly tolerance: number | undefined;
  readonly versions: Readonly<Record<string, string>>;
}

export interface JobResult {
  readonly name: string;
  readonly title: string;
  readonly standings: readonly Standing[];
  readonly figures: readonly { readonly title: string; readonly value: number }[];
  /** Why contestants are missing from the standings: they failed, or their results are wrong. */
  readonly failures: readonly string[];
}

interface Measured {
  readonly contestant: Contestant;
  readonly input: InputFile;
  readonly peak: number | undefined;
  readonly accuracy: { readonly tolerance: number; readonly difference: number } | undefined;
  readonly runs: Run[];
}

/**
 * Runs a job's contestants in turn, round by round. Before the first round each runs once: that warms the page cache,
 * shows its memory, and its output is compared. Every run writes to a name that wasn't there, and outputs are removed
 * between runs: to replace a large file costs its deletion.
 */
export async function raceJob(job: Job, options: RaceOptions): Promise<JobResult> {
  let outputCount = 0;
  const withOutput = async <T>(contestant: Contestant, use: (output: string) => Promise<T>): Promise<T> => {
    const output = join(options.folder, `output-${process.pid}-${++outputCount}${outputExtension(contestant)}`);
    return use(output).finally(() => rm(output, { force: true }));
  };

  const measured: Measured[] = [];
  const failures: string[] = [];
  for (const contestant of job.contestants) {
    const checked = withOutput(contestant, async (output) => {
      const input = await makeInput(contestant.input, options.folder, options.rowCount);
      const peak = await peakMemoryBytes(contestant.command(input, output));
      const { writes, tolerance = FLOAT64_TOLERANCE } = contestant;
      const accuracy =
        writes === 'results'
          ? { tolerance, difference: await verifyOutput(output, input.dataset, job.activation, tolerance) }
          : undefined;
      measured.push({ contestant, input, peak, accuracy, runs: [] });
    });
    await checked.catch((error: Error) => failures.push(`${contestant.name} failed: ${error.message}`));
  }
  for (let round = 0; round < options.runCount; round++) {
    for (const { contestant, input, runs } of measured) {
      await withOutput(contestant, async (output) => {
        runs.push(await run(contestant.command(input, output)));
      });
    }
  }

  const standings = measured.map(standingOf);
  const seconds = (name: string) =>
    standings.find(({ contestant }) => contestant === name)?.wallSeconds.median ?? Number.NaN;
  const figures = job.figures.map(({ title, compute }) => ({ title, value: compute(seconds) }));
  return { name: job.name, title: job.title, standings, figures, failures };
}

function standingOf({ contestant, peak, accuracy, runs }: Measured): Standing {
  const answers = runs.flatMap(({ stdout }) => parseAnswer(stdout) ?? []);
  const cpu = runs.flatMap(({ cpuSeconds }) => cpuSeconds ?? []);
  const own = answers.flatMap(({ seconds }) => seconds ?? []);
  return {
    contestant: contestant.name,
    wallSeconds: summarize(runs.map(({ wallSeconds }) => wallSeconds)),
    cpuSeconds: cpu.length > 0 ? summarize(cpu) : undefined,
    ownSeconds: own.length > 0 ? summarize(own) : undefined,
    peakMemoryBytes: peak,
    largestDifference: accuracy?.difference,
    tolerance: accuracy?.tolerance,
    versions: answers[0]?.versions ?? {},
  };
}

/** What Lanewise's summary and the peers' scripts have in common. */
interface Answer {
  readonly seconds?: number;
  readonly versions?: Readonly<Record<string, string>>;
}

function parseAnswer(stdout: string): Answer | undefined {
  return stdout.startsWith('{') ? (JSON.parse(stdout) as Answer) : undefined;
}
