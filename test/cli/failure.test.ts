import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { type ErrorCode, EXIT_STATUS_BY_CODE } from '../../src/errors.js';
import { CLI_PATH, FLIGHTS_PATH, lanewise, temporaryFolder } from './support.js';

const FLIGHTS = readFileSync(FLIGHTS_PATH);

/** A folder with inputs of every kind that the cases below name. */
function folderOfInputs(atEnd: (remove: () => void) => void): string {
  const folder = temporaryFolder(atEnd);
  writeFileSync(join(folder, 'flights.arrow'), FLIGHTS);
  writeFileSync(join(folder, 'truncated.arrow'), FLIGHTS.subarray(0, FLIGHTS.length / 2));
  writeFileSync(join(folder, 'text.arrow'), 'name,score\nann,1\n');
  writeFileSync(join(folder, 'empty.arrow'), '');
  writeFileSync(join(folder, 'names.arrow'), tableToIPC(tableFromArrays({ name: ['ann', 'bob'] }), 'file'));
  writeFileSync(join(folder, 'existing.arrow'), 'precious');
  return folder;
}

const apply = (input: string, output: string, transform: string, ...more: string[]) => [
  'apply',
  input,
  '-o',
  output,
  '-t',
  transform,
  ...more,
];

const CASES: readonly (readonly [ErrorCode, readonly string[], string])[] = [
  ['LW_USAGE', [], 'Name a command'],
  ['LW_USAGE', ['aply'], 'Did you mean apply?'],
  ['LW_USAGE', ['apply', 'flights.arrow'], 'Missing required arguments: output, transform'],
  ['LW_USAGE', apply('flights.arrow', 'out.arrow', 'relu(delay)', '--threads', '0'), '--threads'],
  ['LW_USAGE', apply('flights.arrow', 'out.arrow', 'relu(delay)', '--memory', 'much'), '--memory'],
  ['LW_USAGE', apply('flights.arrow', 'out.xlsx', 'relu(delay)'), 'out.xlsx'],
  ['LW_USAGE', ['inspect', 'flights.arrow', 'names.arrow'], 'Unknown argument: names.arrow'],
  ['LW_TRANSFORM_SYNTAX', apply('flights.arrow', 'out.arrow', 'relu(delay'), 'relu(delay'],
  ['LW_UNKNOWN_FUNCTION', apply('flights.arrow', 'out.arrow', 'sigmod(delay)'), 'sigmoid'],
  ['LW_UNKNOWN_FUNCTION', ['functions', 'sotfmax'], 'softmax'],
  ['LW_UNKNOWN_PARAMETER', apply('flights.arrow', 'out.arrow', 'elu(delay, alfa=1)'), 'alfa'],
  ['LW_PARAMETER_RANGE', apply('flights.arrow', 'out.arrow', 'sigmoid(delay, clip=-1)'), 'clip'],
  ['LW_NO_SUCH_COLUMN', apply('flights.arrow', 'out.arrow', 'relu(dleay)'), 'delay'],
  ['LW_COLUMN_TYPE', apply('names.arrow', 'out.arrow', 'relu(name)'), 'name'],
  ['LW_TARGET_COLLISION', apply('flights.arrow', 'out.arrow', 'distance = relu(delay)'), 'distance'],
  ['LW_OUTPUT_EXISTS', apply('flights.arrow', 'existing.arrow', 'relu(delay)'), '--overwrite'],
  ['LW_OUTPUT_EXISTS', apply('flights.arrow', 'flights.arrow', 'relu(delay)'), '--overwrite'],
  ['LW_MEMORY_BUDGET', apply('flights.arrow', 'out.arrow', 'relu(delay)', '--memory', '1KB'), '1000'],
  [
    'LW_MEMORY_BUDGET',
    apply('flights.arrow', 'out.arrow', 'relu(delay)', '--memory', '64GiB', '--threads', '1000'),
    'fewer threads',
  ],
  ['LW_UNSUPPORTED_OPTION', apply('flights.arrow', 'out.arrow', 'relu(delay)', '--compression', 'snappy'), 'snappy'],
  ['LW_NOT_COLUMNAR', apply('text.arrow', 'out.arrow', 'relu(delay)'), 'text.arrow'],
  ['LW_NOT_COLUMNAR', ['inspect', 'empty.arrow'], 'empty.arrow'],
  ['LW_CORRUPT_INPUT', apply('truncated.arrow', 'out.arrow', 'relu(delay)'), 'truncated.arrow'],
  ['LW_IO', apply('missing.arrow', 'out.arrow', 'relu(delay)'), 'missing.arrow'],
  ['LW_IO', apply('flights.arrow', 'nowhere/out.arrow', 'relu(delay)'), 'nowhere'],
  ['LW_IO', ['inspect', '.'], 'folder'],
];

describe('a failing command', () => {
  it.concurrent.for(CASES)('says %s in one line: %j', async ([code, args, hint], { expect, onTestFinished }) => {
    const folder = folderOfInputs(onTestFinished);
    const before = readdirSync(folder);
    const { status, signal, stdout, stderr } = await lanewise(args, { cwd: folder });
    expect(stderr).toMatch(new RegExp(`^lanewise: .+ \\[${code}\\]\\n$`));
    expect(stderr).toContain(hint);
    expect({ status, signal, stdout: stdout.toString() }).toEqual({
      status: EXIT_STATUS_BY_CODE[code],
      signal: null,
      stdout: '',
    });
    expect(readdirSync(folder)).toEqual(before);
    expect(readFileSync(join(folder, 'existing.arrow'), 'utf8')).toBe('precious');
    expect(readFileSync(join(folder, 'flights.arrow')).equals(FLIGHTS)).toBe(true);
  });

  it('shows a stack only where it is asked for', async () => {
    const { stderr } = await lanewise(['inspect', '/nowhere'], { env: { LANEWISE_DEBUG: '1' } });
    expect(stderr).toMatch(/^lanewise: .+ \[LW_IO\]\nLanewiseError: .+\n {4}at /);
  });

  it.skipIf(process.platform !== 'linux')('names standard output where that is full', () => {
    const run = spawnSync('sh', ['-c', '"$0" "$1" functions > /dev/full', process.execPath, CLI_PATH], {
      encoding: 'utf8',
    });
    expect(run.stderr).toMatch(/^lanewise: cannot write to standard output: .+ \[LW_DISK_FULL\]\n$/);
    expect(run.status).toBe(1);
  });

  it('names an output in a folder that is gone', () => {
    const script = 'mkdir gone && cd gone && rmdir ../gone && exec "$0" "$@"';
    const args = [CLI_PATH, ...apply(FLIGHTS_PATH, 'out.arrow', 'relu(delay)')];
    const run = spawnSync('sh', ['-c', script, process.execPath, ...args], {
      cwd: temporaryFolder(),
      encoding: 'utf8',
    });
    expect(run.stderr).toMatch(/^lanewise: cannot write out\.arrow: no such file or folder .+ \[LW_IO\]\n$/);
  });

  it.skipIf(process.platform !== 'linux')('is none where only standard error is full', () => {
    const args = [CLI_PATH, ...apply(FLIGHTS_PATH, 'out.arrow', 'relu(delay)')];
    const run = spawnSync('sh', ['-c', 'exec "$0" "$@" 2> /dev/full', process.execPath, ...args], {
      cwd: temporaryFolder(),
    });
    expect(run.status).toBe(0);
  });

  it('keeps what a name holds from acting on the terminal', async () => {
    const { stderr } = await lanewise(['inspect', 'no\u001b[31m\nsuch']);
    expect(stderr).toMatch(/^lanewise: .*no\\u001b\[31m\\u000asuch.*\n$/);
  });
});
