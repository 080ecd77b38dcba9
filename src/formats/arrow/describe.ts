import { RecordBatch } from 'apache-arrow/fb/record-batch';
import type { SourceDescription } from '../format.js';
import type { BodyCodec } from './compression.js';
import type { ArrowMessage } from './message.js';
import type { ArrowSchema } from './schema.js';

const encoder = new TextEncoder();

/** @param rowCounts of the record batches, where they are known */
export function describeArrow(
  format: 'Arrow IPC file' | 'Arrow IPC stream',
  schema: ArrowSchema,
  codec: BodyCodec | undefined,
  rowCounts: readonly number[] | undefined,
): SourceDescription {
  return {
    format,
    codec: codec ?? 'none',
    rowCount: rowCounts?.reduce((sum, count) => sum + count, 0),
    partitionCount: rowCounts?.length,
    metadata: describeMetadata(schema),
  };
}

function describeMetadata({ table }: ArrowSchema): SourceDescription['metadata'] {
  return Array.from({ length: table.customMetadataLength() }, (_, i) => {
    const entry = table.customMetadata(i)!;
    return { key: entry.key() ?? '', byteLength: encoder.encode(entry.value() ?? '').length };
  });
}

/** Rows of a record batch, told by its message alone. */
export function messageRowCount({ buffer, message }: ArrowMessage): number {
  const batch: RecordBatch | null = message.header(new RecordBatch());
  if (batch === null) throw buffer.damaged('the record batch is absent');
  const offset = buffer.__offset(batch.bb_pos, 4);
  return offset === 0 ? 0 : buffer.readLength(batch.bb_pos + offset);
}
