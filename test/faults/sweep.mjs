// Takes each file of its standard input (a path a line) through the built package, with every numeric column transformed,
// and prints one line of JSON for each: what it came to, how long it took, and what the process had taken by then.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { resourceUsage } from 'node:process';
import { createInterface } from 'node:readline';
import { inspect, transform } from '../../dist/index.js';

const [folder] = process.argv.slice(2);

for await (const input of createInterface({ input: process.stdin })) {
  const started = performance.now();
  const outcomes = [];
  try {
    const { columns } = await inspect(input);
    outcomes.push(await attempt(input, 'arrow', 'sigmoid(*)', { overwrite: true }));
    for (const { name } of columns.filter(({ transformable }) => transformable).slice(0, 3)) {
      const column = JSON.stringify(name);
      outcomes.push(await attempt(input, 'arrow', `new = tanh(${column})`));
      outcomes.push(await attempt(input, 'arrows', `${column} = relu(${column})`, { memory: 2 ** 20, threads: 1 }));
      if (input.includes('parquet')) outcomes.push(await attempt(input, 'parquet', `new = tanh(${column})`));
    }
  } catch (error) {
    outcomes.push(describe(error));
  }
  const left = readdirSync(folder);
  const milliseconds = performance.now() - started;
  console.log(JSON.stringify({ input, outcomes, left, milliseconds, peakBytes: resourceUsage().maxRSS * 1024 }));
}

async function attempt(input, extension, text, options) {
  const output = join(folder, `out.${extension}`);
  try {
    await transform({ input, output, transforms: [text], sync: false, ...options });
    return { code: 'done', message: '' };
  } catch (error) {
    return describe(error);
  } finally {
    rmSync(output, { force: true });
  }
}

function describe(error) {
  return {
    code: error.code ?? error.name,
    message: error.message,
    stack: error.code?.startsWith('LW_') ? '' : error.stack,
  };
}
