/** A record batch of some of the input's fields, in memory, with room for results that are computed later. */
import { MessageHeader } from 'apache-arrow/fb/message-header';
import { valuesByteLength } from '../../abi/types.js';
import type { Job, OutputColumn } from '../../plan/job.js';
import { MemoryFile } from '../../storage/memory-file.js';
import type { ArrowPartition } from './batch.js';
import type { BufferRange } from './compression.js';
import { jointNullCount, jointValidity } from './joint-validity.js';
import { replacedPart } from './layout.js';
import { addNulls, assembleMessage } from './message-assembly.js';
import type { ArrowSchema, FieldPlace } from './schema.js';
import { listForm } from './types.js';

/** Nodes and buffers of a field and all that is in it, counted as in `Place`. */
export interface FieldRange {
  readonly nodeStart: number;
  readonly nodeEnd: number;
  readonly bufferStart: number;
  readonly bufferEnd: number;
}

/** A result that takes a place within a field, or is a field of lists. */
export interface FieldResult {
  readonly output: OutputColumn;
  readonly job: Job;
}

/** Where the values of a result, and the bits of those that aren't null, are to stand. */
export interface ResultPlace {
  readonly output: OutputColumn;
  /** All bits are set. */
  readonly validity: Uint8Array;
  readonly values: Uint8Array;
  /** To be told how many bits are cleared. */
  addNulls(count: number): void;
}

export interface RecordBatchMessage {
  /** Metadata and body. */
  readonly views: readonly Uint8Array[];
  /** Within the body. */
  readonly results: readonly ResultPlace[];
}

export class FieldBatch {
  /** Uncompressed. */
  readonly buffers: BufferRange[] = [];
  readonly #nodes: number[] = [];
  readonly #results: { readonly output: OutputColumn; readonly node: number; readonly buffer: number }[] = [];
  readonly #schema: ArrowSchema;
  readonly #partition: ArrowPartition;

  constructor(schema: ArrowSchema, partition: ArrowPartition) {
    this.#schema = schema;
    this.#partition = partition;
  }

  /** @param results of which some take places in the field */
  addField({ nodeStart, nodeEnd, bufferStart, bufferEnd }: FieldRange, results: readonly FieldResult[]): void {
    const parts = results
      .flatMap(({ output }) =>
        output.replaces === undefined ? [] : { output, ...replacedPart(this.#schema, output, output.replaces) },
      )
      .filter(({ node }) => node >= nodeStart && node < nodeEnd)
      .sort((a, b) => a.node - b.node);
    let node = nodeStart;
    let buffer = bufferStart;
    for (const part of parts) {
      this.#copy(node, part.node, buffer, part.buffer);
      this.#reserve(part.output, this.#partition.nodeLength(part.node));
      node = part.endNode;
      buffer = part.endBuffer;
    }
    this.#copy(node, nodeEnd, buffer, bufferEnd);
  }

  /** A field of its own: the lists of the job's first operand around the result. */
  addResult({ output, job }: FieldResult): void {
    const { levels, values } = this.#schema.places[job.operands[0]!.index]!;
    for (const level of levels.slice(0, -1)) this.#addLists(level);
    this.#reserve(output, this.#partition.nodeLength(values.node));
  }

  assemble(variadicCounts: readonly bigint[]): RecordBatchMessage {
    const { buffers } = this;
    const { views, metadata, body, offsets } = assembleMessage(
      this.#nodes,
      buffers,
      variadicCounts,
      this.#partition.rowCount,
      MessageHeader.RecordBatch,
      (_, header) => header,
    );
    const bytesOf = (buffer: number) => {
      const offset = offsets[buffer] ?? 0;
      return body.subarray(offset, offset + (buffers[buffer]?.byteLength ?? 0));
    };
    const results = this.#results.map(({ output, node, buffer }) => ({
      output,
      addNulls: (count: number) => addNulls(metadata, node, count),
      validity: bytesOf(buffer),
      values: bytesOf(buffer + 1),
    }));
    return { views, results };
  }

  #copy(nodeStart: number, nodeEnd: number, bufferStart: number, bufferEnd: number): void {
    const partition = this.#partition;
    for (let node = nodeStart; node < nodeEnd; node++) {
      this.#nodes.push(partition.nodeLength(node), partition.nullCount(node));
    }
    const end = partition.bufferIndex(bufferEnd);
    for (let index = partition.bufferIndex(bufferStart); index < end; index++) {
      this.buffers.push(partition.plainBuffer(index));
    }
  }

  #addLists(level: readonly FieldPlace[]): void {
    const partition = this.#partition;
    const { field, node, buffer } = level.at(-1)!;
    this.#nodes.push(partition.nodeLength(node), jointNullCount(partition, level));
    const validity = jointValidity(partition, level);
    if (validity.kind === 'joint') this.buffers.push(validity.range);
    else this.buffers.push(validity.kind === 'none' ? filled(0, 0) : partition.plainBuffer(validity.index));
    if (listForm(field).kind === 'offsets') this.buffers.push(partition.plainBuffer(partition.bufferIndex(buffer + 1)));
  }

  #reserve(output: OutputColumn, count: number): void {
    this.#results.push({ output, node: this.#nodes.length / 2, buffer: this.buffers.length });
    this.#nodes.push(count, 0);
    this.buffers.push(filled(valuesByteLength('bool', count), 0xff), filled(valuesByteLength(output.type, count), 0));
  }
}

/** A buffer of the same bytes. */
function filled(byteLength: number, byte: number): BufferRange {
  return { file: new MemoryFile('results', new Uint8Array(byteLength).fill(byte)), position: 0, byteLength };
}
