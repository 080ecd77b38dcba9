import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Field, Float64, makeData, RecordBatch, RecordBatchStreamWriter, Schema, Struct } from 'apache-arrow';
import { CLI_PATH } from '../cli/support.js';
import { float64Values } from '../e2e/support.js';

/** What a command came to that was started by `start`. */
export interface End {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly end: Promise<End>;
}

type Stdio = 'pipe' | 'ignore';

/** Starts `lanewise`; what is piped of its standard input and output is the caller's to write and to read. */
export function start(
  args: readonly string[],
  stdio: readonly [Stdio, Stdio] = ['ignore', 'ignore'],
  cliPath = CLI_PATH,
): Started {
  const child = spawn(process.execPath, [cliPath, ...args], { stdio: [...stdio, 'pipe'] });
  const stderr: Buffer[] = [];
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin?.on('error', () => {});
  const end = new Promise<End>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => resolve({ status, signal, stderr: Buffer.concat(stderr).toString() }));
  });
  return { child, end };
}

/** One line that names what is wrong and its code. */
export function complaint(code: string): RegExp {
  return new RegExp(`^lanewise: [^\\n]+ \\[${code}\\]\\n$`);
}

/** Files that a run would have to take away. */
export function leftovers(folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => name.startsWith('.'));
}

export function makeFolder(): string {
  return mkdtempSync(join(tmpdir(), 'lanewise-test-'));
}

export function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

const COLUMN_COUNT = 8;
const BATCH_ROW_COUNT = 65_536;

/** Writes a stream of 8 float64 columns `x0` to `x7`, 4 MiB a batch. */
export function writeLargeStream(path: string, batchCount: number): void {
  const schema = new Schema(Array.from({ length: COLUMN_COUNT }, (_, i) => new Field(`x${i}`, new Float64(), false)));
  const children = schema.fields.map((_, column) =>
    makeData({ type: new Float64(), length: BATCH_ROW_COUNT, data: float64Values(BATCH_ROW_COUNT, column) }),
  );
  const type = new Struct(schema.fields);
  const batch = new RecordBatch(schema, makeData({ type, length: BATCH_ROW_COUNT, nullCount: 0, children }));
  const writer = new RecordBatchStreamWriter();
  writer.reset(undefined, schema);
  writer.write(batch);
  const bytes = writer.finish().toUint8Array(true);
  const schemaByteLength = 8 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
  const END_BYTE_LENGTH = 8;
  const batchBytes = bytes.subarray(schemaByteLength, bytes.length - END_BYTE_LENGTH);
  const fd = openSync(path, 'w');
  try {
    writeSync(fd, bytes.subarray(0, schemaByteLength));
    for (let i = 0; i < batchCount; i++) writeSync(fd, batchBytes);
    writeSync(fd, bytes.subarray(bytes.length - END_BYTE_LENGTH));
  } finally {
    closeSync(fd);
  }
}
