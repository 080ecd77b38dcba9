import { LanewiseError } from '../../errors.js';
import type { DictionaryMessage } from './batch.js';
import { HEAD_BYTE_LENGTH, MAGIC, type MessageBlock } from './footer.js';
import { buildFooter } from './footer-writer.js';
import { ArrowSink, type ArrowSinkOptions } from './sink.js';

/** The Arrow file format (Feather V2): messages between magics, and a footer with their places. */
export class ArrowFileSink extends ArrowSink {
  readonly #dictionaries: MessageBlock[] = [];
  readonly #recordBatches: MessageBlock[] = [];
  readonly #dictionaryIds = new Set<number>();

  constructor(options: ArrowSinkOptions) {
    super(options);
    const head = new Uint8Array(HEAD_BYTE_LENGTH);
    head.set(MAGIC);
    this.file.write([head], 0);
    this.position = HEAD_BYTE_LENGTH;
    this.writeSchema();
  }

  protected async writeEnd(): Promise<void> {
    const { arrowSchema, footer } = this.source;
    const bytes = buildFooter(arrowSchema, this.jobs, this.#dictionaries, this.#recordBatches, footer, this.version);
    this.file.write([bytes], this.position);
  }

  protected addBlock(kind: 'dictionary' | 'recordBatch', block: MessageBlock): void {
    (kind === 'dictionary' ? this.#dictionaries : this.#recordBatches).push(block);
  }

  protected checkDictionary({ id, isDelta }: DictionaryMessage): void {
    if (this.#dictionaryIds.has(id) && !isDelta) {
      throw new LanewiseError(
        'LW_UNSUPPORTED_OPTION',
        `the input replaces dictionary ${id} on the way, which the Arrow file format can't hold; write the stream format (.arrows)`,
      );
    }
    this.#dictionaryIds.add(id);
  }
}
