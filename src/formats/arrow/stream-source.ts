import { MessageHeader } from 'apache-arrow/fb/message-header';
import type { Job } from '../../plan/job.js';
import type { Schema } from '../../plan/schema.js';
import type { ReadableFile } from '../../storage/file.js';
import type { SourceDescription } from '../format.js';
import { ArrowPartition, type DictionaryMessage, dictionaryMessage } from './batch.js';
import type { BufferExpander } from './buffer-expander.js';
import type { BodyCodec, BufferRange } from './compression.js';
import { describeArrow, messageRowCount } from './describe.js';
import { type ArrowMessage, parseMessage } from './message.js';
import type { ArrowSchema } from './schema.js';
import { wantedSlotByteLength } from './slot-need.js';
import type { ArrowSource } from './source.js';
import { cutOff, parsePrefix, streamSchema } from './stream-messages.js';

/** A message with the place of its body. */
export interface StreamedMessage {
  readonly message: ArrowMessage;
  readonly body: BufferRange;
}

/** Messages one behind the other, from a file or from a pipe. */
export interface MessageReader {
  readonly name: string;
  /** Whether `next` may wait for whoever makes the input. */
  readonly waits: boolean;
  /** The next message, `undefined` at the end. What came before may be overwritten, but for dictionaries' bodies. */
  next(): Promise<StreamedMessage | undefined>;
  /** A reader of the same messages from the first on, or `undefined` where they can't be read again. */
  again(): MessageReader | undefined;
  close(): void;
}

/** The Arrow stream format. */
export class ArrowStreamSource implements ArrowSource {
  readonly form = 'stream';
  readonly footer = undefined;
  readonly arrowSchema: ArrowSchema;
  readonly codec: BodyCodec | undefined;
  readonly #reader: MessageReader;
  readonly #expander: BufferExpander;
  /** Dictionary batches read ahead of their record batch. */
  #dictionaries: DictionaryMessage[] = [];
  #first: ArrowPartition | undefined;

  /** Reads up to the first record batch. @throws LW_CORRUPT_INPUT, LW_UNSUPPORTED_INPUT */
  static async open(reader: MessageReader, expander: BufferExpander): Promise<ArrowStreamSource> {
    const first = await reader.next();
    const source = new ArrowStreamSource(reader, streamSchema(first?.message, reader.name), expander);
    return source.#readFirst();
  }

  private constructor(reader: MessageReader, schema: ArrowSchema, expander: BufferExpander, first?: ArrowPartition) {
    this.#reader = reader;
    this.#expander = expander;
    this.arrowSchema = schema;
    this.#first = first;
    this.codec = first?.codec;
  }

  get schema(): Schema {
    return this.arrowSchema.schema;
  }

  get waits(): boolean {
    return this.#reader.waits;
  }

  async next(): Promise<ArrowPartition | undefined> {
    const partition = this.#first ?? (await this.#read());
    this.#first = undefined;
    await this.#expander.prepare(partition);
    return partition;
  }

  wantedSlotByteLength(jobs: readonly Job[]): number {
    return wantedSlotByteLength(this.#first, jobs);
  }

  useSlots(slotByteLength: number, jobs: readonly Job[]): void {
    this.#expander.useSlots(slotByteLength, jobs);
  }

  takeDictionaries(): readonly DictionaryMessage[] {
    const dictionaries = this.#dictionaries;
    this.#dictionaries = [];
    return dictionaries;
  }

  async describe(): Promise<SourceDescription> {
    return describeArrow('Arrow IPC stream', this.arrowSchema, this.codec, await countRows(this.#reader.again()));
  }

  async close(): Promise<void> {
    this.#expander.close();
    this.#reader.close();
  }

  async #readFirst(): Promise<ArrowStreamSource> {
    const first = await this.#read();
    const source = new ArrowStreamSource(this.#reader, this.arrowSchema, this.#expander, first);
    source.#dictionaries = this.#dictionaries;
    return source;
  }

  async #read(): Promise<ArrowPartition | undefined> {
    for (;;) {
      const next = await this.#reader.next();
      if (next === undefined) return undefined;
      const { message, body } = next;
      switch (message.headerType) {
        case MessageHeader.RecordBatch:
          return new ArrowPartition(this.arrowSchema, message, body, this.takeDictionaries(), this.#expander);
        case MessageHeader.DictionaryBatch:
          this.#dictionaries.push(dictionaryMessage(message, body));
          break;
        default:
          throw message.buffer.damaged(`a message of type ${message.headerType} among record batches`);
      }
    }
  }
}

async function countRows(reader: MessageReader | undefined): Promise<readonly number[] | undefined> {
  if (reader === undefined) return undefined;
  const rowCounts: number[] = [];
  for (let next = await reader.next(); next !== undefined; next = await reader.next()) {
    if (next.message.headerType === MessageHeader.RecordBatch) rowCounts.push(messageRowCount(next.message));
  }
  return rowCounts;
}

/** What is read of a message at first: most metadata fits, and comes in one call. */
const HEAD_BYTE_LENGTH = 4096;

/** The messages of a stream in a file. */
export class FileMessageReader implements MessageReader {
  readonly waits = false;
  readonly #file: ReadableFile;
  readonly #head = new Uint8Array(HEAD_BYTE_LENGTH);
  #position = 0;
  #count = 0;

  constructor(file: ReadableFile) {
    this.#file = file;
  }

  get name(): string {
    return this.#file.name;
  }

  async next(): Promise<StreamedMessage | undefined> {
    const file = this.#file;
    const position = this.#position;
    const left = file.byteLength - position;
    if (left < 4) return undefined;
    const head = this.#head.subarray(0, Math.min(HEAD_BYTE_LENGTH, left));
    file.read(head, position);
    const view = new DataView(head.buffer, 0, head.length);
    const second = left < 8 ? 0 : view.getUint32(4, true);
    const { prefixByteLength, metadataByteLength } = parsePrefix(view.getUint32(0, true), second, file.name, position);
    if (metadataByteLength === 0) return undefined;
    const bodyPosition = position + prefixByteLength + metadataByteLength;
    if (bodyPosition > file.byteLength) throw cutOff(file.name, position, bodyPosition - position, left);
    const metadata = new Uint8Array(metadataByteLength);
    if (prefixByteLength + metadataByteLength <= head.length) {
      metadata.set(head.subarray(prefixByteLength, prefixByteLength + metadataByteLength));
    } else file.read(metadata, position + prefixByteLength);
    const message = parseMessage(metadata, `message ${this.#count++} of ${file.name}`);
    const end = bodyPosition + message.bodyByteLength;
    if (end > file.byteLength) {
      throw cutOff(file.name, bodyPosition, message.bodyByteLength, file.byteLength - bodyPosition);
    }
    this.#position = end;
    return { message, body: { file, position: bodyPosition, byteLength: message.bodyByteLength } };
  }

  again(): FileMessageReader {
    return new FileMessageReader(this.#file);
  }

  close(): void {
    this.#file.close();
  }
}
