import yargs, { type Argv } from 'yargs';
import manifest from '../../package.json' with { type: 'json' };
import { LanewiseError } from '../index.js';
import type { Command } from './command.js';

/**
 * Has yargs, which knows the commands by their definitions, answer a command line that isn't one to carry out.
 * @returns the text of the help, the version or the completion that it asks for
 * @throws LW_USAGE with what is wrong with it
 */
export async function askYargs(argv: readonly string[], commands: readonly Command[]): Promise<string> {
  let parser = yargs()
    .scriptName('lanewise')
    .usage('$0 <command>\n\nActivation functions and row-wise softmax on the columns of Arrow and Parquet files.')
    .detectLocale(false)
    .parserConfiguration({ 'boolean-negation': false, 'camel-case-expansion': false, 'greedy-arrays': false })
    .wrap(Math.min(120, Math.max(80, process.stdout.columns ?? 100)))
    .version(manifest.version)
    .alias({ help: 'h', version: 'v' })
    .updateStrings({ 'Invalid values:': 'Not allowed:', 'Argument: %s, Given: %s, Choices: %s': '--%s %s, only %s' })
    .recommendCommands()
    .strict()
    .demandCommand(1, 'Name a command')
    .fail((message) => {
      throw new LanewiseError('LW_USAGE', usageMessage(message, argv[0], commands));
    });
  for (const command of commands) {
    parser = parser.command(commandSyntax(command), command.summary, (builder) => declare(builder, command));
  }
  parser.completion('completion', 'Print a script that completes commands and options in bash or zsh');

  let text = '';
  // Given a callback, yargs neither prints nor exits.
  await parser.parseAsync([...argv], {}, (_error, _parsed, output) => {
    text = output;
  });
  if (text !== '') return `${text.trimEnd()}\n`;
  throw new LanewiseError('LW_USAGE', usageMessage('The command line has more than was understood', argv[0], commands));
}

function commandSyntax({ name, positional }: Command): string {
  const place = positional.repeats === true ? `${positional.name}..` : positional.name;
  return positional.required ? `${name} <${place}>` : `${name} [${place}]`;
}

function declare(builder: Argv, { positional, options, examples }: Command): Argv {
  builder.positional(positional.name, { type: 'string', describe: positional.summary });
  for (const [name, option] of Object.entries(options)) {
    builder.option(name, {
      describe: option.summary,
      ...(option.kind === 'switch'
        ? { type: 'boolean' as const }
        : { type: 'string' as const, array: option.kind === 'list', requiresArg: true }),
      ...(option.short === undefined ? {} : { alias: option.short }),
      ...(option.choices === undefined ? {} : { choices: option.choices }),
      ...(option.required === true ? { demandOption: true } : {}),
      ...(option.default === undefined ? {} : { defaultDescription: option.default }),
    });
  }
  // yargs would give an example half the width and break its command.
  return builder.epilogue(
    `Examples:\n${examples.map(({ command, summary }) => `  # ${summary}\n  ${command}`).join('\n')}`,
  );
}

function usageMessage(message: string, name: string | undefined, commands: readonly Command[]): string {
  const reason = message.trim().replace(/\s*\n\s*/g, ' ');
  const help = commands.some((command) => command.name === name) ? `lanewise ${name} --help` : 'lanewise --help';
  return `${reason} (see ${help})`;
}
