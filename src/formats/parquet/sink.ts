/**
 * The writing side of Parquet: column chunks that no job writes are copied byte for byte, or are there already, results
 * are written as pages, and the footer is the input's with what has moved or changed.
 */
import type { TaskResult } from '../../abi/task.js';
import type { Job } from '../../plan/job.js';
import type { Load } from '../../slab/load.js';
import type { Spool, WritableFile } from '../../storage/file.js';
import type { Sink, SourcePartition } from '../format.js';
import { Appender } from './appender.js';
import { type CodecChoice, codecByName, codecLike } from './codec-choice.js';
import { CopiedRowGroup } from './copied-row-group.js';
import { Codec, ColumnChunk, ColumnMetaData, RowGroup } from './definitions.js';
import type { EncodingOption } from './encoding-choice.js';
import { FooterWriter } from './footer-writer.js';
import { createOutputLeaf, type OutputLeaf } from './output-leaf.js';
import { PageStore } from './page-store.js';
import { RowGroupPartition } from './partition.js';
import type { ParquetPiece } from './piece.js';
import { RecutPartition } from './recut-partition.js';
import { RecutRowGroup } from './recut-row-group.js';
import type { Leaf } from './schema.js';
import type { ParquetSource } from './source.js';
import { type StatedPages, scanStatedPages } from './stated-pages.js';

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
  readonly #options: ParquetSinkOptions;
  readonly #leaves: readonly OutputLeaf[];
  readonly #footer: FooterWriter;
  readonly #store: PageStore;
  readonly #appender: Appender;
  readonly #pages = new WeakMap<RowGroupPartition, Map<number, StatedPages>>();

  /** @throws LW_UNSUPPORTED_OPTION where Parquet can't hold an output, or isn't written with the codec */
  constructor(options: ParquetSinkOptions) {
    const { source, jobs, file } = options;
    this.#options = options;
    const choose = createCodecChooser(options);
    const { encoding = 'auto' } = options;
    this.#leaves = jobs.flatMap((job) =>
      job.outputs.map((output) => createOutputLeaf(output, job, { schema: source.schema, choose, encoding })),
    );
    const { keptByteLength = 0 } = options;
    this.#footer = new FooterWriter({ source, jobs, leaves: this.#leaves, keptByteLength });
    this.#store = new PageStore(options.windowByteLength, options.openSpool);
    this.#appender = new Appender(file, keptByteLength);
    if (keptByteLength === 0) this.#appender.append([MAGIC]);
  }

  async begin(partition: SourcePartition): Promise<CopiedRowGroup | RecutRowGroup> {
    const { source, jobs, memory, slotByteLength, pageChecksum = false, keptByteLength = 0 } = this.#options;
    const common = {
      file: source.file,
      jobs,
      leaves: this.#leaves,
      memory,
      pageChecksum,
      store: this.#store,
      appender: this.#appender,
    };
    if (partition instanceof RowGroupPartition) {
      return new CopiedRowGroup({
        ...common,
        partition,
        isKept: keptByteLength > 0,
        slotByteLength,
        onEnd: (chunks) => this.#footer.addRowGroup(partition, chunks),
      });
    }
    if (!(partition instanceof RecutPartition)) throw new RangeError('the partition is of no row group');
    return new RecutRowGroup({
      ...common,
      partition,
      schema: source.schema,
      reader: await source.pageReader(),
      pagesOf: this.#pagesOf,
      onEnd: (writers) => this.#footer.addRecutRowGroup(partition, writers),
    });
  }

  /** The pages of an untouched leaf; those of a row group that is cut are asked for again. */
  readonly #pagesOf = (partition: RowGroupPartition, leaf: Leaf): StatedPages => {
    const chunk = partition.chunks[leaf.index];
    if (chunk === undefined) throw new RangeError(`no column chunk ${leaf.index}`);
    const known = this.#pages.get(partition) ?? new Map<number, StatedPages>();
    const pages = known.get(leaf.index) ?? scanStatedPages(this.#options.source.file, chunk, leaf, partition.rowCount);
    this.#pages.set(partition, known.set(leaf.index, pages));
    return pages;
  };

  write(load: Load<ParquetPiece>, results: readonly TaskResult[]): void {
    for (const piece of load.pieces) piece.rowGroup.write(piece, results);
    this.#appender.flush();
  }

  async finish(): Promise<void> {
    await this.#footer.write(this.#appender);
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
