/** Parquet of an Arrow input: every column is encoded anew, with Arrow's schema beside Parquet's own. */
import type { TaskResult } from '../../abi/task.js';
import { LanewiseError } from '../../errors.js';
import type { Job, OutputColumn } from '../../plan/job.js';
import { type OutputField, outputFields } from '../../plan/output-fields.js';
import type { Column } from '../../plan/schema.js';
import type { Load } from '../../slab/load.js';
import type { Spool, WritableFile } from '../../storage/file.js';
import type { ArrowSource } from '../arrow/source.js';
import type { Sink, SourcePartition } from '../format.js';
import { Appender } from './appender.js';
import { arrowKeyValues } from './arrow-schema.js';
import { type CarriedColumn, ConvertedRowGroup } from './converted-row-group.js';
import { buildMetadata, type NewRowGroup } from './new-metadata.js';
import { codecByName, createNewLeaf, type OutputLeaf } from './output-leaf.js';
import { PageStore } from './page-store.js';
import type { ParquetPiece } from './row-group-writer.js';
import { MAGIC } from './sink.js';
import { writeStruct } from './thrift-writer.js';

export interface ParquetConvertSinkOptions {
  readonly source: ArrowSource;
  readonly jobs: readonly Job[];
  /** The slab's bytes. */
  readonly memory: Uint8Array;
  readonly file: WritableFile;
  /** @default snappy */
  readonly compression: { readonly codec: string; readonly level: number | undefined } | undefined;
  readonly byteStreamSplit?: boolean;
  readonly pageChecksum?: boolean;
  readonly windowByteLength: number;
  readonly openSpool: () => Spool;
}

export class ParquetConvertSink implements Sink<ParquetPiece> {
  readonly ordered = true;
  readonly #options: ParquetConvertSinkOptions;
  readonly #leaves: readonly OutputLeaf[];
  readonly #carried: readonly CarriedColumn[];
  readonly #appender: Appender;
  readonly #store: PageStore;
  readonly #rowGroups: NewRowGroup[] = [];

  /** @throws LW_UNSUPPORTED_OPTION for a column whose type isn't written */
  constructor(options: ParquetConvertSinkOptions) {
    const { source, jobs, file, compression } = options;
    this.#options = options;
    const codec = codecByName(compression?.codec ?? 'snappy', compression?.level);
    const carried: CarriedColumn[] = [];
    this.#leaves = outputFields({ jobs }, source.schema).map((field) => {
      const written = writtenColumn(field, source.schema.columns, jobs);
      if (written.carried !== undefined) carried.push(written.carried);
      return createNewLeaf(written.output, written.job, codec, options.byteStreamSplit ?? false);
    });
    this.#carried = carried;
    this.#store = new PageStore(options.windowByteLength, options.openSpool);
    this.#appender = new Appender(file);
    this.#appender.append([MAGIC]);
  }

  async begin(partition: SourcePartition): Promise<ConvertedRowGroup> {
    const { jobs, memory, pageChecksum } = this.#options;
    return new ConvertedRowGroup({
      partition,
      jobs,
      carried: this.#carried,
      leaves: this.#leaves,
      memory,
      pageChecksum: pageChecksum ?? false,
      store: this.#store,
      appender: this.#appender,
      onEnd: (rowCount, chunks) => {
        this.#rowGroups.push({ rowCount, chunks });
      },
    });
  }

  write(load: Load<ParquetPiece>, results: readonly TaskResult[]): void {
    for (const piece of load.pieces) piece.rowGroup.write(piece, results);
    this.#appender.flush();
  }

  async finish(): Promise<void> {
    this.#store.close();
    const { source, jobs } = this.#options;
    const keyValues = arrowKeyValues(source.arrowSchema, jobs);
    const metadata = writeStruct(buildMetadata(this.#leaves, this.#rowGroups, keyValues));
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, metadata.length, true);
    this.#appender.append([metadata, length, MAGIC]);
    this.#appender.flush();
  }
}

/** What a top-level field of the output is made of: a job's result, or a column of numbers as it is. */
function writtenColumn(
  field: OutputField,
  columns: readonly Column[],
  jobs: readonly Job[],
): { readonly output: OutputColumn; readonly job: Pick<Job, 'outputs'>; readonly carried: CarriedColumn | undefined } {
  const result = field.kind === 'new' ? field.output : field.replacedBy[0];
  if (result !== undefined && result.shape.kind === 'flat' && (result.replaces?.path.length ?? 1) === 1) {
    const job = jobs.find(({ outputs }) => outputs.includes(result));
    if (job !== undefined) return { output: result, job, carried: undefined };
  }
  const column = columns.find(
    (other) => field.kind === 'input' && other.fieldIndex === field.fieldIndex && other.path.length === 1,
  );
  if (column?.type === undefined || column.shape.kind !== 'flat' || result !== undefined) {
    throw new LanewiseError(
      'LW_UNSUPPORTED_OPTION',
      `column "${field.name}" of type ${column?.typeName ?? result?.type ?? '?'} can't be converted to Parquet, only columns of numbers and booleans can; write Arrow, or convert the file first`,
    );
  }
  const { name, type, shape, nullable } = column;
  const output: OutputColumn = { name, type, shape, nullable, replaces: undefined };
  return { output, job: { outputs: [output] }, carried: { column, output } };
}
