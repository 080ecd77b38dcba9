/**
 * Cost as work grows: time and memory of the built command over rows, columns, row groups and threads, as a table and as
 * charts.
 *
 *     npm run bench:scaling -- --max-rows 100000000 --max-columns 1000 --charts docs
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Chart, chartSvg, type Series } from '../src/bench/chart.js';
import { threadCounts } from '../src/bench/scaling.js';
import { writeArrow } from '../src/bench/write-arrow.js';
import { writeParquet } from '../src/bench/write-parquet.js';
import { formatTable } from '../src/cli/table.js';
import { describeMachine, machineText } from './machine.js';
import { peakMemoryBytes, run } from './race/measure.js';
import { LANEWISE } from './race/peers.js';

const { values } = parseArgs({
  options: {
    /** The most rows, of 8 float64 columns and two others. */
    'max-rows': { type: 'string', default: '10000000' },
    /** The most float64 columns, of 20,000 rows. */
    'max-columns': { type: 'string', default: '1000' },
    /** The most row groups, of a million rows or of all, if they are fewer. */
    'max-row-groups': { type: 'string', default: '1000' },
    /** Of `rows`, `columns`, `row-groups` and `threads`, those to go through, or `all`. */
    sweeps: { type: 'string', default: 'all' },
    /** Timed runs of each size. */
    runs: { type: 'string', default: '3' },
    /** A folder for the charts. */
    charts: { type: 'string' },
  },
});

interface Input {
  readonly rows: number;
  readonly columns: number;
  /** Of a Parquet file; Arrow where it is `undefined`. */
  readonly rowGroups?: number;
}

interface Point {
  /** What the sweep is over. */
  readonly x: number;
  readonly input: Input;
  readonly threads: number;
}

interface Sweep {
  readonly name: string;
  readonly label: string;
  readonly title: string;
  readonly points: readonly Point[];
  /** Whether time should grow as the input does. */
  readonly isGrowth: boolean;
}

/** What the fastest of the runs took, and the least CPU time; `undefined` where the system doesn't tell. */
interface Cost extends Point {
  readonly seconds: number;
  readonly cpuSeconds: number | undefined;
  readonly peakBytes: number | undefined;
}

const CORES = availableParallelism();
const COLUMN_ROWS = 20_000;
const GROUPED_ROWS = 1_000_000;

const maxRows = Number(values['max-rows']);
const groupedRows = Math.min(GROUPED_ROWS, maxRows);
const SWEEPS: readonly Sweep[] = [
  {
    name: 'rows',
    label: 'rows',
    title: '8 columns, Arrow',
    points: decades(10_000, maxRows).map((rows) => ({ x: rows, input: { rows, columns: 8 }, threads: CORES })),
    isGrowth: true,
  },
  {
    name: 'columns',
    label: 'columns',
    title: `${COLUMN_ROWS.toLocaleString('en-US')} rows, Arrow`,
    points: decades(1, Number(values['max-columns'])).map((columns) => ({
      x: columns,
      input: { rows: COLUMN_ROWS, columns },
      threads: CORES,
    })),
    isGrowth: true,
  },
  {
    name: 'row-groups',
    label: 'row groups',
    title: `${groupedRows.toLocaleString('en-US')} rows of 8 columns, Parquet`,
    points: decades(1, Number(values['max-row-groups'])).map((rowGroups) => ({
      x: rowGroups,
      input: { rows: groupedRows, columns: 8, rowGroups },
      threads: CORES,
    })),
    isGrowth: false,
  },
  {
    name: 'threads',
    label: 'threads',
    title: `${maxRows.toLocaleString('en-US')} rows of 8 columns, Arrow`,
    points: threadCounts(CORES).map((threads) => ({ x: threads, input: { rows: maxRows, columns: 8 }, threads })),
    isGrowth: false,
  },
];

const sweepNames = values.sweeps === 'all' ? SWEEPS.map(({ name }) => name) : values.sweeps.split(',');
const unknown = sweepNames.find((name) => !SWEEPS.some((sweep) => sweep.name === name));
if (unknown !== undefined) throw new Error(`no sweep is called ${unknown}`);

const folder = mkdtempSync(join(tmpdir(), 'lanewise-scaling-'));
try {
  console.log(
    `${machineText(describeMachine())}\nsigmoid of every float64 column, whole process, the fastest of ${values.runs}\n`,
  );
  if (values.charts !== undefined) mkdirSync(values.charts, { recursive: true });
  for (const sweep of SWEEPS.filter(({ name }) => sweepNames.includes(name))) {
    const costs = await measureSweep(sweep);
    console.log(`${costTable(sweep, costs)}\n`);
    if (values.charts === undefined) continue;
    writeFileSync(join(values.charts, `scaling-${sweep.name}-time.svg`), `${chartSvg(timeChart(sweep, costs))}\n`);
    writeFileSync(join(values.charts, `scaling-${sweep.name}-memory.svg`), `${chartSvg(memoryChart(sweep, costs))}\n`);
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** 1, 10, 100, ... times the first, up to the last. */
function decades(first: number, last: number): readonly number[] {
  const sizes: number[] = [];
  for (let size = first; size < last; size *= 10) sizes.push(size);
  return [...sizes, last];
}

async function measureSweep({ points }: Sweep): Promise<readonly Cost[]> {
  const costs: Cost[] = [];
  let path = '';
  let made = '';
  for (const point of points) {
    if (JSON.stringify(point.input) !== made) {
      if (path !== '') rmSync(path);
      path = writeInput(point.input);
      made = JSON.stringify(point.input);
    }
    costs.push({ ...point, ...(await measureCommand(path, point.threads)) });
  }
  rmSync(path);
  return costs;
}

function writeInput({ rows, columns, rowGroups }: Input): string {
  const path = join(folder, rowGroups === undefined ? 'input.arrow' : 'input.parquet');
  const dataset = { rowCount: rows, logitCount: columns, values: 'continuous' as const };
  if (rowGroups === undefined) writeArrow(path, dataset, { form: 'file', single: false });
  else writeParquet(path, dataset, Math.ceil(rows / rowGroups));
  return path;
}

async function measureCommand(input: string, threads: number): Promise<Omit<Cost, keyof Point>> {
  const output = `${input}.output${input.slice(input.lastIndexOf('.'))}`;
  const options = ['--no-sync', '--threads', String(threads), '-q'];
  const command = [...LANEWISE, 'apply', input, '-o', output, '-t', 'logit_* = sigmoid(logit_*)', ...options];
  const peakBytes = await peakMemoryBytes(command);
  rmSync(output);
  let seconds = Number.POSITIVE_INFINITY;
  let cpuSeconds: number | undefined;
  for (let count = 0; count < Number(values.runs); count++) {
    const timed = await run(command);
    seconds = Math.min(seconds, timed.wallSeconds);
    cpuSeconds = Math.min(cpuSeconds ?? Number.POSITIVE_INFINITY, timed.cpuSeconds ?? Number.NaN) || undefined;
    rmSync(output);
  }
  return { seconds, cpuSeconds, peakBytes };
}

function costTable({ label }: Sweep, costs: readonly Cost[]): string {
  const rows = costs.map(({ x, seconds, cpuSeconds, peakBytes }) => [
    x.toLocaleString('en-US'),
    seconds.toFixed(3),
    cpuSeconds?.toFixed(2) ?? '-',
    peakBytes === undefined ? '-' : `${Math.round(peakBytes / 1e6)} MB`,
  ]);
  return formatTable([[label, 'wall s', 'CPU s', 'peak'], ...rows]);
}

function timeChart({ name, label, title, isGrowth }: Sweep, costs: readonly Cost[]): Chart {
  const isOverThreads = name === 'threads';
  const last = costs.at(-1) ?? { x: 1, seconds: 0 };
  const least = Math.min(...costs.map(({ seconds }) => seconds));
  const inProportion: Series['points'] = [
    [(last.x * least) / last.seconds, least],
    [last.x, last.seconds],
  ];
  const series: Series[] = [
    { name: 'wall', mark: 'line', points: costs.map(({ x, seconds }) => [x, seconds]) },
    { name: 'CPU, all threads', mark: 'line', points: costs.map(({ x, cpuSeconds }) => [x, cpuSeconds ?? Number.NaN]) },
  ];
  return {
    title: `Time over ${label}: ${title}`,
    x: { label, scale: isOverThreads ? 'count' : 'log' },
    y: { label: 's', scale: isGrowth ? 'log' : 'linear' },
    series: isGrowth ? [...series, { name: 'in proportion', mark: 'dashes', points: inProportion }] : series,
  };
}

function memoryChart({ name, label, title }: Sweep, costs: readonly Cost[]): Chart {
  const points = costs.map(({ x, peakBytes }): [number, number] => [x, (peakBytes ?? Number.NaN) / 1e6]);
  return {
    title: `Peak memory over ${label}: ${title}`,
    x: { label, scale: name === 'threads' ? 'count' : 'log' },
    y: { label: 'MB', scale: 'linear' },
    series: [{ name: 'largest resident size', mark: 'line', points }],
  };
}
