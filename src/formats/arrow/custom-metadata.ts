import { KeyValue } from 'apache-arrow/fb/key-value';
import { type Builder, Encoding, type Offset } from 'flatbuffers';

/** A table with keys and values: a footer, a message, a schema or a field. */
interface HasMetadata {
  customMetadata(index: number): KeyValue | null;
  customMetadataLength(): number;
}

/** Writes the keys and values again, byte for byte; returns the vector, or 0 where there are none. */
export function copyMetadata(
  builder: Builder,
  table: HasMetadata,
  createVector: (builder: Builder, entries: Offset[]) => Offset,
): Offset {
  const count = table.customMetadataLength();
  if (count === 0) return 0;
  const entries: Offset[] = [];
  for (let i = 0; i < count; i++) {
    const entry = table.customMetadata(i)!;
    const key = entry.key(Encoding.UTF8_BYTES);
    const value = entry.value(Encoding.UTF8_BYTES);
    const keyOffset = key === null ? 0 : builder.createString(key);
    const valueOffset = value === null ? 0 : builder.createString(value);
    entries.push(KeyValue.createKeyValue(builder, keyOffset, valueOffset));
  }
  return createVector(builder, entries);
}
