/** Parquet of an Arrow input: every column is encoded anew, with Arrow's schema beside Parquet's own. */
import type { EncodingOption } from '../../abi/pages.js';
import type { TaskResult } from '../../abi/task.js';
import { LanewiseError } from '../../errors.js';
import type { Job } from '../../plan/job.js';
import type { Load } from '../../slab/load.js';
import type { Spool, WritableFile } from '../../storage/file.js';
import { ArrowPartition } from '../arrow/batch.js';
import type { ResultPlace } from '../arrow/field-batch.js';
import { RowRange } from '../arrow/row-range.js';
import type { ArrowSource } from '../arrow/source.js';
import type { Sink, SourcePartition } from '../format.js';
import { Appender } from '../parquet/appender.js';
import { arrowKeyValues } from '../parquet/arrow-schema.js';
import { codecByName } from '../parquet/codec-choice.js';
import { appendColumnIndex, appendOffsetIndex } from '../parquet/page-indexes.js';
import { PageStore } from '../parquet/page-store.js';
import type { ParquetPiece } from '../parquet/piece.js';
import type { RowGroupWriter } from '../parquet/row-group-writer.js';
import { MAGIC } from '../parquet/sink.js';
import { writeStruct } from '../parquet/thrift-writer.js';
import { BridgedFields, type BridgedRows } from './bridged-fields.js';
import { type ConvertedFields, convertFields } from './converted-fields.js';
import { ConvertedRows } from './converted-rows.js';
import { GatheredRowGroup } from './gathered-row-group.js';
import { buildMetadata, type NewRowGroup } from './parquet-metadata.js';

export interface ParquetConvertSinkOptions {
  readonly source: ArrowSource;
  readonly jobs: readonly Job[];
  /** The slab's bytes. */
  readonly memory: Uint8Array;
  readonly file: WritableFile;
  /** Its level is that of columns of numbers. @default snappy */
  readonly compression: { readonly codec: string; readonly level: number | undefined } | undefined;
  /** Record batches are gathered to row groups of this many rows at most. @default 2^20 */
  readonly rowGroupRows?: number | undefined;
  /** Of the values of results and of columns of numbers. @default auto */
  readonly encoding?: EncodingOption;
  readonly pageChecksum?: boolean;
  /** Memory for pages and for columns of other types that can't be written yet; more pages go to a spool. */
  readonly windowByteLength: number;
  readonly openSpool: () => Spool;
}

const DEFAULT_ROW_GROUP_ROWS = 2 ** 20;
/** Bytes of record batches that are gathered, at most. */
const GATHERED_BYTE_LENGTH_MAX = 2 ** 26;
/** A record batch of this part of a row group's rows, or more, becomes a row group by itself. */
const LARGE_SHARE = 1 / 4;
/** The window is a quarter of the budget; the columns of other types may take all of it. */
const WINDOWS_OF_BUDGET = 4;

/** The row group that rows go to, and where results are to be put that come with the bridged fields. */
interface GroupedRows {
  readonly group: GatheredRowGroup;
  readonly results: readonly ResultPlace[];
}

export class ParquetConvertSink implements Sink<ParquetPiece> {
  readonly ordered = true;
  readonly readsSlots = true;
  readonly #options: ParquetConvertSinkOptions;
  readonly #fields: ConvertedFields;
  readonly #bridged: BridgedFields | undefined;
  readonly #rowGroupRows: number;
  readonly #appender: Appender;
  readonly #store: PageStore;
  /** Row groups that haven't been written, in the order of the file. */
  readonly #open: GatheredRowGroup[] = [];
  #lastBridged: GatheredRowGroup['bridged'];
  readonly #groupOf = new WeakMap<RowGroupWriter, GatheredRowGroup>();
  readonly #rowGroups: NewRowGroup[] = [];

  /** @throws LW_UNSUPPORTED_OPTION for a column whose type isn't written, and for codecs that Parquet doesn't have */
  static async open(options: ParquetConvertSinkOptions): Promise<ParquetConvertSink> {
    const { source, compression } = options;
    const choice = codecByName(compression?.codec ?? 'snappy', compression?.level);
    const fields = convertFields(options, choice);
    const { bridgedIndexes, bridgedResults } = fields;
    const bridged =
      bridgedIndexes.length === 0
        ? undefined
        : await BridgedFields.open(source, bridgedIndexes, bridgedResults, choice.codec);
    return new ParquetConvertSink(options, fields, bridged);
  }

  private constructor(options: ParquetConvertSinkOptions, fields: ConvertedFields, bridged: BridgedFields | undefined) {
    this.#options = options;
    this.#fields = fields;
    this.#bridged = bridged;
    this.#rowGroupRows = options.rowGroupRows ?? DEFAULT_ROW_GROUP_ROWS;
    this.#store = new PageStore(options.windowByteLength, options.openSpool);
    this.#appender = new Appender(options.file);
    this.#appender.append([MAGIC]);
  }

  async begin(partition: SourcePartition): Promise<ConvertedRows> {
    if (!(partition instanceof ArrowPartition || partition instanceof RowRange)) {
      throw new RangeError('the partition is of no record batch');
    }
    const { jobs, memory, pageChecksum } = this.#options;
    const { leaves, carried } = this.#fields;
    const isRange = partition instanceof RowRange;
    const { group, results } = isRange ? this.#groupForRange(partition) : this.#groupFor(partition);
    group.rowCount += partition.rowCount;
    const rows = new ConvertedRows({
      partition,
      batch: isRange ? partition.batch : partition,
      jobs,
      carried,
      leaves,
      memory,
      pageChecksum: pageChecksum ?? false,
      store: this.#store,
      appender: this.#appender,
      chunks: group.chunks,
      isGathered: !group.isDirect,
      results,
    });
    this.#groupOf.set(rows, group);
    return rows;
  }

  write(load: Load<ParquetPiece>, results: readonly TaskResult[]): void {
    for (const piece of load.pieces) {
      this.#finishBefore(this.#groupOf.get(piece.rowGroup));
      piece.rowGroup.write(piece, results);
    }
    this.#appender.flush();
  }

  async finish(): Promise<void> {
    this.#finishBefore(undefined);
    const chunks = this.#rowGroups.flatMap((rowGroup) => rowGroup.chunks);
    for (const { struct, columnIndex } of chunks) appendColumnIndex(this.#appender, struct, columnIndex);
    for (const { struct, offsetIndex } of chunks) appendOffsetIndex(this.#appender, struct, offsetIndex);
    const { source } = this.#options;
    const keyValues = arrowKeyValues(source.arrowSchema, this.#storedJobs());
    const elements = this.#fields.origins.map((origin) =>
      origin.kind === 'written' ? origin.leaf.elements : (this.#bridged?.elements[origin.index] ?? []),
    );
    const metadata = writeStruct(buildMetadata(elements, this.#rowGroups, keyValues));
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, metadata.length, true);
    this.#appender.append([metadata, length, MAGIC]);
    this.#appender.flush();
  }

  close(): void {
    this.#store.close();
  }

  /** The row group that a record batch goes to: the last one if there is room, or else a new one. */
  #groupFor(batch: ArrowPartition): GroupedRows {
    const group = this.#chooseGroup(batch);
    group.byteLength += batch.body.byteLength;
    return { group, results: group.bridged === undefined ? [] : this.#add(group.bridged.rows, batch) };
  }

  #chooseGroup({ rowCount, body }: ArrowPartition): GatheredRowGroup {
    const last = this.#open.at(-1);
    const isLarge = rowCount >= this.#rowGroupRows * LARGE_SHARE || body.byteLength >= GATHERED_BYTE_LENGTH_MAX / 2;
    const hasRoom =
      last !== undefined &&
      !last.isDirect &&
      last.rowCount + rowCount <= this.#rowGroupRows &&
      last.byteLength + body.byteLength <= this.#gatheredByteLengthMax();
    if (hasRoom && !isLarge) return last;
    const rows = this.#bridged?.begin();
    return this.#openGroup(isLarge, rows === undefined ? undefined : { rows, index: 0 });
  }

  /** A part of a record batch is a row group; the bridged fields of all parts are encoded together. */
  #groupForRange({ batch, start }: RowRange): GroupedRows {
    if (this.#bridged === undefined) return { group: this.#openGroup(true, undefined), results: [] };
    const last = this.#lastBridged;
    if (start > 0 && last !== undefined) {
      return { group: this.#openGroup(true, { rows: last.rows, index: last.index + 1 }), results: [] };
    }
    const rows = this.#bridged.begin();
    const results = this.#add(rows, batch);
    return { group: this.#openGroup(true, { rows, index: 0 }), results };
  }

  #openGroup(isDirect: boolean, bridged: GatheredRowGroup['bridged']): GatheredRowGroup {
    const group = new GatheredRowGroup(this.#fields.leaves, isDirect, bridged);
    this.#open.push(group);
    this.#lastBridged = bridged;
    return group;
  }

  #gatheredByteLengthMax(): number {
    return Math.min(GATHERED_BYTE_LENGTH_MAX, this.#options.windowByteLength);
  }

  #add(rows: BridgedRows, batch: ArrowPartition): readonly ResultPlace[] {
    const results = rows.add(batch);
    const { byteLength } = rows;
    const limit = WINDOWS_OF_BUDGET * this.#options.windowByteLength;
    if (byteLength <= limit) return results;
    throw new LanewiseError(
      'LW_MEMORY_BUDGET',
      `a record batch of ${batch.rowCount} rows has ${byteLength} bytes in columns that aren't flat numbers, which have to be converted at once, and the memory budget is ${limit}; allow more memory or write smaller record batches`,
    );
  }

  /** Elements of lists are written as ones that may be null, and Arrow's schema has to say the same. */
  #storedJobs(): readonly Job[] {
    const written = new Set(this.#fields.leaves.map(({ output }) => output));
    return this.#options.jobs.map((job) => ({
      ...job,
      outputs: job.outputs.map((output) =>
        written.has(output) && output.shape.kind !== 'flat' ? { ...output, nullable: true } : output,
      ),
    }));
  }

  /** Ends the row groups before the one that a page is of, or all. */
  #finishBefore(next: GatheredRowGroup | undefined): void {
    for (let first = this.#open[0]; first !== undefined && first !== next; first = this.#open[0]) {
      this.#open.shift();
      if (first.rowCount === 0) continue;
      this.#rowGroups.push(first.finish(this.#appender, this.#store, this.#fields.origins));
    }
  }
}
