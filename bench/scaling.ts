/**
 * Cost as work grows: time and memory of the built command over rows, columns and threads, as a table and as charts.
 *
 *     npm run bench:scaling -- --max-rows 100000000 --max-columns 1000 --charts docs
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Chart, chartSvg } from '../src/bench/chart.js';
import { threadCounts } from '../src/bench/scaling.js';
import { summarize } from '../src/bench/statistics.js';
import { writeArrow } from '../src/bench/write-arrow.js';
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
    /** Timed runs of each size. */
    runs: { type: 'string', default: '3' },
    /** A folder for the charts. */
    charts: { type: 'string' },
  },
});

interface Size {
  readonly rows: number;
  readonly columns: number;
  readonly threads: number;
}

interface Cost extends Size {
  readonly seconds: number;
  /** `undefined` where the system doesn't tell. */
  readonly peakBytes: number | undefined;
}

const CORES = availableParallelism();
const COLUMN_ROWS = 20_000;
const folder = mkdtempSync(join(tmpdir(), 'lanewise-scaling-'));

try {
  console.log(
    `${machineText(describeMachine())}\nsigmoid of every float64 column, whole process, medians of ${values.runs}\n`,
  );
  const byRows = await measureSizes(
    decades(10_000, Number(values['max-rows'])).map((rows) => ({ rows, columns: 8, threads: CORES })),
  );
  const byColumns = await measureSizes(
    decades(1, Number(values['max-columns'])).map((columns) => ({ rows: COLUMN_ROWS, columns, threads: CORES })),
  );
  const byThreads = await measureSizes(
    threadCounts(CORES).map((threads) => ({ rows: Number(values['max-rows']), columns: 8, threads })),
  );
  print('rows', byRows);
  print('columns', byColumns);
  print('threads', byThreads);
  if (values.charts !== undefined) {
    mkdirSync(values.charts, { recursive: true });
    for (const [name, chart] of charts(byRows, byColumns, byThreads)) {
      writeFileSync(join(values.charts, `${name}.svg`), `${chartSvg(chart)}\n`);
    }
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

async function measureSizes(sizes: readonly Size[]): Promise<readonly Cost[]> {
  const costs: Cost[] = [];
  let inputKey = '';
  const input = join(folder, 'input.arrow');
  for (const size of sizes) {
    const key = `${size.rows} ${size.columns}`;
    if (key !== inputKey) {
      const dataset = { rowCount: size.rows, logitCount: size.columns, values: 'continuous' as const };
      writeArrow(input, dataset, { form: 'file', single: false });
      inputKey = key;
    }
    costs.push({ ...size, ...(await measureCommand(input, size.threads)) });
  }
  return costs;
}

async function measureCommand(input: string, threads: number): Promise<Pick<Cost, 'seconds' | 'peakBytes'>> {
  const output = join(folder, 'output.arrow');
  const options = ['--no-sync', '--threads', String(threads), '-q'];
  const command = [...LANEWISE, 'apply', input, '-o', output, '-t', 'logit_* = sigmoid(logit_*)', ...options];
  const peakBytes = await peakMemoryBytes(command);
  rmSync(output);
  const seconds: number[] = [];
  for (let count = 0; count < Number(values.runs); count++) {
    seconds.push((await run(command)).wallSeconds);
    rmSync(output);
  }
  return { seconds: summarize(seconds).median, peakBytes };
}

function print(what: 'rows' | 'columns' | 'threads', costs: readonly Cost[]): void {
  const rows = costs.map((cost) => [
    cost[what].toLocaleString('en-US'),
    cost.seconds.toFixed(3),
    cost.peakBytes === undefined ? '-' : `${Math.round(cost.peakBytes / 1e6)} MB`,
  ]);
  console.log(`${formatTable([[what, 'wall s', 'peak'], ...rows])}\n`);
}

function charts(
  byRows: readonly Cost[],
  byColumns: readonly Cost[],
  byThreads: readonly Cost[],
): readonly (readonly [name: string, chart: Chart])[] {
  const seconds = (cost: Cost) => cost.seconds;
  const megabytes = (cost: Cost) => (cost.peakBytes ?? Number.NaN) / 1e6;
  const curve = (
    title: string,
    what: 'rows' | 'columns' | 'threads',
    unit: string,
    costs: readonly Cost[],
    measure: (cost: Cost) => number,
  ): Chart => ({
    title,
    x: { label: what, scale: what === 'threads' ? 'count' : 'log' },
    y: { label: unit, scale: unit === 's' && what !== 'threads' ? 'log' : 'linear' },
    series: [{ name: 'lanewise apply', mark: 'line', points: costs.map((cost) => [cost[what], measure(cost)]) }],
  });
  return [
    ['scaling-rows-time', curve('Wall time over rows, 8 columns', 'rows', 's', byRows, seconds)],
    ['scaling-rows-memory', curve('Peak memory over rows, 8 columns', 'rows', 'MB', byRows, megabytes)],
    ['scaling-columns-time', curve('Wall time over columns, 20,000 rows', 'columns', 's', byColumns, seconds)],
    ['scaling-columns-memory', curve('Peak memory over columns, 20,000 rows', 'columns', 'MB', byColumns, megabytes)],
    ['scaling-threads-time', curve('Wall time over threads', 'threads', 's', byThreads, seconds)],
  ];
}
