#!/usr/bin/env node
import { apply } from './apply.js';
import { bench } from './bench.js';
import type { Command } from './command.js';
import { reportFailure } from './failure.js';
import { functions } from './functions.js';
import { inspect } from './inspect.js';
import { print } from './output.js';
import { parseLine } from './parse.js';
import { abortOnSignals } from './signals.js';
import { verify } from './verify.js';

const COMMANDS: readonly Command[] = [apply, inspect, functions, verify, bench];

process.on('uncaughtException', (error) => process.exit(reportFailure(error)));
main(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});

/** Carries out a command line and returns the exit status. */
async function main(argv: readonly string[]): Promise<number> {
  const { signal, exitStatus, end } = abortOnSignals();
  try {
    const line = parseLine(argv, COMMANDS);
    if (line === undefined) print(await (await import('./help.js')).askYargs(argv, COMMANDS));
    else await line.command.run({ ...line, signal });
    return 0;
  } catch (error) {
    const status = reportFailure(error);
    end();
    return exitStatus() ?? status;
  }
}
