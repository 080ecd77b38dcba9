import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { comparisonTable, readReport } from '../../src/bench/compare.js';
import { reportHtml } from '../../src/bench/html.js';
import { markdownTable } from '../../src/bench/markdown.js';
import { machineLine, reportTables } from '../../src/bench/tables.js';
import { REPORT } from './support.js';

const folder = mkdtempSync(join(tmpdir(), 'lanewise-bench-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('reportTables', () => {
  it('lays out every part', () => {
    expect(machineLine(REPORT)).toBe('Test <CPU>, 2 cores, 16 GiB; linux 6 x64; node v20.20.0; lanewise 1.2.3');
    expect(reportTables(REPORT)).toEqual([
      {
        title: 'Kernels: one thread, values in cache',
        head: ['function', 'ns/value', '±', 'GB/s'],
        rows: [
          ['sigmoid', '2.000', '0.100', '8.00'],
          ['softmax, 8 wide', '4.000', '0.000', '4.00'],
        ],
      },
      {
        title: 'Memory: at most 20.00 GB/s read and written',
        head: ['stream', 'threads', 'GB/s', '±'],
        rows: [
          ['scale', '1', '15.00', '0.00'],
          ['scale', '2', '20.00', '0.00'],
        ],
      },
      {
        title: 'Functions over threads',
        head: ['function', 'values', 'threads', 'GB/s', 'speed-up', 'efficiency', 'serial share', 'of memory'],
        rows: [
          ['sigmoid', 'in cache', '1', '8.00', '1.00', '100%', '-', '40%'],
          ['sigmoid', 'in cache', '2', '16.00', '2.00', '100%', '0%', '80%'],
          ['sigmoid', 'from memory', '1', '7.00', '1.00', '100%', '-', '35%'],
          ['sigmoid', 'from memory', '2', '12.60', '1.80', '90%', '11%', '63%'],
        ],
      },
      {
        title: 'From file to file',
        head: [
          'format',
          'transform',
          'threads',
          'rows/s',
          'GB/s',
          'speed-up',
          'efficiency',
          'serial share',
          'of memory',
        ],
        rows: [
          ['Parquet snappy', 'logit_* = sigmoid(logit_*)', '1', '13.00M', '2.00', '1.00', '100%', '-', '10%'],
          ['Parquet snappy', 'logit_* = sigmoid(logit_*)', '2', '19.50M', '3.00', '1.50', '75%', '33%', '15%'],
        ],
      },
    ]);
  });
});

describe('markdownTable', () => {
  it('escapes what Markdown would read', () => {
    expect(markdownTable({ title: 'T', head: ['a', 'b'], rows: [['x_* = f(x_*)', 'p|q']] })).toBe(
      '## T\n\n| a | b |\n| --- | --- |\n| x_\\* = f(x_\\*) | p\\|q |\n',
    );
  });
});

describe('comparisonTable', () => {
  const faster = { ...REPORT, lanewise: '1.3.0', kernels: REPORT.kernels.map((k) => ({ ...k, bytesPerSecond: 8e9 })) };

  it('tells the change of what both have', () => {
    const { title, rows } = comparisonTable({ ...REPORT, pipeline: [] }, faster);
    expect(title).toBe('Compared with lanewise 1.2.3');
    expect(rows).toEqual([
      ['sigmoid', '8.00', '8.00', 'as before'],
      ['softmax, 8 wide', '4.00', '8.00', '× 2.00'],
      ['sigmoid from memory, threads: 1', '7.00', '7.00', 'as before'],
      ['sigmoid from memory, threads: 2', '12.60', '12.60', 'as before'],
    ]);
  });

  it('says where the machine is another', () => {
    const elsewhere = { ...REPORT, machine: { ...REPORT.machine, cpu: 'Other' } };
    expect(comparisonTable(elsewhere, REPORT).title).toBe('Compared with lanewise 1.2.3, which ran on another machine');
  });
});

describe('readReport', () => {
  it('reads what JSON made of a report', async () => {
    const path = join(folder, 'report.json');
    writeFileSync(path, JSON.stringify(REPORT));
    expect((await readReport(path)).kernels).toEqual(REPORT.kernels);
  });

  it.each([
    ['not JSON', 'kernels'],
    ['no object', '3'],
    ['no report', '{"kernels": 1}'],
    ['a list', '[]'],
  ])('refuses %s', async (name, text) => {
    const path = join(folder, `${name}.json`);
    writeFileSync(path, text);
    await expect(readReport(path)).rejects.toMatchObject({
      code: 'LW_USAGE',
      message: `${path} isn't a report; write one with lanewise bench --json > ${path}`,
    });
  });

  it('says that a file is missing', async () => {
    const path = join(folder, 'missing.json');
    await expect(readReport(path)).rejects.toMatchObject({
      code: 'LW_IO',
      message: /can't read .*missing\.json: ENOENT/,
    });
  });
});

describe('reportHtml', () => {
  it('is one page that loads nothing and runs nothing', () => {
    const html = reportHtml(REPORT, undefined);
    expect(html).not.toMatch(/<script|<link|<img|@import|url\(|\ssrc=|\shref=/);
    expect(html.match(/<svg /g)).toHaveLength(3);
    expect(html).toContain('Test &#60;CPU&#62;');
  });
});
