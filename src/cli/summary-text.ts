import type { TransformResult } from '../index.js';
import { oneLine } from './table.js';
import { formatBytes, formatCountOf, formatMagnitude, formatSeconds } from './units.js';

/** The closing line of a run: `wrote out.arrow: 231,083 rows, 3.45 MB in 0.05 s (69.0 MB/s, 4.62M rows/s; 2 threads)`. */
export function summaryText({ output, rows, bytesWritten, seconds, threads }: TransformResult): string {
  const target = output === '-' ? 'standard output' : oneLine(output);
  const rates =
    seconds > 0 ? `${formatBytes(bytesWritten / seconds)}/s, ${formatMagnitude(rows / seconds)} rows/s; ` : '';
  const amount = `${formatCountOf(rows, 'row')}, ${formatBytes(bytesWritten)} in ${formatSeconds(seconds)}`;
  return `wrote ${target}: ${amount} (${rates}${formatCountOf(threads, 'thread')})`;
}
