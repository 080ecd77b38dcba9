/** Charts as SVG text that needs nothing else: no script, no font, no request. */

export interface Chart {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
}

export interface Axis {
  readonly label: string;
  /** `count` is linear with ticks at whole numbers. */
  readonly scale: 'linear' | 'count' | 'log';
}

export interface Series {
  readonly name: string;
  readonly mark: 'line' | 'dots' | 'dashes';
  /** On a logarithmic axis only what is above 0 is drawn. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

const WIDTH = 720;
const HEIGHT = 400;
const PLOT = { left: 70, right: 500, top: 40, bottom: 345 };
const COLORS = ['#2563eb', '#dc2626', '#059669', '#d97706', '#7c3aed', '#0891b2', '#be185d', '#4b5563'];

/** Draws a chart with its legend on the right. */
export function chartSvg(chart: Chart): string {
  const drawn = chart.series.map((series) => ({ ...series, points: series.points.filter(isDrawable(chart)) }));
  const points = drawn.flatMap((series) => series.points);
  const x = makeScale(
    chart.x,
    points.map(([value]) => value),
    PLOT.left,
    PLOT.right,
  );
  const y = makeScale(
    chart.y,
    points.map(([, value]) => value),
    PLOT.bottom,
    PLOT.top,
  );
  const place = ([a, b]: readonly [number, number]) => [round(x.place(a)), round(y.place(b))] as const;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${escapeText(chart.title)}" font-family="system-ui, sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(PLOT.left, 20, chart.title, 'font-size="14" font-weight="600"'),
    ...x.ticks.flatMap((value) => [
      `<path d="M${round(x.place(value))} ${PLOT.top}V${PLOT.bottom}" stroke="#e5e7eb"/>`,
      text(round(x.place(value)), PLOT.bottom + 18, tickText(value), 'text-anchor="middle"'),
    ]),
    ...y.ticks.flatMap((value) => [
      `<path d="M${PLOT.left} ${round(y.place(value))}H${PLOT.right}" stroke="#e5e7eb"/>`,
      text(PLOT.left - 8, round(y.place(value)) + 4, tickText(value), 'text-anchor="end"'),
    ]),
    text((PLOT.left + PLOT.right) / 2, HEIGHT - 12, chart.x.label, 'text-anchor="middle"'),
    text(
      0,
      0,
      chart.y.label,
      `text-anchor="middle" transform="translate(16 ${(PLOT.top + PLOT.bottom) / 2}) rotate(-90)"`,
    ),
    ...drawn.flatMap((series, index) => {
      const color = COLORS[index % COLORS.length] ?? '#000';
      const legendY = PLOT.top + 10 + 20 * index;
      const legend = [
        [PLOT.right + 16, legendY],
        [PLOT.right + 40, legendY],
      ] as const;
      return [
        drawSeries(series.mark, color, series.points.map(place)),
        drawSeries(series.mark, color, legend),
        text(PLOT.right + 48, legendY + 4, series.name),
      ];
    }),
    '</svg>',
  ].join('\n');
}

function isDrawable({ x, y }: Chart): (point: readonly [number, number]) => boolean {
  const fits = (value: number, { scale }: Axis) => Number.isFinite(value) && (scale !== 'log' || value > 0);
  return ([a, b]) => fits(a, x) && fits(b, y);
}

function drawSeries(mark: Series['mark'], color: string, points: readonly (readonly [number, number])[]): string {
  const dots = points.map(([x, y]) => `<circle cx="${x}" cy="${y}" r="3.5" fill="${color}"/>`).join('');
  if (mark === 'dots' || points.length === 0) return dots;
  const path = points.map(([x, y]) => `${x} ${y}`).join('L');
  const dashes = mark === 'dashes' ? ' stroke-dasharray="6 4"' : '';
  const line = `<path d="M${path}" fill="none" stroke="${color}" stroke-width="2"${dashes}/>`;
  return mark === 'dashes' ? line : line + dots;
}

interface Scale {
  readonly ticks: readonly number[];
  place(value: number): number;
}

/** A linear axis begins at 0, a logarithmic one at a power of ten. */
function makeScale({ scale }: Axis, values: readonly number[], from: number, to: number): Scale {
  const largest = values.reduce((most, value) => Math.max(most, value), scale === 'log' ? 1e-300 : 1e-9);
  if (scale !== 'log') {
    const step = Math.max(niceStep(largest / 6), scale === 'count' ? 1 : 0);
    const end = Math.ceil(largest / step - 1e-9) * step;
    const ticks = Array.from({ length: Math.round(end / step) + 1 }, (_, index) => index * step);
    return { ticks, place: (value) => from + ((to - from) * value) / end };
  }
  const smallest = values.reduce((least, value) => Math.min(least, value), largest);
  const start = Math.floor(Math.log10(smallest) + 1e-9);
  const end = Math.max(start + 1, Math.ceil(Math.log10(largest) - 1e-9));
  const ticks = Array.from({ length: end - start + 1 }, (_, index) => 10 ** (start + index));
  return { ticks, place: (value) => from + ((to - from) * (Math.log10(value) - start)) / (end - start) };
}

/** The smallest of 1, 2 and 5 times a power of ten that isn't below the value. */
function niceStep(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5].find((factor) => factor * power >= value) ?? 10) * power;
}

function tickText(value: number): string {
  const exponent = Math.floor(Math.log10(Math.abs(value)) + 1e-9);
  if (value === 0 || (exponent >= -3 && exponent < 4)) return String(Number(value.toPrecision(6)));
  return `${Number((value / 10 ** exponent).toPrecision(3))}e${exponent}`;
}

function text(x: number, y: number, content: string, attributes = ''): string {
  return `<text x="${x}" y="${y}" fill="#111827" ${attributes}>${escapeText(content)}</text>`;
}

export function escapeText(content: string): string {
  return content.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
