import { inspect as describe, LanewiseError } from '../index.js';
import { defineCommand } from './command.js';
import { descriptionText } from './description-text.js';
import { print, printJson } from './output.js';

export const inspect = defineCommand({
  name: 'inspect',
  summary: "Show a file's format, columns, sizes and metadata keys",
  positional: { name: 'file', summary: 'Arrow or Parquet file', required: true },
  options: { json: { kind: 'switch', summary: 'Print JSON' } },
  examples: [{ command: 'lanewise inspect logits.arrow', summary: 'Columns with their types' }],
  async run({ positionals: [file], values }) {
    if (file === undefined) throw new LanewiseError('LW_USAGE', 'name a file');
    const description = await describe(file);
    if (values.json) printJson(description, print);
    else print(descriptionText(description));
  },
});
