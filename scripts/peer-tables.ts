import { execFileSync } from 'node:child_process';
import { CATALOGUE } from '../src/activations/catalogue.js';
import { type VerifyCase, verifyCases } from '../src/verify/cases.js';
import { elementwiseReference } from '../src/verify/elementwise-oracle.js';
import { KernelRunner } from '../src/verify/kernel-runner.js';
import { exact, type Real, ulpError } from '../src/verify/oracle.js';
import { samplePoints } from '../src/verify/points.js';
import { rowReference } from '../src/verify/row-oracle.js';
import { rowDistributions } from '../src/verify/row-points.js';

const PEERS = ['NumPy', 'SciPy', 'PyTorch'];
/** Peers clip nothing, so nothing is clipped for them. */
const NO_CLIP = Number.POSITIVE_INFINITY;
const SEED = 1;
const WIDTHS = [2, 7, 64, 1000];
/** Values in the rows of one kind and width. */
const BLOCK_VALUE_COUNT = 1000;

type Texts = readonly string[];

interface PeerAnswer {
  readonly versions: Texts;
  readonly values: Readonly<Record<string, Readonly<Record<string, Texts>>>>;
  readonly rows: Readonly<Record<string, Readonly<Record<string, readonly Texts[]>>>>;
}

/** Rows of one width. */
interface RowBlock {
  readonly rows: readonly (readonly number[])[];
  readonly gradients: readonly (readonly number[])[];
}

/** The largest errors of the kernels and of what the Python at `python` has, on the same points: functions, then row functions. */
export function peerTables(python: string, pointCount: number): string {
  const runner = new KernelRunner();
  const cases = elementwiseCases();
  const points = samplePoints(SEED, pointCount);
  const rowCases = rowFunctionCases();
  const blocks = rowBlocks();
  const answer = askPeers(python, {
    values: Object.fromEntries(cases.map(({ label }) => [label, [...points]])),
    rows: Object.fromEntries(rowCases.map(({ label }) => [label, blocks])),
  });
  const rows = cases.flatMap(({ label, kernel, params }) => {
    const theirs = answer.values[label] ?? {};
    if (Object.keys(theirs).length === 0) return [];
    const reference = elementwiseReference(kernel, params);
    const expected = Array.from(points, (x) => reference(exact(x)));
    const ours = [...runner.runElementwise(kernel, points, params)];
    return [
      [`\`${label}\``, worstOf(ours, expected), ...PEERS.map((peer) => worstOf(numbers(theirs[peer]), expected))],
    ];
  });
  const rowTable = rowCases.map(({ label, kernel, params }) => {
    const expected = blocks.flatMap((block) =>
      block.rows.flatMap((row, i) => rowReference(kernel, row, 1, block.gradients[i]!)),
    );
    const ours = blocks.flatMap((block) => runBlock(runner, kernel, params, block));
    const theirs = PEERS.map((peer) => worstOf(numbers(answer.rows[label]?.[peer]?.flat()), expected));
    return [`\`${label}\``, worstOf(ours, expected), ...theirs];
  });
  const rowCount = blocks.reduce((sum, block) => sum + block.rows.length, 0);
  return [
    `${points.length} points; ${answer.versions.join(', ')}; Node ${process.version}.`,
    markdownTable(['function', 'Lanewise', ...PEERS], rows),
    `${rowCount} rows of ${WIDTHS.join(', ')} values, of the kinds in the last table; \`grad\` with gradients from a normal distribution.`,
    markdownTable(['row function', 'Lanewise', ...PEERS], rowTable),
  ].join('\n\n');
}

function askPeers(python: string, request: unknown): PeerAnswer {
  const script = new URL('peer_values.py', import.meta.url).pathname;
  const input = JSON.stringify(request);
  return JSON.parse(execFileSync(python, [script], { input, encoding: 'utf8', maxBuffer: 2 ** 30 })) as PeerAnswer;
}

function elementwiseCases(): readonly (VerifyCase & { readonly label: string })[] {
  return CATALOGUE.flatMap((entry) => (entry.kind === 'elementwise' ? verifyCases(entry) : []))
    .filter(({ parameterText }) => parameterText === '' || parameterText === 'approximate=tanh')
    .map((each) => ({ ...each, params: unclipped(each), label: [each.name, each.parameterText].join(' ').trim() }));
}

function unclipped({ name, params }: VerifyCase): readonly number[] {
  if (name.startsWith('softplus')) return params.with(1, NO_CLIP);
  return name.startsWith('sigmoid') ? params.with(0, NO_CLIP) : params;
}

/** Each row function with its defaults, but for those that peers don't have. */
function rowFunctionCases(): readonly (VerifyCase & { readonly label: string })[] {
  return CATALOGUE.flatMap((entry) => (entry.kind === 'row' ? verifyCases(entry) : []))
    .filter(({ name }) => name !== 'argmax' && name !== 'softmax_jacobian')
    .filter(({ row, parameterText }) => row?.width === WIDTHS[0] && !parameterText.includes('='))
    .map((each) => ({ ...each, label: [each.name, each.parameterText].join(' ').trim() }));
}

function rowBlocks(): readonly RowBlock[] {
  const distributions = rowDistributions(SEED);
  const gradients = distributions[0]!;
  return distributions.flatMap((distribution) =>
    WIDTHS.map((width) => {
      const rowsOf = (next: () => number) =>
        Array.from({ length: Math.round(BLOCK_VALUE_COUNT / width) }, () => Array.from({ length: width }, next));
      return { rows: rowsOf(distribution.next), gradients: rowsOf(gradients.next) };
    }),
  );
}

function runBlock(runner: KernelRunner, kernel: string, params: readonly number[], block: RowBlock): number[] {
  const width = block.rows[0]?.length ?? 0;
  const columnsOf = (rows: readonly (readonly number[])[]) =>
    Array.from({ length: width }, (_, column) => Float64Array.from(rows, (row) => row[column] ?? Number.NaN));
  const isReduction = kernel === 'logsumexp' || kernel === 'entropy';
  const gradients = kernel.endsWith('_grad') ? columnsOf(block.gradients) : [];
  const columns = [...columnsOf(block.rows), ...gradients];
  return runner.runRows(kernel, columns, width, isReduction ? 1 : width, params).flatMap((row) => [...row]);
}

function numbers(texts: Texts | undefined): readonly number[] | undefined {
  return texts?.map(Number);
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

export function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
