/**
 * The writing side of Parquet: column chunks that no job writes are copied byte for byte, or are there already, results
 * are written as pages, and the footer is the input's with what has moved or changed.
 */
import type { EncodingOption } from '../../abi/pages.js';
import type { TaskResult } from '../../abi/task.js';
import type { Job } from '../../plan/job.js';
import type { Load } from '../../slab/load.js';
import type { Spool, WritableFile } from '../../storage/file.js';
import type { Sink, SourcePartition } from '../format.js';
import { Appender } from './appender.js';
import { type CodecChoice, codecByName, codecLike } from './codec-choice.js';
import { CopiedRowGroup } from './copied-row-group.js';
import { Codec, ColumnChunk, ColumnMetaData, RowGroup } from './definitions.js';
import { FooterWriter } from './footer-writer.js';
import { createOutputLeaf, type OutputLeaf } from './output-leaf.js';
import { PageStore } from './page-store.js';
import type { PagedRowGroup, PagedRowGroupOptions } from './paged-row-group.js';
import { RowGroupPartition } from './partition.js';
import type { ParquetPiece } from './piece.js';
import type { Leaf } from './schema.js';
import type { ParquetSource } from './source.js';

export interface ParquetSinkOptions {
  readonly source: ParquetSource;
  readonly jobs: readonly Job[];
  /** The slab's bytes. */
  readonly memory: Uint8Array;
  readonly file: WritableFile;
  /** Bytes of the input, all column chunks among them, that the file has already where the input has them. @default 0 */
  readonly keptByteLength?: number;
  /** Codec of the result columns; untouched ones keep theirs. */
  readonly compression: 'sameAsInput' | { readonly codec: string; readonly level: number | undefined };
  /** Of the values of results. @default auto */
  readonly encoding?: EncodingOption;
  /** Whether result pages carry a CRC-32. */
  readonly pageChecksum?: boolean;
  /** Of each slot of the slab. */
  readonly slotByteLength: number;
  /** Memory for pages that can't be written yet; more goes to a spool. */
  readonly windowByteLength: number;
  readonly openSpool: () => Spool;
}

/** What a Parquet file begins and ends with. */
export const MAGIC = new TextEncoder().encode('PAR1');

export class ParquetSink implements Sink<ParquetPiece> {
  /** Column chunks follow one another, so loads are written in the order described. */
  readonly ordered = true;
  readonly readsSlots = true;
  protected readonly options: ParquetSinkOptions;
  protected readonly footer: FooterWriter;
  readonly #leaves: readonly OutputLeaf[];
  readonly #store: PageStore;
  readonly #appender: Appender;

  /** @throws LW_UNSUPPORTED_OPTION where Parquet can't hold an output, or isn't written with the codec */
  constructor(options: ParquetSinkOptions) {
    const { source, jobs, file } = options;
    this.options = options;
    const choose = createCodecChooser(options);
    const { encoding = 'auto' } = options;
    this.#leaves = jobs.flatMap((job) =>
      job.outputs.map((output) => createOutputLeaf(output, job, { schema: source.schema, choose, encoding })),
    );
    const { keptByteLength = 0 } = options;
    this.footer = new FooterWriter({ source, jobs, leaves: this.#leaves, keptByteLength });
    this.#store = new PageStore(options.windowByteLength, options.openSpool);
    this.#appender = new Appender(file, keptByteLength);
    if (keptByteLength === 0) this.#appender.append([MAGIC]);
  }

  async begin(partition: SourcePartition): Promise<PagedRowGroup> {
    if (!(partition instanceof RowGroupPartition)) throw new RangeError('the partition is no row group');
    const { slotByteLength, keptByteLength = 0 } = this.options;
    return new CopiedRowGroup({
      ...this.rowGroupOptions(),
      partition,
      isKept: keptByteLength > 0,
      slotByteLength,
      onEnd: (chunks) => this.footer.addRowGroup(partition, chunks),
    });
  }

  /** What row groups of any kind are made with. */
  protected rowGroupOptions(): Omit<PagedRowGroupOptions, 'partition'> {
    const { source, jobs, memory, pageChecksum = false } = this.options;
    const { file } = source;
    return {
      file,
      jobs,
      leaves: this.#leaves,
      memory,
      pageChecksum,
      store: this.#store,
      appender: this.#appender,
    };
  }

  write(load: Load<ParquetPiece>, results: readonly TaskResult[]): void {
    for (const piece of load.pieces) piece.rowGroup.write(piece, results);
    this.#appender.flush();
  }

  async finish(): Promise<void> {
    await this.footer.write(this.#appender);
    this.#appender.append([MAGIC]);
    this.#appender.flush();
  }

  close(): void {
    this.#store.close();
  }
}

/** A replaced column keeps its codec; new ones take the one that most columns have. */
function createCodecChooser({ source, compression }: ParquetSinkOptions): (replaces: Leaf | undefined) => CodecChoice {
  if (compression !== 'sameAsInput') {
    const choice = codecByName(compression.codec, compression.level);
    return () => choice;
  }
  const codecs = (source.footer.rowGroups[0]?.structs(RowGroup.columns) ?? []).map(
    (chunk) => chunk.struct(ColumnChunk.metaData)?.integer(ColumnMetaData.codec) ?? Codec.uncompressed,
  );
  const counts = new Map<number, number>();
  for (const codec of codecs) counts.set(codec, (counts.get(codec) ?? 0) + 1);
  const [mostCommon] = [...counts].sort(([, a], [, b]) => b - a)[0] ?? [Codec.snappy];
  return (replaces) => codecLike((replaces === undefined ? undefined : codecs[replaces.index]) ?? mostCommon);
}
