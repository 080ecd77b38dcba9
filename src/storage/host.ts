import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Cores that this process may use: the scheduler's mask and the limits of its control group heeded. At least 1. */
export function availableCores(): number {
  return Math.max(1, Math.min(availableParallelism(), Math.ceil(controlGroupCores())));
}

/** The quota of the control group in cores; unlimited where there is none. */
function controlGroupCores(): number {
  const [quota, period] = readNumbers('/sys/fs/cgroup/cpu.max');
  if (quota !== undefined && period !== undefined) return quota / period;
  const [quotaV1 = -1] = readNumbers('/sys/fs/cgroup/cpu/cpu.cfs_quota_us');
  const [periodV1 = 0] = readNumbers('/sys/fs/cgroup/cpu/cpu.cfs_period_us');
  return quotaV1 > 0 && periodV1 > 0 ? quotaV1 / periodV1 : Number.POSITIVE_INFINITY;
}

function readNumbers(path: string): readonly number[] {
  const words = readText(path).match(/\S+/g) ?? [];
  return words.map(Number).filter((value) => Number.isFinite(value));
}

/** The largest resident size that this process has had. */
export function peakMemoryBytes(): number {
  // The size that the system counts for a process starts with its parent's, but not the one in this file.
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readText('/proc/self/status'))?.[1];
  return 1024 * (kilobytes === undefined ? process.resourceUsage().maxRSS : Number(kilobytes));
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
