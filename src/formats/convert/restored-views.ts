/**
 * String and binary views of a Parquet file that was made of Arrow with such columns. The library decodes them to strings
 * whose bytes stand one behind the other; with a view of each value before them, the same bytes are a view column:
 *
 *     | length | the value, up to 12 bytes             |     16 bytes
 *     | length | its first 4 | buffer: 0 | its start    |
 *
 * https://arrow.apache.org/docs/format/Columnar.html#variable-size-binary-view-layout
 */
import type { Field } from 'apache-arrow/fb/field';
import { MessageHeader } from 'apache-arrow/fb/message-header';
import { RecordBatch } from 'apache-arrow/fb/record-batch';
import { Type } from 'apache-arrow/fb/type';
import { MemoryFile } from '../../storage/memory-file.js';
import { readBuffers, readNodes, readRowCount } from '../arrow/batch-reader.js';
import type { BufferRange } from '../arrow/compression.js';
import { PREFIX_BYTE_LENGTH, parseMessage } from '../arrow/message.js';
import { assembleMessage } from '../arrow/message-assembly.js';
import type { ArrowSchema } from '../arrow/schema.js';
import { streamSchema } from '../arrow/stream-messages.js';
import type { StreamedMessage } from '../arrow/stream-source.js';
import { bufferCountOf, isView } from '../arrow/types.js';

const VIEW_BYTE_LENGTH = 16;
const INLINE_BYTE_LENGTH_MAX = 12;
const OFFSET_BYTE_LENGTH = 4;
/** Place of a field's type code in a flatbuffer's vtable. */
const TYPE_VTABLE_OFFSET = 8;

/** What a decoded type is a view of. Neither it nor the view has parameters, so that one's code may stand for the other's. */
const VIEW_TYPES: Partial<Record<Type, Type>> = { [Type.Utf8]: Type.Utf8View, [Type.Binary]: Type.BinaryView };

/** A field that is decoded to strings; its node, and its first buffer of three, are counted as in `Place`. */
interface RestoredField {
  readonly field: Field;
  readonly node: number;
  readonly buffer: number;
}

export class RestoredViews {
  readonly #decoded: ArrowSchema;
  readonly #fields: readonly RestoredField[];

  /**
   * @param message the schema that the library decodes to
   * @param stored the schema of the file that the Parquet file was made of
   * @returns `undefined` where there are no views in it
   */
  static of({ message }: StreamedMessage, stored: ArrowSchema): RestoredViews | undefined {
    const decoded = streamSchema(message, message.buffer.description);
    const fields = restoredFields(decoded, stored);
    return fields.length === 0 ? undefined : new RestoredViews(decoded, fields);
  }

  private constructor(decoded: ArrowSchema, fields: readonly RestoredField[]) {
    this.#decoded = decoded;
    this.#fields = fields;
  }

  /** The library's message with views in it, if it is one to have some. */
  restore(streamed: StreamedMessage): StreamedMessage {
    switch (streamed.message.headerType) {
      case MessageHeader.Schema:
        return this.#schema(streamed);
      case MessageHeader.RecordBatch:
        return this.#recordBatch(streamed);
      default:
        return streamed;
    }
  }

  #schema({ message: { metadata, buffer }, body }: StreamedMessage): StreamedMessage {
    const changed = metadata.slice();
    for (const { field } of this.#fields) {
      const type = VIEW_TYPES[field.typeType()];
      if (type !== undefined) changed[field.bb_pos + buffer.__offset(field.bb_pos, TYPE_VTABLE_OFFSET)] = type;
    }
    return { message: parseMessage(changed, buffer.description), body };
  }

  #recordBatch({ message, body }: StreamedMessage): StreamedMessage {
    const header: RecordBatch | null = message.message.header(new RecordBatch());
    if (header === null) throw message.buffer.damaged('the record batch is absent');
    const rowCount = readRowCount(message, header);
    const nodes = readNodes(this.#decoded, message, header, rowCount);
    const places = readBuffers(message, header, this.#decoded.bufferCount, body.byteLength);
    const range = (buffer: number): BufferRange => ({
      file: body.file,
      position: body.position + (places[2 * buffer] ?? 0),
      byteLength: places[2 * buffer + 1] ?? 0,
    });
    const buffers: BufferRange[] = [];
    const variadicCounts: bigint[] = [];
    let next = 0;
    const takeTo = (end: number): void => {
      for (; next < end; next++) buffers.push(range(next));
    };
    for (const { node, buffer } of this.#fields) {
      takeTo(buffer + 1);
      const values = range(buffer + 2);
      const { views, areAllInline } = viewsOf(bytesOf(range(buffer + 1)), bytesOf(values), nodes[2 * node] ?? 0);
      buffers.push({ file: new MemoryFile('views', views), position: 0, byteLength: views.length });
      if (!areAllInline) buffers.push(values);
      variadicCounts.push(areAllInline ? 0n : 1n);
      next = buffer + 3;
    }
    takeTo(this.#decoded.bufferCount);
    const assembled = assembleMessage(
      nodes,
      buffers,
      variadicCounts,
      rowCount,
      MessageHeader.RecordBatch,
      (_, recordBatch) => recordBatch,
    );
    const { metadata, body: bytes } = assembled;
    return {
      message: parseMessage(metadata.subarray(PREFIX_BYTE_LENGTH), message.buffer.description),
      body: { file: new MemoryFile(body.file.name, bytes), position: 0, byteLength: bytes.length },
    };
  }
}

/** The fields that are strings in one schema and views in the other, in the order of their buffers. */
function restoredFields(decoded: ArrowSchema, stored: ArrowSchema): readonly RestoredField[] {
  const fields: RestoredField[] = [];
  let node = 0;
  let buffer = 0;
  const walk = (field: Field, other: Field | undefined): void => {
    const hasDictionary = field.dictionary() !== null;
    const isRestored = other !== undefined && isView(other) && VIEW_TYPES[field.typeType()] === other.typeType();
    if (isRestored && !hasDictionary) fields.push({ field, node, buffer });
    node++;
    buffer += bufferCountOf(field, decoded.version) ?? 0;
    if (hasDictionary) return;
    const otherLength = other?.childrenLength() ?? 0;
    for (let i = 0; i < field.childrenLength(); i++) {
      walk(field.children(i)!, i < otherLength ? (other?.children(i) ?? undefined) : undefined);
    }
  };
  const storedLength = stored.table.fieldsLength();
  for (let i = 0; i < decoded.table.fieldsLength(); i++) {
    walk(decoded.table.fields(i)!, i < storedLength ? (stored.table.fields(i) ?? undefined) : undefined);
  }
  return fields;
}

/** @param offsets where each of `count` values starts in `values`, and where the last one ends */
function viewsOf(
  offsets: Uint8Array,
  values: Uint8Array,
  count: number,
): { readonly views: Uint8Array; readonly areAllInline: boolean } {
  const starts = new DataView(offsets.buffer);
  const views = new Uint8Array(VIEW_BYTE_LENGTH * count);
  const words = new DataView(views.buffer);
  let areAllInline = true;
  for (let index = 0; index < count; index++) {
    const start = starts.getInt32(OFFSET_BYTE_LENGTH * index, true);
    const byteLength = starts.getInt32(OFFSET_BYTE_LENGTH * (index + 1), true) - start;
    const at = VIEW_BYTE_LENGTH * index;
    words.setInt32(at, byteLength, true);
    const isInline = byteLength <= INLINE_BYTE_LENGTH_MAX;
    const shown = isInline ? byteLength : 4;
    for (let byte = 0; byte < shown; byte++) views[at + 4 + byte] = values[start + byte]!;
    if (isInline) continue;
    words.setInt32(at + 12, start, true);
    areAllInline = false;
  }
  return { views, areAllInline };
}

function bytesOf({ file, position, byteLength }: BufferRange): Uint8Array {
  const bytes = new Uint8Array(byteLength);
  file.read(bytes, position);
  return bytes;
}
