import { MessageHeader } from 'apache-arrow/fb/message-header';
import type { ByteReader, Spool } from '../../storage/file.js';
import { MemoryFile } from '../../storage/memory-file.js';
import type { BufferRange } from './compression.js';
import { CONTINUATION, parseMessage } from './message.js';
import type { ArrowSourceOptions } from './options.js';
import { cutOff, parsePrefix } from './stream-messages.js';
import type { MessageReader, StreamedMessage } from './stream-source.js';

/** What goes to a spool goes there in pieces of this size. */
const PIECE_BYTE_LENGTH = 1 << 20;

/** Room for the body of a record batch, used again for the one after the next. */
interface BodyStore {
  window: Uint8Array;
  /** For a body that is larger than the window may be. */
  spool: Spool | undefined;
}

/**
 * The messages of a stream that comes through a pipe. A record batch's body is kept, in memory or in a temporary file,
 * until the next message is asked for; meanwhile that one is read. Bodies of dictionaries are kept for good.
 */
export class PipeMessageReader implements MessageReader {
  readonly waits = true;
  readonly #reader: ByteReader;
  readonly #options: ArrowSourceOptions;
  readonly #spools: Spool[] = [];
  readonly #prefix = new Uint8Array(4);
  readonly #windowByteLengthMax: number;
  /** Of the message that was asked for last, and of the one that is being read. */
  readonly #stores: [BodyStore, BodyStore] = [createStore(), createStore()];
  #ahead: Promise<StreamedMessage | undefined> | undefined;
  #position = 0;
  #count = 0;

  constructor(reader: ByteReader, options: ArrowSourceOptions) {
    this.#reader = reader;
    this.#options = options;
    this.#windowByteLengthMax = Math.floor(options.windowByteLength / this.#stores.length);
  }

  get name(): string {
    return this.#reader.name;
  }

  async next(): Promise<StreamedMessage | undefined> {
    const next = await (this.#ahead ?? this.#read());
    this.#ahead = next === undefined ? undefined : this.#read();
    // Whoever asks for it hears of its failure; it may be that nobody does.
    this.#ahead?.catch(() => {});
    return next;
  }

  again(): undefined {
    return undefined;
  }

  close(): void {
    this.#reader.close();
    for (const spool of this.#spools) spool.close();
    this.#spools.length = 0;
  }

  async #read(): Promise<StreamedMessage | undefined> {
    const { name } = this.#reader;
    const start = this.#position;
    const first = await this.#readUint32(start);
    if (first === undefined) return undefined;
    const second = first === CONTINUATION ? ((await this.#readUint32(undefined)) ?? 0) : undefined;
    const { metadataByteLength } = parsePrefix(first, second, name, start);
    if (metadataByteLength === 0) return undefined;
    const metadata = await this.#readMetadata(metadataByteLength);
    const message = parseMessage(metadata, `message ${this.#count++} of ${name}`);
    const isKept = message.headerType === MessageHeader.DictionaryBatch;
    return { message, body: await this.#readBody(message.bodyByteLength, isKept) };
  }

  /** @param start of the message, where the stream may end; `undefined` within one, where it may not */
  async #readUint32(start: number | undefined): Promise<number | undefined> {
    const count = await this.#reader.read(this.#prefix);
    if (count === 0 && start !== undefined) return undefined;
    if (count < 4) throw cutOff(this.name, this.#position, 4, count);
    this.#position += 4;
    return new DataView(this.#prefix.buffer).getUint32(0, true);
  }

  /** Grows with what comes, since the length may be anything in a damaged stream. */
  async #readMetadata(byteLength: number): Promise<Uint8Array> {
    let metadata = new Uint8Array(Math.min(byteLength, PIECE_BYTE_LENGTH));
    await this.#fill(metadata);
    while (metadata.length < byteLength) {
      const grown = new Uint8Array(Math.min(byteLength, 2 * metadata.length));
      grown.set(metadata);
      await this.#fill(grown.subarray(metadata.length));
      metadata = grown;
    }
    return metadata;
  }

  async #readBody(byteLength: number, isKept: boolean): Promise<BufferRange> {
    const store = isKept ? createStore() : this.#takeStore();
    if (byteLength > this.#windowByteLengthMax) return this.#spoolBody(byteLength, store);
    if (byteLength > store.window.length) {
      const wanted = isKept ? byteLength : Math.ceil(byteLength * 1.25);
      store.window = new Uint8Array(Math.min(this.#windowByteLengthMax, wanted));
    }
    const bytes = store.window.subarray(0, byteLength);
    await this.#fill(bytes);
    return { file: new MemoryFile(this.name, bytes), position: 0, byteLength };
  }

  async #spoolBody(byteLength: number, store: BodyStore): Promise<BufferRange> {
    store.spool ??= this.#openSpool();
    const piece = new Uint8Array(PIECE_BYTE_LENGTH);
    for (let position = 0; position < byteLength; position += piece.length) {
      const bytes = piece.subarray(0, Math.min(piece.length, byteLength - position));
      await this.#fill(bytes);
      store.spool.write([bytes], position);
    }
    return { file: store.spool, position: 0, byteLength };
  }

  /** The store of the message before the last one: nobody reads it any more. */
  #takeStore(): BodyStore {
    this.#stores.reverse();
    return this.#stores[0];
  }

  #openSpool(): Spool {
    const spool = this.#options.openSpool();
    this.#spools.push(spool);
    return spool;
  }

  async #fill(bytes: Uint8Array): Promise<void> {
    const count = await this.#reader.read(bytes);
    if (count < bytes.length) throw cutOff(this.name, this.#position, bytes.length, count);
    this.#position += count;
  }
}

function createStore(): BodyStore {
  return { window: new Uint8Array(0), spool: undefined };
}
