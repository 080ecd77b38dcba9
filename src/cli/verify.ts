import { LanewiseError } from '../index.js';
import type { VerifiedFunction } from '../verify/verify.js';
import { defineCommand } from './command.js';
import { print, printJson } from './output.js';
import { formatTable } from './table.js';
import { formatCount, formatCountOf, parseCount } from './units.js';

export const verify = defineCommand({
  name: 'verify',
  summary: 'Measure the error of the functions on this machine, against decimals of 75 digits',
  positional: {
    name: 'functions',
    summary: 'Functions to measure, by name or with * and ? for several; without one, all of them',
    required: false,
    repeats: true,
  },
  options: {
    points: { kind: 'value', summary: 'Points at which each function is measured', default: '2000' },
    seed: { kind: 'value', summary: 'Number that decides the points', default: '1' },
    json: { kind: 'switch', summary: 'Print JSON' },
  },
  examples: [
    { command: 'lanewise verify', summary: 'All functions, in about a minute' },
    { command: "lanewise verify gelu 'soft*' --points 100000", summary: 'Some, thoroughly' },
  ],
  async run({ positionals, values, signal }) {
    // Nothing but this command needs these modules.
    const measuring = await import('../verify/verify.js');
    const results = await measuring.verify({
      functions: positionals,
      points: values.points === undefined ? undefined : parseCount(values.points, 'points'),
      seed: values.seed === undefined ? undefined : parseCount(values.seed, 'seed'),
      signal,
    });
    if (values.json) printJson(results, print);
    else print(`${resultsTable(results)}\n`);
    const failures = results.filter(({ ok }) => !ok);
    if (failures.length > 0) throw boundExceeded(failures);
  },
});

function resultsTable(results: readonly VerifiedFunction[]): string {
  const rows = results.map(({ worstUlp, maxUlp, points, width, worstInput, ok, ...result }) => [
    [result.function, result.parameters].join(' ').trim(),
    width === 1 ? '' : formatCount(width),
    formatCount(points),
    worstUlp.toFixed(3),
    worstInput,
    String(maxUlp),
    ok ? 'ok' : 'TOO LARGE',
  ]);
  return formatTable([['function', 'width', 'points', 'worst ULP', 'at', 'bound', ''], ...rows]);
}

function boundExceeded(failures: readonly VerifiedFunction[]): LanewiseError {
  const worst = failures.reduce((a, b) => (b.worstUlp / b.maxUlp > a.worstUlp / a.maxUlp ? b : a));
  const call = [worst.function, worst.parameters].join(' ').trim();
  return new LanewiseError(
    'LW_INTERNAL',
    `${formatCountOf(failures.length, 'measurement')} above the bound, ${call} the farthest: ${worst.worstUlp.toFixed(3)} ULP at ${worst.worstInput} where ${worst.maxUlp} are allowed; please report it with this output and your machine's type`,
  );
}
