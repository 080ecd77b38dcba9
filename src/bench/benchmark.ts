import { arch, cpus, platform, release, totalmem } from 'node:os';
import manifest from '../../package.json' with { type: 'json' };
import { CATALOGUE } from '../activations/catalogue.js';
import { LanewiseError, stoppedError } from '../errors.js';
import { availableCores } from '../storage/host.js';
import { type KernelCase, kernelCases } from './kernel-cases.js';
import { type KernelTime, timeKernel } from './kernel-times.js';
import { measurePipeline } from './pipeline-rates.js';
import type { BenchMachine, BenchReport, FunctionScaling, PipelineScaling } from './report.js';
import type { SampleOptions } from './sample.js';
import {
  boundSentence,
  type Measurement,
  noiseWarning,
  type Rate,
  type ScalingPoint,
  scalingPoints,
  threadCounts,
} from './scaling.js';
import { STREAM_PROGRAMS } from './stream-programs.js';
import { kernelLabel } from './tables.js';
import { ThreadTeam } from './thread-team.js';

export interface BenchOptions {
  /** Functions and derivatives to measure by themselves; all if left out. */
  readonly functions?: readonly string[] | undefined;
  /**
   * The most threads.
   * @default the cores that this process may use
   */
  readonly threads?: number | undefined;
  /** Takes a tenth of the time and measures less exactly. */
  readonly quick?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called when a part begins. */
  readonly onStep?: ((title: string) => void) | undefined;
}

/** Values that a kernel is called with: 64 KiB in, 64 KiB out. */
const KERNEL_VALUE_COUNT = 8192;
const ROW_WIDTHS = [2, 8, 32];
/** What is measured over threads: cheap, middling and costly, and a row function. */
const SCALED = [
  { name: 'relu', width: 1 },
  { name: 'sigmoid', width: 1 },
  { name: 'gelu', width: 1 },
  { name: 'softmax', width: 8 },
];

interface Effort {
  readonly kernel: SampleOptions;
  readonly team: SampleOptions;
  readonly teamByteLength: number;
  readonly rowCount: number;
  readonly runCount: number;
}

const FULL: Effort = {
  kernel: { seconds: 0.2, warmUpSeconds: 0.05 },
  team: { seconds: 0.5, warmUpSeconds: 0.1 },
  teamByteLength: 2 ** 28,
  rowCount: 4_000_000,
  runCount: 5,
};

const QUICK: Effort = {
  kernel: { seconds: 0.02, warmUpSeconds: 0.005 },
  team: { seconds: 0.05, warmUpSeconds: 0.02 },
  teamByteLength: 2 ** 26,
  rowCount: 1_000_000,
  runCount: 2,
};

/**
 * Measures the kernels on one thread, memory and functions over threads, and the whole line from file to file.
 * @throws LW_USAGE for a function that isn't known; LW_ABORTED
 */
export async function benchmark(options: BenchOptions): Promise<BenchReport> {
  const effort = options.quick === true ? QUICK : FULL;
  const counts = threadCounts(options.threads ?? availableCores());
  const kernels = await measureKernels(options, effort);
  const { streams, functions } = await measureTeams(options, effort, counts);
  options.onStep?.('pipeline');
  const { rowCount, runCount } = effort;
  const pipeline = await measurePipeline({ threadCounts: counts, rowCount, runCount, signal: options.signal });

  const ceiling = Math.max(...streams.flatMap(({ rates }) => rates.map(({ bytesPerSecond }) => bytesPerSecond.median)));
  return {
    lanewise: manifest.version,
    machine: describeMachine(),
    kernels,
    bandwidth: { streams, ceilingBytesPerSecond: ceiling },
    functions,
    pipeline,
    bounds: [
      ...functions.map(({ name, fromMemory }) => `${name} is ${boundSentence(fromMemory, ceiling)}`),
      ...pipeline.map(
        ({ format, transform, points }) => `${transform} (${format}) is ${boundSentence(points, ceiling)}`,
      ),
    ],
    noise: noiseWarning(measurements(kernels, functions, pipeline)),
  };
}

function measurements(
  kernels: readonly KernelTime[],
  functions: readonly FunctionScaling[],
  pipeline: readonly PipelineScaling[],
): readonly Measurement[] {
  const over = (what: string, points: readonly ScalingPoint[]) =>
    points.map(({ threads, bytesPerSecond }) => ({ what: `${what}, threads: ${threads}`, summary: bytesPerSecond }));
  return [
    ...kernels.map((time) => ({ what: kernelLabel(time), summary: time.nanosecondsPerValue })),
    ...functions.flatMap(({ name, inCache, fromMemory }) => [
      ...over(`${name} in cache`, inCache),
      ...over(`${name} from memory`, fromMemory),
    ]),
    ...pipeline.flatMap(({ format, transform, points }) => over(`${transform} (${format})`, points)),
  ];
}

async function measureKernels({ functions, signal, onStep }: BenchOptions, effort: Effort): Promise<KernelTime[]> {
  const cases = kernelCases(CATALOGUE, ROW_WIDTHS);
  const unknown = functions?.find((name) => !cases.some((kernelCase) => kernelCase.name === name));
  if (unknown !== undefined) {
    throw new LanewiseError('LW_USAGE', `there is no function ${unknown} to measure; lanewise functions lists them`);
  }
  const times: KernelTime[] = [];
  onStep?.('kernels');
  for (const kernelCase of cases) {
    if (functions !== undefined && !functions.includes(kernelCase.name)) continue;
    if (signal?.aborted) throw stoppedError(signal);
    times.push(await timeKernel(kernelCase, KERNEL_VALUE_COUNT, effort.kernel));
  }
  return times;
}

async function measureTeams({ signal, onStep }: BenchOptions, effort: Effort, counts: readonly number[]) {
  const scaled = SCALED.flatMap(({ name, width }) => findCase(name, width));
  const programs = [...STREAM_PROGRAMS, ...scaled].map(({ program }) => program);
  const inCache = programs.map((): Rate[] => []);
  const fromMemory = programs.map((): Rate[] => []);
  for (const threads of counts) {
    onStep?.(`memory and functions, threads: ${threads}`);
    const team = await ThreadTeam.start({ programs, threads, byteLength: effort.teamByteLength });
    try {
      for (const index of programs.keys()) {
        if (signal?.aborted) throw stoppedError(signal);
        const rate = async (from: 'cache' | 'memory') => ({
          threads,
          bytesPerSecond: await team.bytesPerSecond(index, from, effort.team),
        });
        fromMemory[index]?.push(await rate('memory'));
        if (index >= STREAM_PROGRAMS.length) inCache[index]?.push(await rate('cache'));
      }
    } finally {
      await team.close();
    }
  }
  const streams = STREAM_PROGRAMS.map(({ name }, index) => ({ name, rates: fromMemory[index] ?? [] }));
  const functions = scaled.map(({ name }, index): FunctionScaling => {
    const program = STREAM_PROGRAMS.length + index;
    return {
      name,
      inCache: scalingPoints(inCache[program] ?? []),
      fromMemory: scalingPoints(fromMemory[program] ?? []),
    };
  });
  return { streams, functions };
}

function findCase(name: string, width: number): readonly KernelCase[] {
  return kernelCases(CATALOGUE, [width]).filter((kernelCase) => kernelCase.name === name);
}

function describeMachine(): BenchMachine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableCores(),
    memoryBytes: totalmem(),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
  };
}
