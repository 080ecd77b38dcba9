import { formatBytes, formatCountOf } from './units.js';

interface FileFacts {
  readonly format: string;
  readonly codec: string;
  readonly rows: number | undefined;
  readonly batches: number | undefined;
  readonly byteLength: number | undefined;
}

/** `Arrow IPC file, uncompressed, 200,000 rows in 1 record batch, 1.60 MB`, without what isn't known. */
export function fileText({ format, codec, rows, batches, byteLength }: FileFacts): string {
  const parts = [format, codec === 'none' ? 'uncompressed' : codec];
  const batch = format === 'Parquet' ? 'row group' : 'record batch';
  const batchText = formatCountOf(batches ?? 0, batch, batch === 'row group' ? 'row groups' : 'record batches');
  if (rows !== undefined) parts.push(`${formatCountOf(rows, 'row')}${batches === undefined ? '' : ` in ${batchText}`}`);
  if (byteLength !== undefined) parts.push(formatBytes(byteLength));
  return parts.join(', ');
}
