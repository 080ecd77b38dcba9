import { describe, expect, it } from 'vitest';
import { apply } from '../../src/cli/apply.js';
import { functions } from '../../src/cli/functions.js';
import { askYargs } from '../../src/cli/help.js';
import { inspect } from '../../src/cli/inspect.js';
import { parseLine } from '../../src/cli/parse.js';
import { verify } from '../../src/cli/verify.js';

const COMMANDS = [apply, inspect, functions, verify];

describe('parseLine', () => {
  it('gives every option a value', () => {
    expect(parseLine(['apply', 'in', '-o', 'out', '-t', 'relu(x)', '-t', 'tanh(y)'], COMMANDS)).toEqual({
      command: apply,
      positionals: ['in'],
      values: {
        output: 'out',
        transform: ['relu(x)', 'tanh(y)'],
        to: undefined,
        compression: undefined,
        encoding: undefined,
        'page-checksums': false,
        'out-type': undefined,
        threads: undefined,
        memory: undefined,
        overwrite: false,
        'no-sync': false,
        'dry-run': false,
        progress: undefined,
        json: false,
        quiet: false,
      },
    });
  });

  it.each([
    [['apply', '-', '-o', '-', '-t', 'y = relu(x)'], ['-'], { output: '-', transform: ['y = relu(x)'] }],
    [
      ['apply', '-tx', '-q', '-oout', 'in', '--json'],
      ['in'],
      { output: 'out', transform: ['x'], quiet: true, json: true },
    ],
    [['apply', '-o=out', '-t=y = relu(x)', 'in'], ['in'], { output: 'out', transform: ['y = relu(x)'] }],
    [['apply', 'in', '--output=a', '-o', 'b', '-t', 'x', '--to', 'arrow'], ['in'], { output: 'b', to: 'arrow' }],
    [['apply', '12', '-o', '13', '-t', '14', '--threads', '007'], ['12'], { output: '13', threads: '007' }],
    [['apply', '-o', 'out', '-t', 'x', '--', '-in'], ['-in'], { output: 'out' }],
    [['functions'], [], { json: false }],
    [['functions', 'softmax', '--json'], ['softmax'], { json: true }],
    [['verify', 'gelu', 'soft*', '--seed', '7'], ['gelu', 'soft*'], { seed: '7' }],
    [['verify'], [], { json: false }],
  ])('reads %j', (argv, positionals, values) => {
    expect(parseLine(argv, COMMANDS)).toMatchObject({ positionals, values });
  });

  it.each([
    [[]],
    [['--help']],
    [['--version']],
    [['aply', 'in']],
    [['apply', '--help']],
    [['apply', 'in', '-o', 'out']],
    [['apply', 'in', '-t', 'relu(x)']],
    [['apply', '-o', 'out', '-t', 'relu(x)']],
    [['apply', 'in', 'in2', '-o', 'out', '-t', 'relu(x)']],
    [['apply', 'in', '-o', 'out', '-t', 'relu(x)', '--treads', '3']],
    [['apply', 'in', '-o', 'out', '-t', 'relu(x)', '--to', 'csv']],
    [['apply', 'in', '-o', 'out', '-t']],
    [['inspect', '--json=3', 'in']],
    [['inspect']],
  ])('leaves %j to yargs', (argv) => {
    expect(parseLine(argv, COMMANDS)).toBeUndefined();
  });
});

describe('askYargs', () => {
  it.each([
    [[], 'Name a command (see lanewise --help)'],
    [['aply', 'in'], 'Did you mean apply? (see lanewise --help)'],
    [['apply', 'in'], 'Missing required arguments: output, transform (see lanewise apply --help)'],
    [
      ['apply', '-o', 'out', '-t', 'relu(x)'],
      'Not enough non-option arguments: got 0, need at least 1 (see lanewise apply --help)',
    ],
    [['apply', 'in', 'in2', '-o', 'out', '-t', 'relu(x)'], 'Unknown argument: in2 (see lanewise apply --help)'],
    [
      ['apply', 'in', '-o', 'out', '-t', 'relu(x)', '--treads', '3'],
      'Unknown argument: treads (see lanewise apply --help)',
    ],
    [
      ['apply', 'in', '-o', 'out', '-t', 'relu(x)', '--to', 'csv'],
      'Not allowed: --to "csv", only "arrow", "arrows", "parquet" (see lanewise apply --help)',
    ],
    [['apply', 'in', '-o', 'out', '-t'], 'Not enough arguments following: t (see lanewise apply --help)'],
  ])('says what is wrong with %j', async (argv, message) => {
    await expect(askYargs(argv, COMMANDS)).rejects.toMatchObject({ code: 'LW_USAGE', message });
  });

  it('complains of what it would accept itself', async () => {
    await expect(askYargs(['inspect', '--json=3', 'in'], COMMANDS)).rejects.toMatchObject({
      code: 'LW_USAGE',
      message: 'The command line has more than was understood (see lanewise inspect --help)',
    });
  });

  it('prints the version', async () => {
    expect(await askYargs(['--version'], COMMANDS)).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('prints a completion script, and completes with it', async () => {
    expect(await askYargs(['completion'], COMMANDS)).toContain('--get-yargs-completions');
    const words = await askYargs(['--get-yargs-completions', 'lanewise', 'apply', '--over'], COMMANDS);
    expect(words.split('\n')).toContain('--overwrite');
  });

  it('gives an overview', async () => {
    expect(await askYargs(['--help'], COMMANDS)).toMatchInlineSnapshot(`
      "lanewise <command>

      Activation functions and row-wise softmax on the columns of Arrow and Parquet files.

      Commands:
        lanewise apply <input>         Apply transforms to columns of a file and write the result
        lanewise inspect <file>        Show a file's format, columns, sizes and metadata keys
        lanewise functions [name]      List the functions, or explain one: formula, parameters,
                                       derivative, special values
        lanewise verify [functions..]  Measure the error of the functions on this machine, against
                                       decimals of 75 digits
        lanewise completion            Print a script that completes commands and options in bash or zsh

      Options:
        -h, --help     Show help                                                                 [boolean]
        -v, --version  Show version number                                                       [boolean]
      "
    `);
  });

  it.each(['apply', 'inspect', 'functions', 'verify'])('explains every option of %s', async (name) => {
    const text = await askYargs([name, '--help'], COMMANDS);
    const command = COMMANDS.find((candidate) => candidate.name === name);
    expect(text).toContain(command?.summary);
    for (const option of Object.keys(command?.options ?? {})) expect(text).toContain(`--${option} `);
  });

  it('explains apply', async () => {
    expect(await askYargs(['apply', '--help'], COMMANDS)).toMatchInlineSnapshot(`
      "lanewise apply <input>

      Apply transforms to columns of a file and write the result

      Positionals:
        input  Arrow or Parquet file to read, or - for standard input                  [string] [required]

      Options:
        -h, --help            Show help                                                          [boolean]
        -v, --version         Show version number                                                [boolean]
        -o, --output          File to write (its extension names the format), or - for standard output
                                                                                       [string] [required]
        -t, --transform       What to compute, any number of times: 'p_* = softmax(logit_*)'
                                                                                        [array] [required]
            --to              Format of the output: Arrow IPC file, Arrow IPC stream, or Parquet
                              [string] [choices: "arrow", "arrows", "parquet"] [default: by the extension]
            --compression     Codec of the output, with a level if wanted (zstd:3); Arrow: none, lz4,
                              zstd; Parquet: none, snappy, zstd, gzip, lz4_raw
                                                                           [string] [default: the input's]
            --row-group-rows  Rows of each row group of a Parquet output; a multiple of 64 where the input
                              is Arrow              [string] [default: as the input's, or about a million]
            --encoding        How Parquet holds floating-point results
         [string] [choices: "auto", "plain", "byte_stream_split"] [default: auto: what is smaller with the
                                                                                                    codec]
            --page-checksums  Write a CRC-32 with each Parquet page of results                   [boolean]
            --dialect         Whose defaults the functions' parameters have; \`lanewise functions NAME\`
                              shows where they differ
                                    [string] [choices: "guide", "torch", "onnx", "keras"] [default: guide]
            --out-type        Type of the results
                             [string] [choices: "float64", "float32", "float16"] [default: as the input's]
            --threads         Threads that compute          [string] [default: the cores that may be used]
            --memory          The most that chunks in flight may take (256MB, 1GiB)
                                                                                [string] [default: 128MiB]
            --overwrite       Replace an output that exists                                      [boolean]
            --no-sync         Don't wait until the output is safe on disk                        [boolean]
            --dry-run         Print what would be done, and do nothing                           [boolean]
            --progress        Progress on standard error: a bar on a terminal and lines elsewhere, always
                              lines, or none    [string] [choices: "auto", "plain", "off"] [default: auto]
            --json            Print the summary (or the plan) as JSON                            [boolean]
        -q, --quiet           Print errors only                                                  [boolean]

      Examples:
        # Softmax of each row, as new columns
        lanewise apply in.arrow -o out.arrow -t 'p_* = softmax(x_*)'
        # A column replaced where it stands
        lanewise apply in.parquet -o out.parquet -t 'x = sigmoid(x)'
        # Numbers in a struct or in a list of structs, and the values of maps, by a path
        lanewise apply in.parquet -o out.parquet -t 'points.x = relu(points.x)' -t 'tanh(prices.value)'
      "
    `);
  });
});
