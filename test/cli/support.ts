import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** The command as it ships: these tests need `npm run build`. */
export const CLI_PATH = fileURLToPath(new URL('../../dist/cli.cjs', import.meta.url));

/** 200,000 flights in one record batch: delay and distance as Int16, time as Float32. */
export const FLIGHTS_PATH = fileURLToPath(
  new URL('../../node_modules/vega-datasets/data/flights-200k.arrow', import.meta.url),
);

export interface Outcome {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface RunOptions {
  readonly stdin?: Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Runs `lanewise` as a process of its own and waits for its end. */
export function lanewise(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CLI_PATH, ...args], {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    // A command that ends before it has read everything closes the pipe.
    child.stdin.on('error', () => {});
    child.stdin.end(options.stdin);
    child.on('error', reject);
    child.on('close', (status, signal) => {
      resolve({ status, signal, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() });
    });
  });
}

/** A folder that is gone when the test is over. A concurrent test passes its own `onTestFinished`. */
export function temporaryFolder(atEnd: (remove: () => void) => void = onTestFinished): string {
  const path = mkdtempSync(join(tmpdir(), 'lanewise-test-'));
  atEnd(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
