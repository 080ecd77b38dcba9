import { BodyCompression } from 'apache-arrow/fb/body-compression';
import { BodyCompressionMethod } from 'apache-arrow/fb/body-compression-method';
import { CompressionType } from 'apache-arrow/fb/compression-type';
import { Message } from 'apache-arrow/fb/message';
import { MessageHeader } from 'apache-arrow/fb/message-header';
import type { MetadataVersion } from 'apache-arrow/fb/metadata-version';
import { RecordBatch } from 'apache-arrow/fb/record-batch';
import { Builder, ByteBuffer, type Offset } from 'flatbuffers';
import type { ArrowPartition } from './batch.js';
import type { BodyCodec } from './compression.js';
import { copyMetadata } from './custom-metadata.js';
import { PREFIX_BYTE_LENGTH, prefixMetadata } from './message.js';

/** What a record batch message says of the body; nodes and buffers are pairs, as in the flatbuffer. */
export interface BatchDescription {
  readonly rowCount: number;
  /** Length and null count of each node. */
  readonly nodes: readonly number[];
  /** Offset and length of each buffer. */
  readonly buffers: readonly number[];
  readonly bodyByteLength: number;
}

/**
 * Messages of record batches. Their length is known before anything in them is, which is why room for a message can be
 * left in the file; and since the messages of one file differ in numbers alone, they are made from a template.
 */
export class BatchMessageWriter {
  readonly #version: MetadataVersion;
  readonly #codec: BodyCodec | undefined;
  #scratch = new Uint8Array(0);
  readonly #templates = new Map<string, Template>();

  constructor(version: MetadataVersion, codec: BodyCodec | undefined) {
    this.#version = version;
    this.#codec = codec;
  }

  /**
   * The template for a batch: its metadata with every number 0.
   * @param partition the batch that it is made of; `undefined` where it comes from another format
   */
  template(partition: ArrowPartition | undefined, nodeCount: number, bufferCount: number): Template {
    const isPlain =
      partition === undefined ||
      (partition.message.message.customMetadataLength() === 0 &&
        partition.recordBatch.variadicBufferCountsLength() === 0);
    if (!isPlain) return buildTemplate(this.#version, this.#codec, nodeCount, bufferCount, partition);
    const key = `${nodeCount} ${bufferCount}`;
    let template = this.#templates.get(key);
    if (template === undefined) {
      template = buildTemplate(this.#version, this.#codec, nodeCount, bufferCount, undefined);
      this.#templates.set(key, template);
    }
    return template;
  }

  /**
   * A message's metadata with prefix and padding.
   * @param framedByteLength what it comes to, as `framedByteLength` has it
   * @returns a view of memory that the next call reuses
   */
  frame(template: Template, framedByteLength: number, batch: BatchDescription): Uint8Array {
    if (this.#scratch.length < framedByteLength) this.#scratch = new Uint8Array(2 * framedByteLength);
    const framed = this.#scratch.subarray(0, framedByteLength);
    prefixMetadata(framed);
    framed.set(template.metadata, PREFIX_BYTE_LENGTH);
    framed.fill(0, PREFIX_BYTE_LENGTH + template.metadata.length);
    const view = new DataView(framed.buffer, PREFIX_BYTE_LENGTH, template.metadata.length);
    writeInt64(view, template.rowCountAt, batch.rowCount);
    writeInt64(view, template.bodyByteLengthAt, batch.bodyByteLength);
    for (let i = 0; i < batch.nodes.length; i++) writeInt64(view, template.nodesAt + 8 * i, batch.nodes[i]!);
    for (let i = 0; i < batch.buffers.length; i++) writeInt64(view, template.buffersAt + 8 * i, batch.buffers[i]!);
    return framed;
  }
}

/** A message without numbers, and where they go. */
export interface Template {
  readonly metadata: Uint8Array;
  readonly rowCountAt: number;
  readonly nodesAt: number;
  readonly buffersAt: number;
  readonly bufferCount: number;
  readonly bodyByteLengthAt: number;
}

function writeInt64(view: DataView, offset: number, value: number): void {
  view.setUint32(offset, value, true);
  view.setUint32(offset + 4, value / 2 ** 32, true);
}

/** @param carried the batch whose message metadata and variadic buffer counts are carried over */
function buildTemplate(
  version: MetadataVersion,
  codec: BodyCodec | undefined,
  nodeCount: number,
  bufferCount: number,
  carried: ArrowPartition | undefined,
): Template {
  const builder = new Builder(256 + 16 * (nodeCount + bufferCount));
  const metadata =
    carried === undefined ? 0 : copyMetadata(builder, carried.message.message, Message.createCustomMetadataVector);
  const variadicCounts = carried === undefined ? 0 : copyVariadicCounts(builder, carried.recordBatch);
  const compression = codec === undefined ? 0 : createCompression(builder, codec);
  RecordBatch.startBuffersVector(builder, bufferCount);
  for (let i = 0; i < 2 * bufferCount; i++) builder.addInt64(0n);
  const buffers = builder.endVector();
  RecordBatch.startNodesVector(builder, nodeCount);
  for (let i = 0; i < 2 * nodeCount; i++) builder.addInt64(0n);
  const nodes = builder.endVector();
  // A number that is 0 has no room in a table unless it's forced to.
  builder.forceDefaults(true);
  RecordBatch.startRecordBatch(builder);
  RecordBatch.addLength(builder, 0n);
  builder.forceDefaults(false);
  RecordBatch.addNodes(builder, nodes);
  RecordBatch.addBuffers(builder, buffers);
  RecordBatch.addCompression(builder, compression);
  RecordBatch.addVariadicBufferCounts(builder, variadicCounts);
  const header = RecordBatch.endRecordBatch(builder);
  Message.startMessage(builder);
  Message.addVersion(builder, version);
  Message.addHeaderType(builder, MessageHeader.RecordBatch);
  Message.addHeader(builder, header);
  builder.forceDefaults(true);
  Message.addBodyLength(builder, 0n);
  builder.forceDefaults(false);
  Message.addCustomMetadata(builder, metadata);
  builder.finish(Message.endMessage(builder));
  return locate(builder.asUint8Array());
}

function copyVariadicCounts(builder: Builder, batch: RecordBatch): Offset {
  const count = batch.variadicBufferCountsLength();
  if (count === 0) return 0;
  const counts = Array.from({ length: count }, (_, i) => batch.variadicBufferCounts(i)!);
  return RecordBatch.createVariadicBufferCountsVector(builder, counts);
}

function createCompression(builder: Builder, codec: BodyCodec): Offset {
  const type = codec === 'lz4' ? CompressionType.LZ4_FRAME : CompressionType.ZSTD;
  return BodyCompression.createBodyCompression(builder, type, BodyCompressionMethod.BUFFER);
}

function locate(metadata: Uint8Array): Template {
  const buffer = new ByteBuffer(metadata);
  const message = Message.getRootAsMessage(buffer);
  const batch: RecordBatch = message.header(new RecordBatch());
  const buffersAt = batch.buffersLength() === 0 ? 0 : batch.buffers(0)!.bb_pos;
  return {
    metadata,
    rowCountAt: batch.bb_pos + buffer.__offset(batch.bb_pos, 4),
    nodesAt: batch.nodesLength() === 0 ? 0 : batch.nodes(0)!.bb_pos,
    buffersAt,
    bufferCount: batch.buffersLength(),
    bodyByteLengthAt: message.bb_pos + buffer.__offset(message.bb_pos, 10),
  };
}
