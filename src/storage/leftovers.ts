import { readdirSync, readFileSync, statSync, unlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** File names may have 255 bytes; the rest of a temporary name takes 40 at most. */
const LONGEST_STEM_BYTES = 200;

const SUFFIX = '.lanewise-tmp';

/** `.<name>.<process id>-<random>.lanewise-tmp`: hidden, and matched by no pattern that a reader of the folder would use. */
export function temporaryPath(path: string): string {
  return join(dirname(path), `${prefix(path)}${process.pid}-${uniqueWord()}${SUFFIX}`);
}

/** A word that this process uses once. The process id beside it tells processes apart. */
export function uniqueWord(): string {
  return process.hrtime.bigint().toString(16);
}

function prefix(path: string): string {
  const name = Buffer.from(basename(path))
    .subarray(0, LONGEST_STEM_BYTES)
    .toString('latin1')
    .replace(/[^\x21-\x7e]/g, '_');
  return `.${name}.`;
}

/** Removes what earlier runs to the same output, killed before they could, left in its folder. */
export function removeLeftovers(path: string): void {
  const folder = dirname(path);
  const start = prefix(path);
  for (const name of listFolder(folder)) {
    if (!name.startsWith(start) || !name.endsWith(SUFFIX)) continue;
    const owner = /^(\d+)-[0-9a-f]+$/.exec(name.slice(start.length, -SUFFIX.length))?.[1];
    if (owner === undefined) continue;
    const leftover = join(folder, name);
    if (isBeingWritten(leftover, Number(owner))) continue;
    try {
      unlinkSync(leftover);
    } catch {
      // Another run may have removed it meanwhile; and one that can't be removed does no harm to this run.
    }
  }
}

function listFolder(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Temporary files that this process has open: a container gives each run the same process id. */
const own = new Set<string>();

export function claimTemporary(path: string): void {
  own.add(path);
}

export function releaseTemporary(path: string): void {
  own.delete(path);
}

function isBeingWritten(path: string, owner: number): boolean {
  if (owner === process.pid) return own.has(path);
  try {
    process.kill(owner, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  return !startedAfter(owner, path);
}

/** Whether the process is younger than the file, so that it only happens to have its writer's id. Linux tells; elsewhere: no. */
function startedAfter(processId: number, path: string): boolean {
  try {
    const stat = readFileSync(`/proc/${processId}/stat`, 'latin1');
    // Field 22 counts from the second field's closing bracket, as a command's name may hold blanks.
    const startTicks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
    const upSeconds = Number(readFileSync('/proc/uptime', 'latin1').split(' ')[0]);
    const startedMilliseconds = Date.now() - (upSeconds - startTicks / 100) * 1000;
    return startedMilliseconds > statSync(path).mtimeMs + 2000;
  } catch {
    return false;
  }
}
