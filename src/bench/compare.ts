import { readFile } from 'node:fs/promises';
import { LanewiseError } from '../errors.js';
import type { BenchReport } from './report.js';
import { kernelLabel, type Table } from './tables.js';

/** A change below this is told as none: two runs on one machine differ by as much. */
const NO_CHANGE = 0.03;

/** Reads a report that `lanewise bench --json` wrote. @throws LW_IO, LW_USAGE */
export async function readReport(path: string): Promise<BenchReport> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new LanewiseError('LW_IO', `can't read ${path}: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (isReport(value)) return value;
  throw new LanewiseError('LW_USAGE', `${path} isn't a report; write one with lanewise bench --json > ${path}`);
}

function isReport(value: unknown): value is BenchReport {
  if (typeof value !== 'object' || value === null) return false;
  return ['kernels', 'functions', 'pipeline'].every((key) => Array.isArray(Reflect.get(value, key)));
}

/** What both reports measured, before and after, with the change in speed. */
export function comparisonTable(before: BenchReport, after: BenchReport): Table {
  const old = new Map(speeds(before).map(({ what, speed }) => [what, speed]));
  const rows = speeds(after).flatMap(({ what, speed }) => {
    const oldSpeed = old.get(what);
    return oldSpeed === undefined ? [] : [[what, gigabytes(oldSpeed), gigabytes(speed), changeText(speed / oldSpeed)]];
  });
  const elsewhere = before.machine?.cpu === after.machine.cpu ? '' : ', which ran on another machine';
  return {
    title: `Compared with lanewise ${before.lanewise}${elsewhere}`,
    head: ['', 'GB/s before', 'GB/s now', 'speed'],
    rows,
  };
}

function changeText(ratio: number): string {
  return Math.abs(ratio - 1) < NO_CHANGE ? 'as before' : `× ${ratio.toFixed(2)}`;
}

function speeds({ kernels, functions, pipeline }: BenchReport): readonly { what: string; speed: number }[] {
  return [
    ...kernels.map((time) => ({ what: kernelLabel(time), speed: time.bytesPerSecond })),
    ...functions.flatMap(({ name, fromMemory }) =>
      fromMemory.map(({ threads, bytesPerSecond }) => ({
        what: `${name} from memory, threads: ${threads}`,
        speed: bytesPerSecond.median,
      })),
    ),
    ...pipeline.flatMap(({ format, transform, points }) =>
      points.map(({ threads, bytesPerSecond }) => ({
        what: `${transform} (${format}), threads: ${threads}`,
        speed: bytesPerSecond.median,
      })),
    ),
  ];
}

function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(2);
}
