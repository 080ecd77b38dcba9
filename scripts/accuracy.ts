// Writes src/activations/measured-errors.ts and docs/accuracy.md: the errors of this build's kernels, measured as
// `lanewise verify` does, and with --python PATH those of NumPy, SciPy and PyTorch on the same points.
//
//   npm run build && node --import ./bench/typescript.mjs scripts/accuracy.ts [--points 20000] [--python python3]
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CATALOGUE } from '../src/activations/catalogue.js';
import { verifyCases } from '../src/verify/cases.js';
import { elementwiseReference } from '../src/verify/elementwise-oracle.js';
import { KernelRunner } from '../src/verify/kernel-runner.js';
import { exact, type Real, ulpError } from '../src/verify/oracle.js';
import { samplePoints } from '../src/verify/points.js';
import { type VerifiedFunction, verify } from '../src/verify/verify.js';

const PEERS = ['NumPy', 'SciPy', 'PyTorch'];
/** Peers clip nothing, so nothing is clipped for them. */
const NO_CLIP = Number.POSITIVE_INFINITY;

interface PeerAnswer {
  readonly versions: readonly string[];
  readonly values: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

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
const peers = options.python === undefined ? undefined : peerTable(options.python, Number(options['peer-points']));
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
  return table(['function', 'width', 'points', 'worst ULP', 'at', 'bound'], rows);
}

function peerTable(python: string, pointCount: number): string {
  const cases = CATALOGUE.filter(({ kind }) => kind === 'elementwise')
    .flatMap(verifyCases)
    .filter(({ parameterText }) => parameterText === '' || parameterText === 'approximate=tanh')
    .map((each) => ({ ...each, label: [each.name, each.parameterText].join(' ').trim() }));
  const points = samplePoints(1, pointCount);
  const request = Object.fromEntries(cases.map(({ label }) => [label, [...points]]));
  const script = new URL('peer_values.py', import.meta.url).pathname;
  const input = JSON.stringify(request);
  const answer = execFileSync(python, [script], { input, encoding: 'utf8', maxBuffer: 2 ** 30 });
  const { versions, values } = JSON.parse(answer) as PeerAnswer;
  const runner = new KernelRunner();
  const rows = cases.flatMap(({ label, kernel, params, name }) => {
    const theirs = values[label] ?? {};
    if (Object.keys(theirs).length === 0) return [];
    const unclipped =
      name.startsWith('sigmoid') || name.startsWith('softplus') ? params.with(clipAt(name), NO_CLIP) : params;
    const reference = elementwiseReference(kernel, unclipped);
    const expected = Array.from(points, (x) => reference(exact(x)));
    const ours = worstOf([...runner.runElementwise(kernel, points, unclipped)], expected);
    return [[`\`${label}\``, ours, ...PEERS.map((peer) => worstOf(theirs[peer]?.map(Number), expected))]];
  });
  const note = `${points.length} points; ${versions.join(', ')}; Node ${process.version}.`;
  return `${note}\n\n${table(['function', 'Lanewise', ...PEERS], rows)}`;
}

function clipAt(name: string): number {
  return name.startsWith('softplus') ? 1 : 0;
}

/** The largest error in units in the last place, as text. */
function worstOf(actual: readonly number[] | undefined, expected: readonly Real[]): string {
  if (actual === undefined) return '';
  let worst = 0;
  expected.forEach((value, index) => {
    if (!value.isNaN()) worst = Math.max(worst, ulpError(actual[index]!, value));
  });
  if (worst === Number.POSITIVE_INFINITY) return 'NaN or ∞';
  return worst < 1000 ? worst.toFixed(2) : `10^${Math.round(Math.log10(worst))}`;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
