/** A Parquet file read as Arrow, for an output that is. */
import type { Job } from '../../plan/job.js';
import type { Schema } from '../../plan/schema.js';
import type { ArrowPartition, DictionaryMessage } from '../arrow/batch.js';
import { BufferExpander } from '../arrow/buffer-expander.js';
import type { BodyCodec } from '../arrow/compression.js';
import type { ArrowSourceOptions } from '../arrow/options.js';
import type { ArrowSchema } from '../arrow/schema.js';
import type { ArrowSource } from '../arrow/source.js';
import { ArrowStreamSource } from '../arrow/stream-source.js';
import type { SourceDescription } from '../format.js';
import type { ParquetSource } from '../parquet/source.js';
import { ParquetLibrary } from './parquet-library.js';
import { ParquetMessageReader } from './parquet-messages.js';

export interface ParquetAsArrowOptions extends ArrowSourceOptions {
  readonly memoryBytes: number;
  /** What the output is: a file holds one dictionary for each column, a stream another one with each record batch. */
  readonly form: 'file' | 'stream';
}

export class ParquetAsArrowSource implements ArrowSource {
  readonly form = 'stream';
  readonly footer = undefined;
  readonly waits = false;
  readonly #parquet: ParquetSource;
  readonly #arrow: ArrowStreamSource;

  /**
   * Takes the file over from the source; decodes its first record batch.
   * @throws LW_UNSUPPORTED_INPUT, LW_CORRUPT_INPUT; LW_MEMORY_BUDGET where a row group is larger than the budget
   */
  static async open(parquet: ParquetSource, options: ParquetAsArrowOptions): Promise<ParquetAsArrowSource> {
    const { file, footer } = parquet;
    const library = await ParquetLibrary.load();
    const open = (isOneBatch: boolean) =>
      ArrowStreamSource.open(
        new ParquetMessageReader(library, file, footer, { memoryBytes: options.memoryBytes, isOneBatch }),
        new BufferExpander(options),
      );
    const arrow = await open(false);
    if (options.form === 'stream' || !arrow.arrowSchema.hasDictionary) return new ParquetAsArrowSource(parquet, arrow);
    return new ParquetAsArrowSource(parquet, await open(true));
  }

  private constructor(parquet: ParquetSource, arrow: ArrowStreamSource) {
    this.#parquet = parquet;
    this.#arrow = arrow;
  }

  get schema(): Schema {
    return this.#arrow.schema;
  }

  get arrowSchema(): ArrowSchema {
    return this.#arrow.arrowSchema;
  }

  get codec(): BodyCodec | undefined {
    return this.#arrow.codec;
  }

  next(): Promise<ArrowPartition | undefined> {
    return this.#arrow.next();
  }

  wantedSlotByteLength(jobs: readonly Job[]): number {
    return this.#arrow.wantedSlotByteLength(jobs);
  }

  useSlots(slotByteLength: number, jobs: readonly Job[]): void {
    this.#arrow.useSlots(slotByteLength, jobs);
  }

  takeDictionaries(): readonly DictionaryMessage[] {
    return this.#arrow.takeDictionaries();
  }

  describe(): Promise<SourceDescription> {
    return this.#parquet.describe();
  }

  close(): Promise<void> {
    return this.#arrow.close();
  }
}
