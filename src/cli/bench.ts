import type { BenchReport } from '../bench/report.js';
import type { Table } from '../bench/tables.js';
import { defineCommand } from './command.js';
import { print, printError, printJson } from './output.js';
import { formatTable } from './table.js';
import { parseCount } from './units.js';

export const bench = defineCommand({
  name: 'bench',
  summary: 'Measure this machine: kernels, memory and the whole line, over threads, and say what bounds them',
  positional: { name: 'functions', summary: 'Functions to time by themselves: sigmoid,softmax', required: false },
  options: {
    threads: { kind: 'value', summary: 'The most threads', default: 'the cores that may be used' },
    quick: { kind: 'switch', summary: 'Take a tenth of the time and measure less exactly' },
    json: { kind: 'switch', summary: 'Print JSON' },
    markdown: { kind: 'switch', summary: 'Print Markdown' },
    html: { kind: 'value', summary: 'File to write a page with charts to' },
    compare: { kind: 'value', summary: 'JSON of an earlier run to compare with' },
    quiet: { kind: 'switch', short: 'q', summary: "Don't say on standard error what is being measured" },
  },
  examples: [
    { command: 'lanewise bench', summary: 'Everything, in about two minutes' },
    { command: 'lanewise bench softmax --quick --html bench.html', summary: 'A first look, with charts' },
    { command: 'lanewise bench --json > before.json', summary: 'Kept to --compare with later' },
  ],
  async run({ positionals: [names], values, signal }) {
    const threads = values.threads === undefined ? undefined : parseCount(values.threads, 'threads');
    // Nothing but this command needs these modules.
    const [{ benchmark }, { comparisonTable, readReport }, { writePage }] = await Promise.all([
      import('../bench/benchmark.js'),
      import('../bench/compare.js'),
      import('../bench/page.js'),
    ]);
    const before = values.compare === undefined ? undefined : await readReport(values.compare);
    const report = await benchmark({
      functions: names?.split(','),
      threads,
      quick: values.quick,
      signal,
      onStep: (title) => {
        if (!values.quiet) printError(`measuring ${title}\n`);
      },
    });
    const comparison = before === undefined ? undefined : comparisonTable(before, report);
    if (values.json) printJson(report, print);
    else print(await reportText(report, comparison, values.markdown));
    if (values.html !== undefined) await writePage(values.html, report, comparison);
  },
});

async function reportText(report: BenchReport, comparison: Table | undefined, markdown: boolean): Promise<string> {
  const [{ machineLine, reportTables }, { markdownTable }] = await Promise.all([
    import('../bench/tables.js'),
    import('../bench/markdown.js'),
  ]);
  const tables = [...reportTables(report), ...(comparison === undefined ? [] : [comparison])].filter(
    ({ rows }) => rows.length > 0,
  );
  const listed = (items: readonly string[]) => items.map((item) => (markdown ? `- ${item}` : item));
  return `${[
    machineLine(report),
    '',
    ...tables.map((table) => (markdown ? markdownTable(table) : plainTable(table))),
    ...listed(report.bounds),
    ...listed(report.noise === undefined ? [] : [`warning: ${report.noise}`]),
  ].join('\n')}\n`;
}

function plainTable({ title, head, rows }: Table): string {
  return `${title}\n${formatTable([head, ...rows], '  ')}\n`;
}
