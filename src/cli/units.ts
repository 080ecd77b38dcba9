import { LanewiseError } from '../index.js';

const BYTES_BY_UNIT: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** Reads a size such as `128MB`, `1.5 GiB` or `4096` (bytes). */
export function parseByteSize(text: string, option: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim());
  const unit = BYTES_BY_UNIT[match?.[2]?.toLowerCase() || 'b'];
  const bytes = Math.floor(Number(match?.[1]) * (unit ?? Number.NaN));
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  throw new LanewiseError(
    'LW_USAGE',
    `--${option} is '${text}', not a size; write a positive number with B, KB, MB, GB, KiB, MiB or GiB: ${option}=128MB`,
  );
}

/** Reads a positive whole number. */
export function parseCount(text: string, option: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(count) && count > 0) return count;
  throw new LanewiseError('LW_USAGE', `--${option} is '${text}', not a whole number of at least 1`);
}

const BYTE_UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];

/** `760 MB`: decimal units and three digits, as disks and networks are labelled. */
export function formatBytes(bytes: number): string {
  return formatScaled(bytes, BYTE_UNITS, ' ');
}

/** `15.9M`: for rates and other figures whose size matters more than their last digit. */
export function formatMagnitude(value: number): string {
  return formatScaled(value, ['', 'K', 'M', 'G', 'T', 'P'], '');
}

function formatScaled(value: number, units: readonly string[], separator: string): string {
  let scaled = value;
  let index = 0;
  // 999.5 would be written as 1000.
  while (scaled >= 999.5 && index < units.length - 1) {
    scaled /= 1000;
    index += 1;
  }
  const text = index === 0 ? String(Math.round(scaled)) : scaled.toPrecision(3);
  return `${text}${separator}${units[index]}`;
}

/** `10,000,000`. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1,234 rows`, `1 row`. */
export function formatCountOf(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}

/** `0.63 s`, `12.4 s`, `3 min 20 s`, `2 h 05 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')} min`;
}
