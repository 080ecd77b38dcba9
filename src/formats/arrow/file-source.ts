import { MessageHeader } from 'apache-arrow/fb/message-header';
import type { Job } from '../../plan/job.js';
import type { Schema } from '../../plan/schema.js';
import type { ReadableFile } from '../../storage/file.js';
import type { SourceDescription } from '../format.js';
import { ArrowPartition, type DictionaryMessage, dictionaryMessage } from './batch.js';
import type { BufferExpander } from './buffer-expander.js';
import type { BodyCodec, BufferRange } from './compression.js';
import { describeArrow, messageRowCount } from './describe.js';
import { type ArrowFooter, type MessageBlock, readFooter } from './footer.js';
import { type ArrowMessage, METADATA_BYTE_LENGTH_MAX, metadataRange, parseMessage } from './message.js';
import type { ArrowSchema } from './schema.js';
import { wantedSlotByteLength } from './slot-need.js';
import type { ArrowSource } from './source.js';

/** The Arrow file format: messages are found from the footer at the file's end. */
export class ArrowFileSource implements ArrowSource {
  readonly form = 'file';
  readonly waits = false;
  readonly footer: ArrowFooter;
  readonly arrowSchema: ArrowSchema;
  readonly schema: Schema;
  readonly codec: BodyCodec | undefined;
  readonly #file: ReadableFile;
  readonly #expander: BufferExpander;
  readonly #first: ArrowPartition | undefined;
  #next = 0;
  #dictionariesTaken = false;

  /** @throws LW_CORRUPT_INPUT, LW_UNSUPPORTED_INPUT */
  constructor(file: ReadableFile, expander: BufferExpander) {
    this.#file = file;
    this.#expander = expander;
    this.footer = readFooter(file);
    this.arrowSchema = this.footer.schema;
    this.schema = this.arrowSchema.schema;
    this.#first = this.#partition(0, []);
    this.codec = this.#first?.codec;
  }

  async next(): Promise<ArrowPartition | undefined> {
    const index = this.#next;
    if (index >= this.footer.recordBatches.length) return undefined;
    this.#next++;
    const partition = this.#partition(index, this.takeDictionaries());
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
    if (this.#dictionariesTaken) return [];
    this.#dictionariesTaken = true;
    return this.footer.dictionaries.map((block, index) => {
      const message = this.#read(block, `dictionary batch ${index}`, MessageHeader.DictionaryBatch);
      return dictionaryMessage(message, this.#body(block, message));
    });
  }

  async describe(): Promise<SourceDescription> {
    const rowCounts = this.footer.recordBatches.map((block, index) =>
      messageRowCount(this.#read(block, `record batch ${index}`, MessageHeader.RecordBatch)),
    );
    return describeArrow('Arrow IPC file', this.arrowSchema, this.codec, rowCounts);
  }

  async close(): Promise<void> {
    this.#expander.close();
    this.#file.close();
  }

  #partition(index: number, dictionaries: readonly DictionaryMessage[]): ArrowPartition | undefined {
    const block = this.footer.recordBatches[index];
    if (block === undefined) return undefined;
    const message = this.#read(block, `record batch ${index}`, MessageHeader.RecordBatch);
    return new ArrowPartition(this.arrowSchema, message, this.#body(block, message), dictionaries, this.#expander);
  }

  #read(block: MessageBlock, what: string, headerType: MessageHeader): ArrowMessage {
    const description = `${what} of ${this.#file.name}`;
    const bytes = new Uint8Array(Math.min(block.metadataByteLength, METADATA_BYTE_LENGTH_MAX));
    this.#file.read(bytes, block.position);
    const { start, end } = metadataRange(bytes, description);
    const message = parseMessage(bytes.subarray(start, end), description);
    if (message.headerType !== headerType) {
      throw message.buffer.damaged(`it is a message of type ${message.headerType}, not ${headerType}`);
    }
    if (message.bodyByteLength > block.bodyByteLength) {
      throw message.buffer.damaged(
        `its body has ${message.bodyByteLength} bytes, in the footer ${block.bodyByteLength}`,
      );
    }
    return message;
  }

  #body(block: MessageBlock, message: ArrowMessage): BufferRange {
    const position = block.position + block.metadataByteLength;
    return { file: this.#file, position, byteLength: message.bodyByteLength };
  }
}
