import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

const POLL_MILLISECONDS = 4;
/** The unit of CPU times in /proc, which is the same on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** What one run of a command took. */
export interface Run {
  readonly wallSeconds: number;
  /** Of the command and all its children; `undefined` where the system doesn't tell (it is read from /proc). */
  readonly cpuSeconds: number | undefined;
  readonly stdout: string;
}

/** Runs a command to its end. @throws Error with what it wrote to standard error, if it fails */
export async function run(command: readonly string[]): Promise<Run> {
  return start(command).done;
}

/**
 * Runs a command while polling the largest resident size of any of its processes, which is why this run's times aren't to be used.
 * @returns bytes, or `undefined` where the system doesn't tell
 */
export async function peakMemoryBytes(command: readonly string[]): Promise<number | undefined> {
  const { pid, done } = start(command);
  let peak: number | undefined;
  const poll = setInterval(() => {
    peak = Math.max(residentPeak(pid) ?? 0, peak ?? 0) || undefined;
  }, POLL_MILLISECONDS);
  await done.finally(() => clearInterval(poll));
  return peak;
}

function start([file = '', ...args]: readonly string[]): { readonly pid: number | undefined; done: Promise<Run> } {
  const cpuBefore = childrenCpuSeconds();
  const startedAt = process.hrtime.bigint();
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (text) => {
    output.stdout += text;
  });
  child.stderr.on('data', (text) => {
    output.stderr += text;
  });
  let wallSeconds = 0;
  child.once('exit', () => {
    wallSeconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
  });
  const done = new Promise<Run>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => {
      if (status !== 0) {
        const ending = `ended with ${signal ?? `status ${status}`}: ${errorLine(output.stderr)}`;
        reject(new Error(`${[file, ...args].join(' ')} ${ending}`));
        return;
      }
      const cpuAfter = childrenCpuSeconds();
      const cpuSeconds = cpuBefore === undefined || cpuAfter === undefined ? undefined : cpuAfter - cpuBefore;
      resolve({ wallSeconds, cpuSeconds, stdout: output.stdout });
    });
  });
  return { pid: child.pid, done };
}

/** The line of what a failing command said that tells why; the last one if none does. */
export function errorLine(stderr: string): string {
  const lines = stderr.trim().split('\n');
  const told = lines.findLast((line) => /error|^lanewise: /i.test(line) && !/^\s*at /.test(line));
  return (told ?? lines.at(-1) ?? '').trim();
}

/** User and system time of all children that have ended, from fields 16 and 17 of /proc/self/stat. */
function childrenCpuSeconds(): number | undefined {
  const stat = readIfThere('/proc/self/stat');
  // The second field, the name in parentheses, may hold spaces.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields === undefined ? undefined : (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}

/**
 * The largest of a process and its children. A process's own `ru_maxrss` wouldn't do: it begins at the size of whoever
 * started it.
 */
function residentPeak(pid: number | undefined): number | undefined {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readIfThere(`/proc/${pid}/status`) ?? '')?.[1];
  if (kilobytes === undefined) return undefined;
  const children = (readIfThere(`/proc/${pid}/task/${pid}/children`) ?? '').split(' ').filter((child) => child !== '');
  return Math.max(Number(kilobytes) * 1024, ...children.map((child) => residentPeak(Number(child)) ?? 0));
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
