/** Arrow, uncompressed, of a Parquet file of numbers: pages are decoded into slots, and go from there to their place. */
import { MetadataVersion } from 'apache-arrow/fb/metadata-version';
import type { Job, OutputColumn } from '../../plan/job.js';
import { outputFields } from '../../plan/output-fields.js';
import type { Load } from '../../slab/load.js';
import type { WritableFile } from '../../storage/file.js';
import { BatchMessageWriter } from '../arrow/batch-writer.js';
import { countBits } from '../arrow/bits.js';
import { HEAD_BYTE_LENGTH, MAGIC, type MessageBlock } from '../arrow/footer.js';
import { buildFooter } from '../arrow/footer-writer.js';
import { CONTINUATION, framedByteLength, frameMetadata } from '../arrow/message.js';
import type { ArrowSchema } from '../arrow/schema.js';
import { buildSchemaMessage } from '../arrow/schema-writer.js';
import type { Sink, SourcePartition } from '../format.js';
import { RowGroupPartition } from '../parquet/partition.js';
import type { ParquetSource } from '../parquet/source.js';
import { type BitmapPiece, NumericBatch, type NumericField } from './numeric-batch.js';

export interface NumericArrowSinkOptions {
  readonly source: ParquetSource;
  /** As `numericArrowSchema` has it. */
  readonly arrowSchema: ArrowSchema;
  readonly form: 'file' | 'stream';
  readonly jobs: readonly Job[];
  /** The slab's bytes. */
  readonly memory: Uint8Array;
  readonly file: WritableFile;
}

const BODY_ALIGNMENT = 64;
const VERSION = MetadataVersion.V5;

export class NumericArrowSink implements Sink<BitmapPiece> {
  readonly ordered = false;
  /** Nulls are counted in the bitmaps. */
  readonly readsSlots = true;
  readonly #options: NumericArrowSinkOptions;
  readonly #fields: readonly NumericField[];
  readonly #messages = new BatchMessageWriter(VERSION, undefined);
  readonly #recordBatches: MessageBlock[] = [];
  /** Where the next message begins. */
  #position = 0;

  constructor(options: NumericArrowSinkOptions) {
    const { source, arrowSchema, form, jobs } = options;
    this.#options = options;
    this.#fields = outputFields({ jobs }, source.schema).map((field): NumericField => {
      const result = field.kind === 'new' ? field.output : field.replacedBy[0];
      if (result !== undefined) return { output: result, job: jobOf(jobs, result) };
      const column = field.kind === 'input' ? source.schema.columns[field.fieldIndex] : undefined;
      if (column?.type === undefined) throw new RangeError(`"${field.name}" is no column of numbers`);
      const { name, type, shape, nullable } = column;
      return { column, output: { name, type, shape, nullable, replaces: undefined } };
    });
    if (form === 'file') {
      const head = new Uint8Array(HEAD_BYTE_LENGTH);
      head.set(MAGIC);
      this.#append(head);
    }
    this.#append(frameMetadata(buildSchemaMessage(arrowSchema, jobs, VERSION), this.#position, BODY_ALIGNMENT));
  }

  async begin(partition: SourcePartition): Promise<NumericBatch> {
    if (!(partition instanceof RowGroupPartition)) throw new RangeError('the partition is no row group');
    const { jobs, file } = this.#options;
    const template = this.#messages.template(undefined, this.#fields.length, 2 * this.#fields.length);
    const position = this.#position;
    const metadataByteLength = framedByteLength(template.metadata.length, position, BODY_ALIGNMENT);
    const batch = new NumericBatch(
      partition,
      this.#fields,
      jobs,
      file,
      position + metadataByteLength,
      (description) => {
        file.write([this.#messages.frame(template, metadataByteLength, description)], position);
      },
    );
    const { bodyByteLength } = batch;
    this.#recordBatches.push({ position, metadataByteLength, bodyByteLength });
    this.#position = position + metadataByteLength + bodyByteLength;
    return batch;
  }

  write(load: Load<BitmapPiece>): void {
    const { memory } = this.#options;
    for (const { address, rowCount, batch, output } of load.pieces) {
      const bitmap = memory.subarray(address, address + Math.ceil(rowCount / 8));
      batch.addNulls(output, rowCount - countBits(bitmap, rowCount));
    }
  }

  async finish(): Promise<void> {
    const { arrowSchema, form, jobs } = this.#options;
    if (form === 'file') this.#append(buildFooter(arrowSchema, jobs, [], this.#recordBatches, undefined, VERSION));
    else {
      const end = new Uint8Array(8);
      new DataView(end.buffer).setUint32(0, CONTINUATION, true);
      this.#append(end);
    }
  }

  close(): void {}

  #append(bytes: Uint8Array): void {
    this.#options.file.write([bytes], this.#position);
    this.#position += bytes.length;
  }
}

function jobOf(jobs: readonly Job[], output: OutputColumn): Job {
  const job = jobs.find(({ outputs }) => outputs.includes(output));
  if (job === undefined) throw new RangeError(`no job writes "${output.name}"`);
  return job;
}
