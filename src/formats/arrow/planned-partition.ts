import type { Region } from '../../abi/task.js';
import { valuesByteLength } from '../../abi/types.js';
import type { OutputColumn } from '../../plan/job.js';
import type { Load } from '../../slab/load.js';
import type { WritableFile } from '../../storage/file.js';
import type { CopyItem, JobItem, SinkPartition } from '../format.js';
import type { ArrowPartition } from './batch.js';
import type { BatchDescription, Template } from './batch-writer.js';
import type { BufferRange, CompressedBuffer } from './compression.js';
import { type JointValidity, jointValidity } from './joint-validity.js';
import { type BatchLayout, outputHasValidity, outputNodes, outputValueCount } from './layout.js';
import { framedByteLength } from './message.js';
import { readItem } from './read-item.js';

/** A null count among the load's results, to be added at a place of a partition's nodes. */
export interface NullCountPiece {
  readonly kind: 'nulls';
  readonly task: number;
  readonly index: number;
  readonly nodes: number[];
  readonly at: number;
}

/** Where buffers and bodies begin. */
export const BODY_ALIGNMENT = 64;
/** What Arrow asks of every buffer. */
export const BUFFER_ALIGNMENT = 8;

export function align(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}

/** A record batch whose body isn't compressed: every byte's place is known before any is read. */
export class PlannedPartition implements SinkPartition<NullCountPiece> {
  readonly items: (CopyItem<NullCountPiece> | JobItem)[] = [];
  readonly position: number;
  /** With prefix and padding. */
  readonly metadataByteLength: number;
  readonly bodyByteLength: number;
  readonly #layout: BatchLayout;
  readonly #file: WritableFile;
  readonly #rowCount: number;
  readonly #nodes: number[];
  readonly #buffers: number[];
  /** For each output: where its null count stands, and its buffers' positions in the file. */
  readonly #places: { readonly node: number; readonly validity: number; readonly values: number }[] = [];
  readonly #finish: (batch: BatchDescription) => Promise<void>;

  /**
   * @param position of the message in the file
   * @param finish called when all of the body has been written, to write the message
   */
  constructor(
    layout: BatchLayout,
    template: Template,
    partition: ArrowPartition,
    file: WritableFile,
    position: number,
    finish: (batch: BatchDescription) => Promise<void>,
  ) {
    this.#layout = layout;
    this.#file = file;
    this.#rowCount = partition.rowCount;
    this.#nodes = outputNodes(layout, partition);
    this.#buffers = [];
    this.#finish = finish;
    this.position = position;
    this.metadataByteLength = framedByteLength(template.metadata.length, position, BODY_ALIGNMENT);
    const body = new BodyPlan(partition, file, position + this.metadataByteLength, this.#buffers, this.items);
    for (const segment of layout.segments) {
      if (segment.kind === 'copy') {
        body.copy(partition.bufferIndex(segment.start), partition.bufferIndex(segment.end));
        continue;
      }
      if (segment.kind === 'validity') {
        body.putValidity(jointValidity(partition, segment.level));
        continue;
      }
      const output = layout.outputs[segment.output]!;
      const { job, column } = output;
      const count = outputValueCount(output, partition);
      const validityByteLength = outputHasValidity(output, partition) ? valuesByteLength('bool', count) : 0;
      const validity = body.reserve(validityByteLength);
      const values = body.reserve(valuesByteLength(column.type, count));
      this.#places[segment.output] = { node: output.node, validity, values };
      if (output.isFirst) this.items.push({ kind: 'job', job });
    }
    this.bodyByteLength = body.end();
  }

  storeByteLength(): number {
    return 0;
  }

  store(
    load: Load<NullCountPiece>,
    output: OutputColumn,
    start: number,
    end: number,
    region: Region,
    task: number,
    index: number,
  ): void {
    const { node, validity, values } = this.#places[this.#layout.outputIndex.get(output)!]!;
    if (region.validity !== 0) {
      load.write(this.#file, validity + start / 8, region.validity, Math.ceil(end / 8) - start / 8);
      load.pieces.push({ kind: 'nulls', task, index, nodes: this.#nodes, at: 2 * node + 1 });
    }
    const valuesStart = valuesByteLength(output.type, start);
    const byteLength = valuesByteLength(output.type, end) - valuesStart;
    load.write(this.#file, values + valuesStart, region.values, byteLength);
  }

  async end(): Promise<void> {
    await this.#finish({
      rowCount: this.#rowCount,
      nodes: this.#nodes,
      buffers: this.#buffers,
      bodyByteLength: this.bodyByteLength,
    });
  }
}

/** Gives each buffer of a body its place, and joins what is copied side by side. */
class BodyPlan {
  readonly #partition: ArrowPartition;
  readonly #file: WritableFile;
  /** Of the body in the output. */
  readonly #position: number;
  readonly #buffers: number[];
  readonly #items: (CopyItem<NullCountPiece> | JobItem)[];
  #offset = 0;
  /** The copy that the next buffer may continue: offsets in the input's body and in the output's. */
  #run: { readonly from: number; end: number; readonly to: number } | undefined;

  constructor(
    partition: ArrowPartition,
    file: WritableFile,
    position: number,
    buffers: number[],
    items: (CopyItem<NullCountPiece> | JobItem)[],
  ) {
    this.#partition = partition;
    this.#file = file;
    this.#position = position;
    this.#buffers = buffers;
    this.#items = items;
  }

  copy(start: number, end: number): void {
    for (let i = start; i < end; i++) {
      if (this.#partition.codec === undefined) this.#copyBuffer(i);
      else this.#decompress(this.#partition.compressedBuffer(i));
    }
  }

  putValidity(validity: JointValidity): void {
    if (validity.kind === 'buffer') this.copy(validity.index, validity.index + 1);
    else {
      const range = validity.kind === 'joint' ? validity.range : undefined;
      const to = this.reserve(range?.byteLength ?? 0);
      if (range !== undefined) this.#items.push(copyItem(range, this.#file, to));
    }
  }

  /** Makes room for a buffer that a job fills; returns its position in the file. */
  reserve(byteLength: number): number {
    this.#closeRun();
    return this.#position + this.#place(byteLength, BODY_ALIGNMENT);
  }

  /** The body's length. */
  end(): number {
    this.#closeRun();
    return align(this.#offset, BODY_ALIGNMENT);
  }

  #copyBuffer(index: number): void {
    const byteLength = this.#partition.bufferByteLength(index);
    const from = this.#partition.bufferOffset(index);
    const run = this.#run;
    if (byteLength > 0 && run !== undefined) {
      const gap = from - run.end;
      if (gap >= 0 && gap < BODY_ALIGNMENT && (from - run.from) % BUFFER_ALIGNMENT === 0) {
        this.#set(run.to + from - run.from, byteLength);
        run.end = from + byteLength;
        return;
      }
      this.#closeRun();
    }
    const to = this.#place(byteLength, byteLength === 0 ? BUFFER_ALIGNMENT : BODY_ALIGNMENT);
    if (byteLength > 0) this.#run = { from, end: from + byteLength, to };
  }

  #decompress(buffer: CompressedBuffer): void {
    const to = this.#position + this.#place(buffer.byteLength, BODY_ALIGNMENT);
    if (buffer.byteLength === 0) return;
    this.#items.push(buffer.expandsInSlot ? decompressItem(buffer, this.#file, to) : copyItem(buffer, this.#file, to));
  }

  #closeRun(): void {
    if (this.#run === undefined) return;
    const { from, end, to } = this.#run;
    this.#items.push(copyItem(this.#partition.range(from, end), this.#file, this.#position + to));
    this.#run = undefined;
  }

  #place(byteLength: number, alignment: number): number {
    const offset = align(this.#offset, alignment);
    this.#set(offset, byteLength);
    return offset;
  }

  #set(offset: number, byteLength: number): void {
    this.#buffers.push(offset, byteLength);
    this.#offset = offset + byteLength;
  }
}

/** Bytes that go to a position of the file. */
export function copyItem(
  source: BufferRange | CompressedBuffer,
  file: WritableFile,
  position: number,
): CopyItem<NullCountPiece> {
  return readItem(source, (load, address, offset, byteLength) => {
    load.write(file, position + offset, address, byteLength);
  });
}

function decompressItem(buffer: CompressedBuffer, file: WritableFile, position: number): CopyItem<NullCountPiece> {
  const { byteLength } = buffer;
  return {
    kind: 'copy',
    length: byteLength,
    add(load, start) {
      if (load.free < buffer.loadByteLength) return start;
      load.write(file, position, buffer.load(load), byteLength);
      return byteLength;
    },
  };
}
