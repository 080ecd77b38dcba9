import { parseArgs } from 'node:util';
import type { Command, Invocation } from './command.js';

/** A command line that fits the definition of its command. */
export interface ParsedLine {
  readonly command: Command;
  readonly positionals: readonly string[];
  readonly values: Invocation['values'];
}

/**
 * Reads a command line that fits its command's definition, and answers `undefined` for any other, of which yargs says
 * what is wrong or what help it asks for (`help.ts`). Reading all lines with yargs would double the time of a small run:
 * loading it takes as long as starting Node, this takes 4 ms.
 */
export function parseLine(argv: readonly string[], commands: readonly Command[]): ParsedLine | undefined {
  const command = commands.find(({ name }) => name === argv[0]);
  if (command === undefined) return undefined;
  const found = findOptions(argv.slice(1), command);
  if (found === undefined) return undefined;

  const { positionals } = found;
  if (positionals.length > 1 && command.positional.repeats !== true) return undefined;
  if (command.positional.required && positionals.length === 0) return undefined;
  for (const [name, { required, choices }] of Object.entries(command.options)) {
    const value = found.values[name];
    if (required === true && value === undefined) return undefined;
    if (choices !== undefined && typeof value === 'string' && !choices.includes(value)) return undefined;
  }
  return { command, positionals, values: completeValues(command, found.values) };
}

function findOptions(args: readonly string[], { options }: Command) {
  try {
    return parseArgs({
      // `-o=x` is `-ox` to whoever also writes `--output=x`.
      args: args.map((argument) => argument.replace(/^-([a-z])=/, '-$1')),
      allowPositionals: true,
      options: Object.fromEntries(
        Object.entries(options).map(([name, { kind, short }]) => [
          name,
          {
            type: kind === 'switch' ? ('boolean' as const) : ('string' as const),
            multiple: kind === 'list',
            ...(short === undefined ? {} : { short }),
          },
        ]),
      ),
    });
  } catch {
    return undefined;
  }
}

/** A switch that isn't given is off, a list empty. */
function completeValues({ options }: Command, found: Readonly<Record<string, unknown>>): Invocation['values'] {
  return Object.fromEntries(
    Object.entries(options).map(([name, { kind }]) => {
      if (kind === 'switch') return [name, found[name] === true];
      return [name, kind === 'list' ? [found[name] ?? []].flat().map(String) : found[name]?.toString()];
    }),
  );
}
