import { formatTable } from '../../src/cli/table.js';
import type { JobResult, Standing } from './race-job.js';

const HEAD = ['', 'wall s', 'min', 'max', 'CPU s', 'own s', 'peak', 'largest difference', 'allowed'];

/** A job's standings as a table, with its figures below. */
export function jobText({ name, title, standings, figures, failures }: JobResult): string {
  return [
    `${name}: ${title}`,
    formatTable([HEAD, ...standings.map(standingCells)], '  '),
    ...figures
      .filter(({ value }) => Number.isFinite(value))
      .map((figure) => `  ${figure.title} = ${figure.value.toFixed(2)}`),
    ...failures.map((failure) => `  ${failure}`),
    '',
  ].join('\n');
}

function standingCells(standing: Standing): readonly string[] {
  const { wallSeconds, cpuSeconds, ownSeconds, peakMemoryBytes, largestDifference, tolerance } = standing;
  return [
    standing.contestant,
    wallSeconds.median.toFixed(3),
    wallSeconds.min.toFixed(3),
    wallSeconds.max.toFixed(3),
    cpuSeconds?.median.toFixed(2) ?? '-',
    ownSeconds?.median.toFixed(3) ?? '-',
    peakMemoryBytes === undefined ? '-' : `${Math.round(peakMemoryBytes / 1e6)} MB`,
    largestDifference?.toExponential(1) ?? '-',
    tolerance?.toExponential(0) ?? '-',
  ];
}

export function versionsText(results: readonly JobResult[]): string {
  const versions = Object.assign({}, ...results.flatMap(({ standings }) => standings.map((s) => s.versions)));
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
}
