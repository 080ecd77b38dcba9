import { type Chart, chartSvg, escapeText, type Series } from './chart.js';
import type { BenchReport, FunctionScaling } from './report.js';
import type { ScalingPoint } from './scaling.js';
import { machineLine, reportTables, type Table } from './tables.js';

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#111827;background:#fff}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}
svg{max-width:100%;height:auto;display:block;margin:1rem 0;border:1px solid #e5e7eb}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.2rem .8rem;text-align:left;border-bottom:1px solid #e5e7eb}
.table{overflow-x:auto}`;

/** A page with the charts and the tables of a report; it loads nothing. */
export function reportHtml(report: BenchReport, comparison: Table | undefined): string {
  const tables = [...reportTables(report), ...(comparison === undefined ? [] : [comparison])];
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>lanewise bench</title><style>${STYLE}</style></head><body>`,
    `<h1>lanewise bench</h1><p>${escapeText(machineLine(report))}</p>`,
    list('What bounds it', report.bounds),
    ...reportCharts(report).map(chartSvg),
    ...tables.map(tableHtml),
    list('Warning', report.noise === undefined ? [] : [report.noise]),
    '</body></html>\n',
  ].join('\n');
}

function reportCharts(report: BenchReport): readonly Chart[] {
  const { functions, pipeline } = report;
  return [
    scalingChart(
      'Functions from memory: speed-up over threads',
      functions.map(({ name, fromMemory }) => [name, fromMemory]),
    ),
    scalingChart(
      'From file to file: speed-up over threads',
      pipeline.map(({ format, transform, points }) => [`${functionOf(transform)}, ${format}`, points]),
    ),
    rooflineChart(report),
  ];
}

function scalingChart(title: string, curves: readonly (readonly [string, readonly ScalingPoint[]])[]): Chart {
  const threads = curves[0]?.[1].map((point) => point.threads) ?? [];
  const measured = curves.map(
    ([name, points]): Series => ({
      name,
      mark: 'line',
      points: points.map((point) => [point.threads, point.speedUp]),
    }),
  );
  return {
    title,
    x: { label: 'threads', scale: 'count' },
    y: { label: 'speed-up', scale: 'linear' },
    series: [
      ...measured,
      { name: 'one for each thread', mark: 'dashes', points: threads.map((count) => [count, count]) },
    ],
  };
}

/**
 * What a function does from memory over what it could do if memory were no limit, which is what it does in cache: below
 * the knee of the roof the function is the bound, beyond it memory is.
 */
function rooflineChart({ functions, bandwidth }: BenchReport): Chart {
  const ceiling = bandwidth.ceilingBytesPerSecond / 1e9;
  const series = functions.map(
    (scaling): Series => ({ name: scaling.name, mark: 'dots', points: rooflinePoints(scaling) }),
  );
  const speeds = series.flatMap(({ points }) => points.map(([inCache]) => inCache));
  const ends = [Math.min(ceiling, ...speeds), ceiling, Math.max(ceiling, ...speeds)];
  return {
    title: 'Roofline: every number of threads is a dot',
    x: { label: 'in cache, GB/s', scale: 'log' },
    y: { label: 'from memory, GB/s', scale: 'log' },
    series: [
      ...series,
      { name: 'roof', mark: 'dashes', points: ends.map((speed) => [speed, Math.min(speed, ceiling)]) },
    ],
  };
}

function rooflinePoints({ inCache, fromMemory }: FunctionScaling): Series['points'] {
  return inCache.flatMap((point, index) => {
    const counterpart = fromMemory[index];
    return counterpart === undefined
      ? []
      : [[point.bytesPerSecond.median / 1e9, counterpart.bytesPerSecond.median / 1e9] as const];
  });
}

/** The function's name in a transform such as `logit_* = sigmoid(logit_*)`. */
function functionOf(transform: string): string {
  return /(\w+)\(/.exec(transform)?.[1] ?? transform;
}

function tableHtml({ title, head, rows }: Table): string {
  const row = (tag: 'th' | 'td', cells: readonly string[]) =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeText(cell)}</${tag}>`).join('')}</tr>`;
  const body = rows.map((cells) => row('td', cells)).join('\n');
  return `<h2>${escapeText(title)}</h2><div class="table"><table><thead>${row('th', head)}</thead><tbody>\n${body}\n</tbody></table></div>`;
}

function list(title: string, items: readonly string[]): string {
  if (items.length === 0) return '';
  return `<h2>${title}</h2><ul>${items.map((item) => `<li>${escapeText(item)}</li>`).join('')}</ul>`;
}
