import { availableParallelism } from 'node:os';
import { logitName } from '../../src/bench/dataset.js';
import { type InputFile, type InputKind, inputExtension } from './inputs.js';
import { LANEWISE, type Peer } from './peers.js';
import type { ActivationName } from './verify.js';

/** One way to do a job, or what it is held against. */
export interface Contestant {
  readonly name: string;
  readonly input: InputKind;
  /** Whether the output is to hold the job's results, a copy of the input, or isn't written. */
  readonly writes: 'results' | 'copy' | 'nothing';
  /** What a result may differ from the reference, relatively, if more than double precision needs. */
  readonly tolerance?: number | undefined;
  command(input: InputFile, output: string): readonly string[];
}

/** A number that the medians of the wall times come to. */
export interface Figure {
  readonly title: string;
  /** @returns NaN where a contestant wasn't there */
  compute(seconds: (contestant: string) => number): number;
}

export interface Job {
  readonly name: string;
  readonly title: string;
  readonly activation: ActivationName;
  readonly contestants: readonly Contestant[];
  readonly figures: readonly Figure[];
}

const NODE: Contestant = {
  name: 'node -e 0',
  input: 'arrow-small',
  writes: 'nothing',
  command: () => [process.execPath, '-e', '0'],
};

/** The summary, on standard error because the data is on standard output, becomes the shell's standard output. */
const PIPED = '{ cat "$1" | "$3" "$4" apply - -o - --json -t "$5" 2>&3 | cat > "$2"; } 3>&1';

/** All jobs, each with those of the peers that can do it. */
export function raceJobs(peers: readonly Peer[]): readonly Job[] {
  const cores = availableParallelism();
  return [
    fileJob('arrow-sigmoid', 'arrow', 'sigmoid', peers),
    fileJob('arrow-softmax', 'arrow', 'softmax', peers),
    {
      name: 'arrow-durable',
      title: 'Arrow, sigmoid, until the output is safe on disk',
      activation: 'sigmoid',
      contestants: [
        shell('cp and sync', 'arrow', 'cp "$1" "$2" && sync "$2"'),
        lanewise('lanewise', 'arrow', 'sigmoid', []),
      ],
      figures: [ratio('lanewise', 'cp and sync')],
    },
    {
      name: 'arrow-single',
      title: 'Arrow, sigmoid, all rows in one record batch',
      activation: 'sigmoid',
      contestants: [
        lanewise('lanewise, many batches', 'arrow', 'sigmoid', ['--no-sync']),
        lanewise('lanewise, one batch', 'arrow-single', 'sigmoid', ['--no-sync']),
      ],
      figures: [ratio('lanewise, one batch', 'lanewise, many batches')],
    },
    {
      name: 'arrow-threads',
      title: 'Arrow, tanh, one thread and all',
      activation: 'tanh',
      contestants: [
        lanewise('lanewise, 1 thread', 'arrow', 'tanh', ['--no-sync', '--threads', '1']),
        lanewise(`lanewise, ${cores} threads`, 'arrow', 'tanh', ['--no-sync', '--threads', String(cores)]),
      ],
      figures: [ratio('lanewise, 1 thread', `lanewise, ${cores} threads`)],
    },
    fileJob('parquet-sigmoid', 'parquet', 'sigmoid', peers),
    fileJob('parquet-softmax', 'parquet', 'softmax', peers),
    fileJob('parquet-zstd', 'parquet-zstd', 'sigmoid', peers),
    fileJob('parquet-dictionary', 'parquet-dictionary', 'sigmoid', peers),
    {
      name: 'pipe',
      title: 'Arrow stream through pipes, sigmoid',
      activation: 'sigmoid',
      contestants: [
        shell('cat', 'arrow-stream', 'cat "$1" | cat | cat > "$2"'),
        {
          name: 'lanewise',
          input: 'arrow-stream',
          writes: 'results',
          command: ({ path }, output) => [
            ...['sh', '-c', PIPED, 'sh', path, output],
            ...LANEWISE,
            transformOf('sigmoid'),
          ],
        },
      ],
      figures: [ratio('lanewise', 'cat')],
    },
    {
      name: 'small',
      title: 'Arrow of 10,000 rows, sigmoid',
      activation: 'sigmoid',
      contestants: [NODE, lanewise('lanewise', 'arrow-small', 'sigmoid', [])],
      figures: [ratio('lanewise', 'node -e 0')],
    },
  ];
}

function fileJob(name: string, input: InputKind, activation: ActivationName, peers: readonly Peer[]): Job {
  const format = input.startsWith('parquet') ? 'parquet' : 'arrow';
  const able = peers.filter((peer) => peer.reads.includes(format) && peer.activations.includes(activation));
  return {
    name,
    title: `${input === 'arrow' ? 'Arrow' : input.replace('parquet-', 'Parquet ').replace('parquet', 'Parquet snappy')}, ${activation} of 8 columns`,
    activation,
    contestants: [
      NODE,
      shell('cp', input, 'exec cp "$1" "$2"'),
      lanewise('lanewise', input, activation, ['--no-sync']),
      ...able.map(
        (peer): Contestant => ({
          name: peer.name,
          input,
          writes: 'results',
          tolerance: peer.tolerance,
          command: ({ path, compression }, output) => [
            ...peer.command,
            activation,
            path,
            output,
            compression,
            copyStatement(activation, path, output, compression),
          ],
        }),
      ),
    ],
    figures: [
      {
        title: '(lanewise - node -e 0) / cp',
        compute: (seconds) => (seconds('lanewise') - seconds('node -e 0')) / seconds('cp'),
      },
      ...able.map((peer) => ratio(peer.name, 'lanewise')),
    ],
  };
}

function lanewise(name: string, input: InputKind, activation: ActivationName, options: readonly string[]): Contestant {
  return {
    name,
    input,
    writes: 'results',
    command: ({ path }, output) => [
      ...LANEWISE,
      ...['apply', path, '-o', output, '-t', transformOf(activation), '--json', '--progress', 'off', ...options],
    ],
  };
}

function transformOf(activation: ActivationName): string {
  return `logit_* = ${activation}(logit_*)`;
}

function shell(name: string, input: InputKind, script: string): Contestant {
  return { name, input, writes: 'copy', command: ({ path }, output) => ['sh', '-c', script, 'sh', path, output] };
}

function ratio(dividend: string, divisor: string): Figure {
  return { title: `${dividend} / ${divisor}`, compute: (seconds) => seconds(dividend) / seconds(divisor) };
}

/** The job in SQL, as DuckDB's packages take it. */
function copyStatement(activation: ActivationName, input: string, output: string, compression: string): string {
  const names = Array.from({ length: 8 }, (_, index) => logitName(index));
  const largest = `greatest(${names.join(', ')})`;
  const total = names.map((name) => `exp(${name} - largest)`).join(' + ');
  const result = (name: string) =>
    ({ sigmoid: `1 / (1 + exp(-${name}))`, tanh: `tanh(${name})`, softmax: `exp(${name} - largest) / total` })[
      activation
    ];
  const replaced = names.map((name) => `${result(name)} AS ${name}`).join(', ');
  const source =
    activation === 'softmax'
      ? `(SELECT *, ${total} AS total FROM (SELECT *, ${largest} AS largest FROM read_parquet('${input}')))`
      : `read_parquet('${input}')`;
  const excluded = activation === 'softmax' ? ' EXCLUDE (largest, total)' : '';
  return `COPY (SELECT *${excluded} REPLACE (${replaced}) FROM ${source}) TO '${output}' (FORMAT parquet, COMPRESSION ${compression})`;
}

/** The extension that an output must have: the input's. */
export function outputExtension({ input }: Contestant): string {
  return inputExtension(input);
}
