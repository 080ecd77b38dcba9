import { MetadataVersion } from 'apache-arrow/fb/metadata-version';
import type { TaskResult } from '../../abi/task.js';
import { LanewiseError } from '../../errors.js';
import type { Job } from '../../plan/job.js';
import type { Load } from '../../slab/load.js';
import type { Spool, WritableFile } from '../../storage/file.js';
import type { CopyItem, Sink, SinkPartition, SourcePartition } from '../format.js';
import { AppendedPartition } from './appended-partition.js';
import type { AppendedPiece, AppendTarget } from './appended-piece.js';
import { ArrowPartition, type DictionaryMessage } from './batch.js';
import { BatchMessageWriter } from './batch-writer.js';
import type { BodyCompression } from './block-encoding.js';
import type { BufferRange } from './compression.js';
import type { MessageBlock } from './footer.js';
import { HoldingArea } from './holding-area.js';
import { type BatchLayout, layOut, outputBufferCount } from './layout.js';
import { frameMetadata } from './message.js';
import { PendingWrites } from './pending-writes.js';
import { BODY_ALIGNMENT, copyItem, type NullCountPiece, PlannedPartition } from './planned-partition.js';
import { buildSchemaMessage } from './schema-writer.js';
import type { ArrowSource } from './source.js';

export interface ArrowSinkOptions {
  readonly source: ArrowSource;
  readonly jobs: readonly Job[];
  /** All of the slab: pieces name their bytes by addresses in it. */
  readonly memory: Uint8Array;
  readonly file: WritableFile;
  /** How bodies are compressed; the input's way where it is `sameAsInput`. */
  readonly compression: 'sameAsInput' | 'none' | BodyCompression;
  /** Memory for what has been computed but can't be written yet. */
  readonly windowByteLength: number;
  /** Makes a temporary file for what is larger than that. */
  readonly openSpool: () => Spool;
}

export type ArrowPiece = NullCountPiece | AppendedPiece;

/** What dictionaries behind the last record batch are copied with. */
const COPY_BYTE_LENGTH = 1 << 20;

/**
 * Messages one behind the other, as both Arrow forms have them. Uncompressed, the place of every byte is known when a
 * partition begins, so that loads may be written in any order; compressed, one load decides where the next one goes.
 */
export abstract class ArrowSink implements Sink<ArrowPiece> {
  readonly ordered: boolean;
  readonly readsSlots: boolean;
  protected readonly source: ArrowSource;
  protected readonly jobs: readonly Job[];
  protected readonly file: WritableFile;
  protected readonly version: MetadataVersion;
  /** Where the next message begins. */
  protected position = 0;
  readonly #memory: Uint8Array;
  readonly #layout: BatchLayout;
  readonly #messages: BatchMessageWriter;
  readonly #pending: PendingWrites;
  readonly #target: AppendTarget | undefined;
  readonly #holding: HoldingArea;
  /** Compressed partitions that haven't been finished, the first of them perhaps in its place. */
  readonly #waiting: AppendedPartition[] = [];
  #placed: AppendedPartition | undefined;

  protected constructor(options: ArrowSinkOptions) {
    const { source, jobs, memory, file } = options;
    this.source = source;
    this.jobs = jobs;
    this.file = file;
    const compression = chooseCompression(options);
    this.ordered = compression !== undefined;
    this.readsSlots = this.ordered;
    this.#memory = memory;
    this.#layout = layOut(source.arrowSchema, jobs);
    this.version = chooseVersion(source, compression);
    this.#messages = new BatchMessageWriter(this.version, compression?.codec);
    this.#pending = new PendingWrites(file);
    this.#holding = new HoldingArea(options.windowByteLength, options.openSpool);
    this.#target = compression === undefined ? undefined : this.#appendTarget(compression);
  }

  async begin(partition: SourcePartition): Promise<SinkPartition<ArrowPiece>> {
    if (!(partition instanceof ArrowPartition)) throw new TypeError('an Arrow sink takes Arrow partitions');
    const layout = this.#layout;
    const template = this.#messages.template(partition, layout.nodes.length, outputBufferCount(layout, partition));
    if (this.#target !== undefined) {
      const { dictionaries } = partition;
      const appended = new AppendedPartition(layout, template, partition, dictionaries, this.#target);
      this.#waiting.push(appended);
      return appended;
    }
    const dictionaries = partition.dictionaries.map((dictionary) => this.#addDictionary(dictionary));
    const planned = new PlannedPartition(layout, template, partition, this.file, this.position, async (batch) => {
      this.file.write([this.#messages.frame(template, planned.metadataByteLength, batch)], planned.position);
      await this.onEnd(planned.position + planned.metadataByteLength + planned.bodyByteLength);
    });
    planned.items.unshift(...dictionaries);
    this.#addRecordBatch(planned);
    return planned;
  }

  write(load: Load<ArrowPiece>, results: readonly TaskResult[]): void {
    for (const piece of load.pieces) {
      switch (piece.kind) {
        case 'nulls':
          piece.nodes[piece.at]! += results[piece.task]![piece.index]!;
          break;
        default:
          this.#place(piece.partition);
          piece.partition.take(piece, results);
      }
    }
    this.#pending.flush();
  }

  async finish(): Promise<void> {
    for (const dictionary of this.source.takeDictionaries()) {
      this.#addDictionary(dictionary);
      copyBytes(dictionary.body, this.file, this.position - dictionary.body.byteLength);
    }
    await this.writeEnd();
  }

  close(): void {
    this.#holding.close();
  }

  /** Writes what stands behind the last message, at `position`. */
  protected abstract writeEnd(): Promise<void>;

  /** Called for each message but the schema's, in order. */
  protected abstract addBlock(kind: 'dictionary' | 'recordBatch', block: MessageBlock): void;

  /** Refuses dictionaries that the form can't hold. */
  protected abstract checkDictionary(dictionary: DictionaryMessage): void;

  /** Called when all before a position has been written, in order. */
  protected async onEnd(_position: number): Promise<void> {}

  /** Writes the schema message at `position`. */
  protected writeSchema(): void {
    this.#writeMetadata(buildSchemaMessage(this.source.arrowSchema, this.jobs, this.version));
  }

  /** Writes a message's metadata at `position`, padded so that its body is aligned. */
  #writeMetadata(metadata: Uint8Array): void {
    const framed = frameMetadata(metadata, this.position, BODY_ALIGNMENT);
    this.file.write([framed], this.position);
    this.position += framed.length;
  }

  #addDictionary(dictionary: DictionaryMessage): CopyItem<NullCountPiece> {
    this.checkDictionary(dictionary);
    const { position } = this;
    this.#writeMetadata(dictionary.metadata);
    const metadataByteLength = this.position - position;
    const bodyByteLength = dictionary.body.byteLength;
    this.addBlock('dictionary', { position, metadataByteLength, bodyByteLength });
    const item = copyItem(dictionary.body, this.file, this.position);
    this.position += bodyByteLength;
    return item;
  }

  #addRecordBatch({ position, metadataByteLength, bodyByteLength }: MessageBlock): void {
    this.addBlock('recordBatch', { position, metadataByteLength, bodyByteLength });
    this.position = position + metadataByteLength + bodyByteLength;
  }

  #appendTarget(compression: BodyCompression): AppendTarget {
    return {
      memory: this.#memory,
      compression,
      holding: this.#holding,
      messages: this.#messages,
      add: (view, position) => this.#pending.add(view, position),
      flush: () => this.#pending.flush(),
      end: async (partition) => {
        if (this.#waiting.includes(partition)) {
          this.#place(partition);
          this.#finishPlaced();
          this.#pending.flush();
        }
        await this.onEnd(partition.endPosition);
      },
    };
  }

  /** Gives a partition its place behind all that began before it, which are complete since pieces come in order. */
  #place(partition: AppendedPartition): void {
    while (this.#placed !== partition) {
      if (this.#placed !== undefined) this.#finishPlaced();
      const next = this.#waiting[0]!;
      const dictionaryPositions = next.dictionaries.map((dictionary) => {
        this.#addDictionary(dictionary);
        return this.position - dictionary.body.byteLength;
      });
      next.place(dictionaryPositions, this.position);
      this.#placed = next;
    }
  }

  #finishPlaced(): void {
    if (this.#placed === undefined) return;
    this.#addRecordBatch(this.#placed.finish());
    this.#waiting.shift();
    this.#placed = undefined;
  }
}

function chooseCompression({ source, compression }: ArrowSinkOptions): BodyCompression | undefined {
  if (compression === 'none') return undefined;
  if (compression !== 'sameAsInput') return compression;
  return source.codec === undefined ? undefined : { codec: source.codec, level: undefined };
}

/** The input's version, but that V4 knows compressed bodies only as an experiment, which few readers know. */
function chooseVersion(source: ArrowSource, compression: BodyCompression | undefined): MetadataVersion {
  const { version, hasUnion } = source.arrowSchema;
  if (version === MetadataVersion.V5 || (compression ?? source.codec) === undefined) return version;
  if (!hasUnion) return MetadataVersion.V5;
  throw new LanewiseError(
    'LW_UNSUPPORTED_OPTION',
    "the input's metadata is version V4, which has no compressed bodies, and its unions can't be written as V5; use --compression none",
  );
}

function copyBytes(source: BufferRange, file: WritableFile, position: number): void {
  const bytes = new Uint8Array(Math.min(source.byteLength, COPY_BYTE_LENGTH));
  for (let done = 0; done < source.byteLength; done += bytes.length) {
    const part = bytes.subarray(0, Math.min(bytes.length, source.byteLength - done));
    source.file.read(part, source.position + done);
    file.write([part], position + done);
  }
}
