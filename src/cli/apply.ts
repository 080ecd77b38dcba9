import { DIALECTS, LanewiseError, plan, transform } from '../index.js';
import { defineCommand } from './command.js';
import { print, printError, printJson } from './output.js';
import { planText } from './plan-text.js';
import { createProgressDisplay } from './progress.js';
import { summaryText } from './summary-text.js';
import { parseByteSize, parseCount } from './units.js';

export const apply = defineCommand({
  name: 'apply',
  summary: 'Apply transforms to columns of a file and write the result',
  positional: { name: 'input', summary: 'Arrow or Parquet file to read, or - for standard input', required: true },
  options: {
    output: {
      kind: 'value',
      short: 'o',
      required: true,
      summary: 'File to write (its extension names the format), or - for standard output',
    },
    transform: {
      kind: 'list',
      short: 't',
      required: true,
      summary: "What to compute, any number of times: 'p_* = softmax(logit_*)'",
    },
    to: {
      kind: 'value',
      choices: ['arrow', 'arrows', 'parquet'],
      summary: 'Format of the output: Arrow IPC file, Arrow IPC stream, or Parquet',
      default: 'by the extension',
    },
    compression: {
      kind: 'value',
      summary:
        'Codec of the output, with a level if wanted (zstd:3); Arrow: none, lz4, zstd; Parquet: none, snappy, zstd, gzip, lz4_raw',
      default: "the input's",
    },
    'row-group-rows': {
      kind: 'value',
      summary: 'Rows of each row group of a Parquet output; a multiple of 64 where the input is Arrow',
      default: "as the input's, or about a million",
    },
    encoding: {
      kind: 'value',
      choices: ['auto', 'plain', 'byte_stream_split'],
      summary: 'How Parquet holds floating-point results',
      default: 'auto: what is smaller with the codec',
    },
    'page-checksums': { kind: 'switch', summary: 'Write a CRC-32 with each Parquet page of results' },
    dialect: {
      kind: 'value',
      choices: DIALECTS,
      summary: "Whose defaults the functions' parameters have; `lanewise functions NAME` shows where they differ",
      default: 'guide',
    },
    'out-type': {
      kind: 'value',
      choices: ['float64', 'float32', 'float16'],
      summary: 'Type of the results',
      default: "as the input's",
    },
    threads: { kind: 'value', summary: 'Threads that compute', default: 'the cores that may be used' },
    memory: { kind: 'value', summary: 'The most that chunks in flight may take (256MB, 1GiB)', default: '128MiB' },
    overwrite: { kind: 'switch', summary: 'Replace an output that exists' },
    'no-sync': { kind: 'switch', summary: "Don't wait until the output is safe on disk" },
    'dry-run': { kind: 'switch', summary: 'Print what would be done, and do nothing' },
    progress: {
      kind: 'value',
      choices: ['auto', 'plain', 'off'],
      summary: 'Progress on standard error: a bar on a terminal and lines elsewhere, always lines, or none',
      default: 'auto',
    },
    json: { kind: 'switch', summary: 'Print the summary (or the plan) as JSON' },
    quiet: { kind: 'switch', short: 'q', summary: 'Print errors only' },
  },
  examples: [
    {
      command: "lanewise apply in.arrow -o out.arrow -t 'p_* = softmax(x_*)'",
      summary: 'Softmax of each row, as new columns',
    },
    {
      command: "lanewise apply in.parquet -o out.parquet -t 'x = sigmoid(x)'",
      summary: 'A column replaced where it stands',
    },
    {
      command: "lanewise apply in.parquet -o out.parquet -t 'points.x = relu(points.x)' -t 'tanh(prices.value)'",
      summary: 'Numbers in a struct or in a list of structs, and the values of maps, by a path',
    },
  ],
  async run({ positionals: [input], values, signal }) {
    const output = values.output;
    if (input === undefined || output === undefined) throw new LanewiseError('LW_USAGE', 'name an input and an output');
    const options = {
      input,
      output,
      transforms: values.transform,
      to: values.to,
      compression: values.compression,
      rowGroupRows:
        values['row-group-rows'] === undefined ? undefined : parseCount(values['row-group-rows'], 'row-group-rows'),
      encoding: values.encoding,
      pageChecksums: values['page-checksums'],
      dialect: values.dialect,
      outType: values['out-type'],
      threads: values.threads === undefined ? undefined : parseCount(values.threads, 'threads'),
      memory: values.memory === undefined ? undefined : parseByteSize(values.memory, 'memory'),
      sync: !values['no-sync'],
      overwrite: values.overwrite,
      signal,
    };

    if (values['dry-run']) {
      const description = await plan(options);
      if (values.json) printJson(description, print);
      else print(planText(description));
      return;
    }

    // The data has standard output for itself, and JSON standard error.
    const mode = values.quiet || (values.json && output === '-') ? 'off' : (values.progress ?? 'auto');
    const display = createProgressDisplay(mode);
    const result = await transform({ ...options, onProgress: (progress) => display.update(progress) }).finally(() =>
      display.stop(),
    );
    if (values.json) printJson(result, output === '-' ? printError : print);
    else if (!values.quiet) printError(`${summaryText(result)}\n`);
  },
});
