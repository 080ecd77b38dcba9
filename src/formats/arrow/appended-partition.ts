import type { Region, TaskResult } from '../../abi/task.js';
import { valuesByteLength } from '../../abi/types.js';
import type { OutputColumn } from '../../plan/job.js';
import { ALIGNMENT, type Load } from '../../slab/load.js';
import type { CopyItem, JobItem, SinkPartition } from '../format.js';
import type { AppendedPiece, AppendTarget, CopyRun, GrowingBuffer } from './appended-piece.js';
import type { ArrowPartition, DictionaryMessage } from './batch.js';
import type { Template } from './batch-writer.js';
import { compressBlocks, compressedByteLengthMax, encodeBlock } from './block-encoding.js';
import { type BufferRange, CompressedBuffer } from './compression.js';
import { type JointValidity, jointValidity } from './joint-validity.js';
import { type BatchLayout, outputHasValidity, outputNodes, outputValueCount } from './layout.js';
import { framedByteLength } from './message.js';
import { align, BODY_ALIGNMENT, BUFFER_ALIGNMENT } from './planned-partition.js';
import { readItem } from './read-item.js';

/** Blocks smaller than this compress badly. */
const BLOCK_BYTE_LENGTH_MIN = 1 << 16;

/**
 * A record batch whose body is compressed: what stands where comes out as it is written, in order. A buffer of several
 * blocks is put by until its last one is there, since others' blocks come between.
 */
export class AppendedPartition implements SinkPartition<AppendedPiece> {
  readonly items: (CopyItem<AppendedPiece> | JobItem)[] = [];
  readonly dictionaries: readonly DictionaryMessage[];
  readonly #layout: BatchLayout;
  readonly #template: Template;
  readonly #input: ArrowPartition;
  readonly #target: AppendTarget;
  readonly #nodes: number[];
  readonly #buffers: number[];
  readonly #places: { readonly node: number; readonly validity: GrowingBuffer; readonly values: GrowingBuffer }[] = [];
  #bufferCount = 0;
  #run: CopyRun | undefined;
  /** Positions of the dictionaries' bodies. */
  #dictionaryPositions: readonly number[] = [];
  #position = 0;
  #metadataByteLength = 0;
  /** Bytes of the body so far. */
  #end = 0;
  /** Where the next message begins, after `finish`. */
  endPosition = 0;

  constructor(
    layout: BatchLayout,
    template: Template,
    input: ArrowPartition,
    dictionaries: readonly DictionaryMessage[],
    target: AppendTarget,
  ) {
    this.#layout = layout;
    this.#template = template;
    this.#input = input;
    this.#target = target;
    this.dictionaries = dictionaries;
    this.#nodes = outputNodes(layout, input);
    this.#buffers = new Array<number>(2 * template.bufferCount).fill(0);
    for (const [index, { body }] of dictionaries.entries()) this.#addDictionary(index, body);
    for (const segment of layout.segments) {
      if (segment.kind === 'copy') {
        const end = input.bufferIndex(segment.end);
        for (let i = input.bufferIndex(segment.start); i < end; i++) this.#addCopy(i);
        continue;
      }
      if (segment.kind === 'validity') {
        this.#addValidity(jointValidity(input, segment.level));
        continue;
      }
      this.#closeRun();
      const output = layout.outputs[segment.output]!;
      const count = outputValueCount(output, input);
      const { job, column } = output;
      const validity = this.#grow(outputHasValidity(output, input) ? valuesByteLength('bool', count) : 0);
      const values = this.#grow(valuesByteLength(column.type, count));
      this.#places[segment.output] = { node: output.node, validity, values };
      if (output.isFirst) this.items.push({ kind: 'job', job });
    }
    this.#closeRun();
  }

  /** Takes its place: everything before it has been written. */
  place(dictionaryPositions: readonly number[], position: number): void {
    this.#dictionaryPositions = dictionaryPositions;
    this.#position = position;
    this.#metadataByteLength = framedByteLength(this.#template.metadata.length, position, BODY_ALIGNMENT);
  }

  storeByteLength(output: OutputColumn, count: number): number {
    const { codec } = this.#target.compression;
    return (
      compressedByteLengthMax(codec, valuesByteLength(output.type, count)) +
      compressedByteLengthMax(codec, valuesByteLength('bool', count)) +
      2 * ALIGNMENT
    );
  }

  store(
    load: Load<AppendedPiece>,
    output: OutputColumn,
    start: number,
    end: number,
    region: Region,
    task: number,
    index: number,
  ): void {
    const { node, validity, values } = this.#places[this.#layout.outputIndex.get(output)!]!;
    if (region.validity !== 0) {
      load.pieces.push({ kind: 'nulls', task, index, nodes: this.#nodes, at: 2 * node + 1 });
      this.#compress(load, validity, region.validity, Math.ceil(end / 8) - start / 8);
    }
    const byteLength = valuesByteLength(output.type, end) - valuesByteLength(output.type, start);
    this.#compress(load, values, region.values, byteLength);
  }

  /** Writes a piece behind the ones before. */
  take(piece: Exclude<AppendedPiece, { readonly kind: 'nulls' }>, results: readonly TaskResult[]): void {
    const { memory } = this.#target;
    if (piece.kind === 'block') {
      const { address, byteLength, compressedAddress, task } = piece.block;
      const raw = memory.subarray(address, address + byteLength);
      this.#takeBlock(piece.buffer, raw, memory.subarray(compressedAddress, compressedAddress + results[task]![0]!));
      return;
    }
    const bytes = memory.subarray(piece.address, piece.address + piece.byteLength);
    if (piece.kind === 'dictionary') {
      this.#target.add(bytes, this.#dictionaryPositions[piece.index]! + piece.offset);
      return;
    }
    const { run } = piece;
    if (!run.isPlaced) {
      run.isPlaced = true;
      this.#end = align(this.#end, BUFFER_ALIGNMENT);
      for (const { index, offset, byteLength } of run.buffers) this.#setBuffer(index, this.#end + offset, byteLength);
    }
    this.#append(bytes);
  }

  end(): Promise<void> {
    return this.#target.end(this);
  }

  /** Writes the message's metadata: everything of the body has been taken. */
  finish(): { readonly position: number; readonly metadataByteLength: number; readonly bodyByteLength: number } {
    const bodyByteLength = align(this.#end, BODY_ALIGNMENT);
    // Empty buffers stand where their neighbours end, for readers that want offsets to grow.
    for (let i = 2; i < this.#buffers.length; i += 2) {
      if (this.#buffers[i + 1] === 0) this.#buffers[i] = align(this.#buffers[i - 2]! + this.#buffers[i - 1]!, 8);
    }
    const { messages } = this.#target;
    const metadata = messages.frame(this.#template, this.#metadataByteLength, {
      rowCount: this.#input.rowCount,
      nodes: this.#nodes,
      buffers: this.#buffers,
      bodyByteLength,
    });
    this.#target.add(metadata, this.#position);
    this.#target.flush();
    this.endPosition = this.#position + this.#metadataByteLength + bodyByteLength;
    return { position: this.#position, metadataByteLength: this.#metadataByteLength, bodyByteLength };
  }

  #takeBlock(buffer: GrowingBuffer, raw: Uint8Array, compressed: Uint8Array): void {
    const isFirst = buffer.taken === 0;
    buffer.taken += raw.length;
    const isLast = buffer.taken === buffer.byteLength;
    const { compression, holding } = this.#target;
    const views = encodeBlock(compression.codec, raw, compressed, buffer.byteLength, isFirst, isLast);
    if (!isLast) {
      for (const view of views) buffer.held.push(holding.hold(view));
      return;
    }
    this.#end = align(this.#end, BUFFER_ALIGNMENT);
    const start = this.#end;
    for (const held of buffer.held) {
      holding.release(held, (bytes) => {
        this.#append(bytes);
        this.#target.flush();
      });
    }
    buffer.held.length = 0;
    for (const view of views) this.#append(view);
    this.#setBuffer(buffer.index, start, this.#end - start);
  }

  #append(bytes: Uint8Array): void {
    this.#target.add(bytes, this.#position + this.#metadataByteLength + this.#end);
    this.#end += bytes.length;
  }

  #setBuffer(index: number, offset: number, byteLength: number): void {
    this.#buffers[2 * index] = offset;
    this.#buffers[2 * index + 1] = byteLength;
  }

  #compress(load: Load<AppendedPiece>, buffer: GrowingBuffer, address: number, byteLength: number): void {
    for (const block of compressBlocks(load, this.#target.compression, address, byteLength)) {
      load.pieces.push({ kind: 'block', partition: this, buffer, block });
    }
  }

  #grow(byteLength: number): GrowingBuffer {
    return { index: this.#bufferCount++, byteLength, taken: 0, held: [] };
  }

  #addDictionary(index: number, body: BufferRange): void {
    this.items.push(
      readItem(body, (load, address, offset, byteLength) => {
        load.pieces.push({ kind: 'dictionary', partition: this, index, offset, address, byteLength });
      }),
    );
  }

  #addCopy(index: number): void {
    const input = this.#input;
    if (input.codec === this.#target.compression.codec) this.#addToRun(index);
    else if (input.codec === undefined) {
      const start = input.bufferOffset(index);
      this.#compressRange(input.range(start, start + input.bufferByteLength(index)));
    } else {
      const source = input.compressedBuffer(index);
      if (source.expandsInSlot) this.#recompress(source);
      else this.#compressRange(source);
    }
  }

  #addValidity(validity: JointValidity): void {
    if (validity.kind === 'buffer') this.#addCopy(validity.index);
    else {
      this.#closeRun();
      if (validity.kind === 'joint') this.#compressRange(validity.range);
      else this.#grow(0);
    }
  }

  #addToRun(index: number): void {
    const byteLength = this.#input.bufferByteLength(index);
    const output = this.#bufferCount++;
    if (byteLength === 0) return;
    const from = this.#input.bufferOffset(index);
    let run = this.#run;
    const gap = run === undefined ? 0 : from - run.end;
    if (run === undefined || gap < 0 || gap >= BODY_ALIGNMENT || (from - run.from) % BUFFER_ALIGNMENT !== 0) {
      this.#closeRun();
      run = { from, end: from, buffers: [], isPlaced: false };
      this.#run = run;
    }
    run.buffers.push({ index: output, offset: from - run.from, byteLength });
    run.end = from + byteLength;
  }

  #closeRun(): void {
    const run = this.#run;
    if (run === undefined) return;
    this.#run = undefined;
    this.items.push(
      readItem(this.#input.range(run.from, run.end), (load, address, _offset, byteLength) => {
        load.pieces.push({ kind: 'copied', partition: this, run, address, byteLength });
      }),
    );
  }

  /** Compresses bytes that can be read by position, as many at once as a load has room for. */
  #compressRange(source: BufferRange | CompressedBuffer): void {
    const buffer = this.#grow(source.byteLength);
    const { codec } = this.#target.compression;
    this.items.push({
      kind: 'copy',
      length: source.byteLength,
      add: (load, start) => {
        const left = source.byteLength - start;
        // The bytes and what they come to, which is little more than they.
        let byteLength = Math.min(left, Math.floor((load.free - 4 * ALIGNMENT) * 0.49));
        while (byteLength > 0 && byteLength + compressedByteLengthMax(codec, byteLength) + 2 * ALIGNMENT > load.free) {
          byteLength = Math.floor(byteLength * 0.95) - 1;
        }
        if (byteLength <= 0 || (byteLength < left && byteLength < BLOCK_BYTE_LENGTH_MIN && !load.isEmpty)) return start;
        const range = source instanceof CompressedBuffer ? source.expanded() : source;
        const address = load.read(range.file, range.position + start, byteLength);
        this.#compress(load, buffer, address, byteLength);
        return start + byteLength;
      },
    });
  }

  /** Decompresses a buffer and compresses it with the other codec, within one load. */
  #recompress(source: CompressedBuffer): void {
    const buffer = this.#grow(source.byteLength);
    const needed = source.loadByteLength + compressedByteLengthMax(this.#target.compression.codec, source.byteLength);
    this.items.push({
      kind: 'copy',
      length: source.byteLength,
      add: (load, start) => {
        if (load.free < needed + 2 * ALIGNMENT) return start;
        this.#compress(load, buffer, source.load(load), source.byteLength);
        return source.byteLength;
      },
    });
  }
}
