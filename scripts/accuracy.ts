// Writes src/activations/measured-errors.ts and docs/accuracy.md: the errors of this build's kernels, measured as
// `lanewise verify` does, and with --python PATH those of NumPy, SciPy and PyTorch on the same points.
//
//   npm run build && npm run docs:accuracy -- [--points 20000] [--python python3]
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type VerifiedFunction, verify } from '../src/verify/verify.js';
import { markdownTable, peerTables } from './peer-tables.js';

const { values: options } = parseArgs({
  options: {
    points: { type: 'string', default: '20000' },
    'peer-points': { type: 'string', default: '2000' },
    python: { type: 'string' },
  },
});

const results = await verify({ points: Number(options.points) });
writeFileSync(new URL('../src/activations/measured-errors.ts', import.meta.url), measuredErrorsModule(results));
const page = new URL('../docs/accuracy.md', import.meta.url);
const peers = options.python === undefined ? undefined : peerTables(options.python, Number(options['peer-points']));
const text = readFileSync(page, 'utf8');
writeFileSync(page, fill(fill(text, 'ours', ourTable(results)), 'peers', peers));

/** Replaces what stands between `<!-- name -->` and `<!-- /name -->`; nothing where there is no content. */
function fill(text: string, name: string, content: string | undefined): string {
  if (content === undefined) return text;
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  return text.replace(new RegExp(`${start}[^]*${end}`), () => `${start}\n${content}\n${end}`);
}

function measuredErrorsModule(measured: readonly VerifiedFunction[]): string {
  const lines = [...worstByFunction(measured)].map(
    ([name, { worstUlp, worstInput, width }]) =>
      `  ${name}: { ulp: ${Number(worstUlp.toFixed(3))}, input: '${width > 1 ? `width ${width}, ` : ''}${worstInput}' },`,
  );
  return [
    "import type { MeasuredError } from './entry.js';",
    '',
    '/** By function or derivative; written by scripts/accuracy.ts. */',
    'export const MEASURED_ERRORS: Readonly<Record<string, MeasuredError>> = {',
    ...lines,
    '};',
    '',
  ].join('\n');
}

/** The line with the largest error of each function that isn't exact, whatever the parameters. */
function worstByFunction(measured: readonly VerifiedFunction[]): ReadonlyMap<string, VerifiedFunction> {
  const worst = new Map<string, VerifiedFunction>();
  for (const result of measured) {
    const before = worst.get(result.function);
    if (result.worstUlp > (before?.worstUlp ?? 0)) worst.set(result.function, result);
  }
  return worst;
}

function ourTable(measured: readonly VerifiedFunction[]): string {
  const rows = measured.map((result) => [
    ['`', result.function, result.parameters === '' ? '' : ` ${result.parameters}`, '`'].join(''),
    result.width === 1 ? '' : String(result.width),
    String(result.points),
    result.worstUlp.toFixed(3),
    result.worstInput,
    String(result.maxUlp),
  ]);
  return markdownTable(['function', 'width', 'points', 'worst ULP', 'at', 'bound'], rows);
}
