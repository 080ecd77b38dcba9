/** A report as tables of text, which the command prints as they are and Markdown and HTML mark up. */
import type { KernelTime } from './kernel-times.js';
import type { BenchReport, FunctionScaling, PipelineScaling } from './report.js';
import { percent, type ScalingPoint } from './scaling.js';

export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function machineLine({ lanewise, machine }: BenchReport): string {
  const { cpu, cores, memoryBytes, system, node } = machine;
  return `${cpu}, ${cores} cores, ${Math.round(memoryBytes / 2 ** 30)} GiB; ${system}; node ${node}; lanewise ${lanewise}`;
}

export function reportTables(report: BenchReport): readonly Table[] {
  const { kernels, bandwidth, functions, pipeline } = report;
  const ceiling = bandwidth.ceilingBytesPerSecond;
  return [
    {
      title: 'Kernels: one thread, values in cache',
      head: ['function', 'ns/value', '±', 'GB/s'],
      rows: kernels.map((time) => [
        kernelLabel(time),
        time.nanosecondsPerValue.median.toFixed(3),
        time.nanosecondsPerValue.mad.toFixed(3),
        gigabytes(time.bytesPerSecond),
      ]),
    },
    {
      title: `Memory: at most ${gigabytes(ceiling)} GB/s read and written`,
      head: ['stream', 'threads', 'GB/s', '±'],
      rows: bandwidth.streams.flatMap(({ name, rates }) =>
        rates.map(({ threads, bytesPerSecond }) => [
          name,
          String(threads),
          gigabytes(bytesPerSecond.median),
          gigabytes(bytesPerSecond.mad),
        ]),
      ),
    },
    {
      title: 'Functions over threads',
      head: ['function', 'values', 'threads', 'GB/s', ...SCALING_HEAD],
      rows: functions.flatMap((scaling) => functionRows(scaling, ceiling)),
    },
    {
      title: 'From file to file',
      head: ['format', 'transform', 'threads', 'rows/s', 'GB/s', ...SCALING_HEAD],
      rows: pipeline.flatMap((scaling) => pipelineRows(scaling, ceiling)),
    },
  ];
}

export function kernelLabel({ name, family, width }: Pick<KernelTime, 'name' | 'family' | 'width'>): string {
  return family === 'row' ? `${name}, ${width} wide` : name;
}

const SCALING_HEAD = ['speed-up', 'efficiency', 'serial share', 'of memory'];

function functionRows({ name, inCache, fromMemory }: FunctionScaling, ceiling: number): readonly string[][] {
  const row = (values: string, point: ScalingPoint) => [
    name,
    values,
    String(point.threads),
    gigabytes(point.bytesPerSecond.median),
    ...scalingCells(point, ceiling),
  ];
  return [...inCache.map((point) => row('in cache', point)), ...fromMemory.map((point) => row('from memory', point))];
}

function pipelineRows({ format, transform, points, rowsPerSecond }: PipelineScaling, ceiling: number) {
  return points.map((point, index) => [
    format,
    transform,
    String(point.threads),
    `${((rowsPerSecond[index]?.median ?? 0) / 1e6).toFixed(2)}M`,
    gigabytes(point.bytesPerSecond.median),
    ...scalingCells(point, ceiling),
  ]);
}

function scalingCells(point: ScalingPoint, ceiling: number): readonly string[] {
  return [
    point.speedUp.toFixed(2),
    percent(point.efficiency),
    point.serialShare === undefined ? '-' : percent(point.serialShare),
    percent(point.bytesPerSecond.median / ceiling),
  ];
}

function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(2);
}
