/** The rows of a Parquet file as the messages of an Arrow stream, decoded by parquet-wasm a part at a time. */
import { MessageHeader } from 'apache-arrow/fb/message-header';
import { LanewiseError } from '../../errors.js';
import type { ReadableFile } from '../../storage/file.js';
import { MemoryFile } from '../../storage/memory-file.js';
import { FileMessageReader, type MessageReader, type StreamedMessage } from '../arrow/stream-source.js';
import { readArrowSchema } from '../parquet/arrow-schema.js';
import { ColumnChunk, ColumnMetaData, RowGroup } from '../parquet/definitions.js';
import type { Footer } from '../parquet/footer.js';
import type { ThriftStruct } from '../parquet/thrift.js';
import { chunksByteLength, miniatureOf } from './miniature.js';
import type { ParquetLibrary } from './parquet-library.js';
import { RestoredViews } from './restored-views.js';

/** Rows that become one record batch. */
interface Part {
  readonly rowGroups: readonly ThriftStruct[];
  readonly rowStart: number;
  readonly rowCount: number;
}

/** The part of the budget that the values of a record batch may take: they are there as values, as bytes, and in slots. */
const BATCH_SHARE = 1 / 4;
/** What a value counts at least, since a dictionary's indices are much shorter than its values. */
const VALUE_BYTE_LENGTH = 8;

export interface ParquetMessageOptions {
  readonly memoryBytes: number;
  /** Whether all rows have to come as one record batch. */
  readonly isOneBatch: boolean;
}

export class ParquetMessageReader implements MessageReader {
  readonly waits = false;
  readonly #library: ParquetLibrary;
  readonly #file: ReadableFile;
  readonly #footer: Footer;
  readonly #options: ParquetMessageOptions;
  readonly #parts: readonly Part[];
  #nextPart = 0;
  /** The bytes of the row groups that a part was read of, for the next part. */
  #miniature: { readonly rowGroups: readonly ThriftStruct[]; readonly bytes: Uint8Array } | undefined;
  #current: FileMessageReader | undefined;
  #views: RestoredViews | undefined;

  /** @throws LW_MEMORY_BUDGET where a row group is larger than the budget */
  constructor(library: ParquetLibrary, file: ReadableFile, footer: Footer, options: ParquetMessageOptions) {
    this.#library = library;
    this.#file = file;
    this.#footer = footer;
    this.#options = options;
    this.#parts = options.isOneBatch
      ? [{ rowGroups: footer.rowGroups, rowStart: 0, rowCount: footer.rowCount }]
      : footer.rowGroups.flatMap((rowGroup) => cutRowGroup(rowGroup, options.memoryBytes * BATCH_SHARE));
    for (const { rowGroups } of this.#parts) this.#checkByteLength(rowGroups);
  }

  get name(): string {
    return this.#file.name;
  }

  async next(): Promise<StreamedMessage | undefined> {
    for (;;) {
      const isFirst = this.#current === undefined;
      this.#current ??= this.#decode({ rowGroups: [], rowStart: 0, rowCount: 0 });
      const next = await this.#current.next();
      if (next === undefined) {
        const part = this.#parts[this.#nextPart++];
        if (part === undefined) return undefined;
        this.#current = this.#decode(part);
      } else if (isFirst) {
        const stored = readArrowSchema(this.#footer);
        this.#views = stored && RestoredViews.of(next, stored);
        return this.#restore(next);
      } else if (next.message.headerType !== MessageHeader.Schema) return this.#restore(next);
    }
  }

  #restore(message: StreamedMessage): StreamedMessage {
    return this.#views?.restore(message) ?? message;
  }

  again(): MessageReader {
    return new ParquetMessageReader(this.#library, this.#file, this.#footer, this.#options);
  }

  close(): void {
    this.#file.close();
  }

  #decode({ rowGroups, rowStart, rowCount }: Part): FileMessageReader {
    if (this.#miniature?.rowGroups !== rowGroups) {
      this.#miniature = { rowGroups, bytes: miniatureOf(this.#file, this.#footer, rowGroups) };
    }
    const stream = this.#library.decode(this.#miniature.bytes, rowStart, rowCount, this.name);
    return new FileMessageReader(new MemoryFile(this.name, stream));
  }

  #checkByteLength(rowGroups: readonly ThriftStruct[]): void {
    const byteLength = chunksByteLength(this.#file, this.#footer, rowGroups);
    const { memoryBytes, isOneBatch } = this.#options;
    if (byteLength <= memoryBytes) return;
    const what = isOneBatch
      ? `has dictionary columns, which the Arrow file format can hold only with one dictionary each, so that all of its ${byteLength} bytes`
      : `has a row group of ${byteLength} bytes, which`;
    const remedy = isOneBatch ? 'write the stream format (.arrows) or allow more memory' : 'allow more memory';
    throw new LanewiseError(
      'LW_MEMORY_BUDGET',
      `${this.name} ${what} must be read at once to become Arrow, and the memory budget is ${memoryBytes}; ${remedy}`,
    );
  }
}

/** A row group in parts whose values come to about as many bytes. */
function cutRowGroup(rowGroup: ThriftStruct, byteLength: number): Part[] {
  const total = rowGroup
    .structs(RowGroup.columns)
    .map((chunk) => chunk.struct(ColumnChunk.metaData))
    .reduce((sum, metadata) => {
      const values = (metadata?.integer(ColumnMetaData.numValues) ?? 0) * VALUE_BYTE_LENGTH;
      return sum + Math.max(values, metadata?.integer(ColumnMetaData.totalUncompressedSize) ?? 0);
    }, 0);
  const rowCount = rowGroup.integer(RowGroup.numRows) ?? 0;
  const partRows = Math.max(1, Math.ceil(rowCount / Math.max(1, Math.ceil(total / byteLength))));
  const rowGroups = [rowGroup];
  const parts: Part[] = [];
  for (let rowStart = 0; rowStart < rowCount; rowStart += partRows) {
    parts.push({ rowGroups, rowStart, rowCount: Math.min(partRows, rowCount - rowStart) });
  }
  return parts;
}
