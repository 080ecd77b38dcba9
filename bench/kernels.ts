/**
 * Times every kernel on one core, on values that stay in cache, and NumPy and torch beside it where Python has them.
 *
 *     npm run bench:kernels -- --widths 2,8,32 --only sigmoid,softmax --numpy --json kernels.json
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CATALOGUE } from '../src/activations/catalogue.js';
import { kernelCases } from '../src/bench/kernel-cases.js';
import { type KernelTime, timeKernel } from '../src/bench/kernel-times.js';
import { formatTable } from '../src/cli/table.js';
import { describeMachine, machineText } from './machine.js';
import { PYTHON } from './race/peers.js';

const { values } = parseArgs({
  options: {
    /** Widths of rows. */
    widths: { type: 'string', default: '2,8,32,128' },
    /** Names of functions and derivatives; all if left out. */
    only: { type: 'string' },
    /** Values in an array; 8 bytes each. */
    values: { type: 'string', default: '8192' },
    /** How long each kernel is measured. */
    seconds: { type: 'string', default: '0.2' },
    /** Whether NumPy and torch are timed in the same run; `PYTHON` names the interpreter. */
    numpy: { type: 'boolean', default: false },
    /** Where the results go as JSON. */
    json: { type: 'string' },
  },
});

interface PeerTimes {
  readonly versions: Readonly<Record<string, string>>;
  /** Nanoseconds a value, by function and library. */
  readonly times: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

const widths = values.widths.split(',').map(Number);
const names = values.only?.split(',');
const seconds = Number(values.seconds);
const cases = kernelCases(CATALOGUE, widths).filter(({ name }) => names?.includes(name) ?? true);
if (cases.length === 0) throw new Error(`--only ${values.only} names no function`);

const machine = describeMachine();
console.log(`${machineText(machine)}\none core, ${values.values} values in cache, medians\n`);
const times: KernelTime[] = [];
for (const kernelCase of cases) {
  times.push(await timeKernel(kernelCase, Number(values.values), { seconds, warmUpSeconds: seconds / 4 }));
}
const peers = values.numpy ? timePeers() : undefined;
const libraries = Object.keys(peers?.versions ?? {});

const head = ['', 'ns/value', '±', 'GB/s', ...libraries.flatMap((library) => [library, 'ratio'])];
console.log(formatTable([head, ...times.map(cells)]));
if (peers !== undefined) console.log(`\n${libraries.map((name) => `${name} ${peers.versions[name]}`).join(', ')}`);
if (values.json !== undefined) {
  writeFileSync(values.json, `${JSON.stringify({ machine, times, peers }, undefined, 2)}\n`);
}

function label({ name, family, width }: KernelTime): string {
  return family === 'row' ? `${name} ${width}` : name;
}

function cells(time: KernelTime): readonly string[] {
  const { median, mad } = time.nanosecondsPerValue;
  const peerCells = libraries.flatMap((library) => {
    const peer = peers?.times[label(time)]?.[library];
    return peer === undefined ? ['', ''] : [peer.toFixed(2), (peer / median).toFixed(2)];
  });
  return [label(time), median.toFixed(3), mad.toFixed(3), (time.bytesPerSecond / 1e9).toFixed(1), ...peerCells];
}

function timePeers(): PeerTimes | undefined {
  const script = fileURLToPath(new URL('peers/kernel_times.py', import.meta.url));
  const args = [script, values.values, values.seconds, values.widths];
  const { status, stdout, stderr, error } = spawnSync(PYTHON, args, { encoding: 'utf8' });
  if (status === 0) return JSON.parse(stdout) as PeerTimes;
  console.log(`NumPy and torch are left out: ${error?.message ?? stderr.trim().split('\n').at(-1)}\n`);
  return undefined;
}
