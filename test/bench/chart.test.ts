import { describe, expect, it } from 'vitest';
import { type Chart, chartSvg } from '../../src/bench/chart.js';

const chart: Chart = {
  title: 'time & <memory>',
  x: { label: 'rows', scale: 'log' },
  y: { label: 'seconds', scale: 'linear' },
  series: [
    {
      name: 'a',
      mark: 'line',
      points: [
        [10, 1],
        [100, 2],
        [1000, 6],
      ],
    },
    { name: 'b', mark: 'dots', points: [[100, 3]] },
    {
      name: 'c',
      mark: 'dashes',
      points: [
        [10, 0],
        [1000, 6],
      ],
    },
  ],
};

describe('chartSvg', () => {
  const svg = chartSvg(chart);

  it('places points by the scales of the axes', () => {
    // The plot is 430 wide and 305 high; rows span two powers of ten, seconds go from 0 to 6.
    expect(svg).toContain('<path d="M70 294.17L285 243.33L500 40" fill="none" stroke="#2563eb" stroke-width="2"/>');
    expect(svg).toContain('<circle cx="285" cy="192.5" r="3.5" fill="#dc2626"/>');
    expect(svg).toContain(
      '<path d="M70 345L500 40" fill="none" stroke="#059669" stroke-width="2" stroke-dasharray="6 4"/>',
    );
  });

  it('labels the axes at round values', () => {
    const labels = [...svg.matchAll(/text-anchor="(?:middle|end)">([\d.e]+)</g)].map(([, label]) => label);
    expect(labels).toEqual(['10', '100', '1000', '0', '1', '2', '3', '4', '5', '6']);
  });

  it('labels counts at whole numbers', () => {
    const x = { label: 'threads', scale: 'count' } as const;
    const series = [{ name: 'a', mark: 'line', points: [[2, 1] as const] }] as const;
    const labels = [...chartSvg({ ...chart, x, series }).matchAll(/text-anchor="middle">([\d.]+)</g)];
    expect(labels.map(([, label]) => label)).toEqual(['0', '1', '2']);
  });

  it('escapes what would be markup', () => {
    expect(svg).toContain('aria-label="time &#38; &#60;memory&#62;"');
    expect(svg).not.toContain('<memory>');
  });

  it('leaves out what a logarithmic axis has no place for', () => {
    const [only] = chart.series;
    const points = [[0, 1] as const, [Number.NaN, 2] as const, [10, 1] as const];
    const svg = chartSvg({ ...chart, series: [{ ...only!, mark: 'dots', points }] });
    // Two of the circles are the legend's.
    expect(svg.match(/<circle/g)).toHaveLength(3);
  });

  it('draws a chart without points', () => {
    expect(chartSvg({ ...chart, series: [] })).toMatch(/^<svg .*<\/svg>$/s);
  });
});
