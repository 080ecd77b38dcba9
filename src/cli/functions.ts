import { type ActivationEntry, CATALOGUE, renderActivation, renderCatalogue } from '../index.js';
import { defineCommand } from './command.js';
import { print, printJson } from './output.js';

export const functions = defineCommand({
  name: 'functions',
  summary: 'List the functions, or explain one: formula, parameters, derivative, special values',
  positional: { name: 'name', summary: 'Function to explain', required: false },
  options: { json: { kind: 'switch', summary: 'Print JSON' } },
  examples: [
    { command: 'lanewise functions', summary: 'All functions with their parameters' },
    { command: 'lanewise functions softmax', summary: 'One in full' },
  ],
  async run({ positionals: [name], values }) {
    const width = Math.min(120, process.stdout.columns ?? 100);
    const text = name === undefined ? renderCatalogue(width, CATALOGUE) : renderActivation(name, width, CATALOGUE);
    if (values.json) printJson(name === undefined ? CATALOGUE : CATALOGUE.filter(isFunctionOf(name)), print);
    else print(`${text}\n`);
  },
});

function isFunctionOf(name: string): (entry: ActivationEntry) => boolean {
  return (entry) => entry.name === name || `${entry.name}_deriv` === name;
}
