/** Messages that are put together in memory: a record batch, or one with a dictionary, of buffers that lie anywhere. */
import { Buffer as FbBuffer } from 'apache-arrow/fb/buffer';
import { FieldNode } from 'apache-arrow/fb/field-node';
import { Message } from 'apache-arrow/fb/message';
import type { MessageHeader } from 'apache-arrow/fb/message-header';
import { MetadataVersion } from 'apache-arrow/fb/metadata-version';
import { RecordBatch } from 'apache-arrow/fb/record-batch';
import { Builder, ByteBuffer, type Offset } from 'flatbuffers';
import type { BufferRange } from './compression.js';
import { frameMetadata } from './message.js';

const ALIGNMENT = 8;
/** Marker and length in front of a message's metadata. */
const PREFIX_BYTE_LENGTH = 8;
/** Where in a FieldNode its null count stands. */
const NULL_COUNT_OFFSET = 8;

/** Metadata and body of a message that is a record batch or holds one. */
export function assembleMessage(
  nodes: readonly number[],
  ranges: readonly BufferRange[],
  variadicCounts: readonly bigint[],
  rowCount: number,
  headerType: MessageHeader,
  wrap: (builder: Builder, recordBatch: Offset) => Offset,
) {
  const offsets: number[] = [];
  let bodyByteLength = 0;
  for (const { byteLength } of ranges) {
    offsets.push(bodyByteLength);
    bodyByteLength += Math.ceil(byteLength / ALIGNMENT) * ALIGNMENT;
  }
  const builder = new Builder(256 + 16 * (nodes.length + ranges.length));
  const counts =
    variadicCounts.length === 0 ? 0 : RecordBatch.createVariadicBufferCountsVector(builder, [...variadicCounts]);
  RecordBatch.startBuffersVector(builder, ranges.length);
  for (let i = ranges.length - 1; i >= 0; i--) {
    FbBuffer.createBuffer(builder, BigInt(offsets[i]!), BigInt(ranges[i]!.byteLength));
  }
  const buffersVector = builder.endVector();
  RecordBatch.startNodesVector(builder, nodes.length / 2);
  for (let i = nodes.length - 2; i >= 0; i -= 2) {
    FieldNode.createFieldNode(builder, BigInt(nodes[i]!), BigInt(nodes[i + 1]!));
  }
  const nodesVector = builder.endVector();
  RecordBatch.startRecordBatch(builder);
  RecordBatch.addLength(builder, BigInt(rowCount));
  RecordBatch.addNodes(builder, nodesVector);
  RecordBatch.addBuffers(builder, buffersVector);
  RecordBatch.addVariadicBufferCounts(builder, counts);
  const header = wrap(builder, RecordBatch.endRecordBatch(builder));
  const body = new Uint8Array(bodyByteLength);
  for (const [i, { file, position, byteLength }] of ranges.entries()) {
    file.read(body.subarray(offsets[i]!, offsets[i]! + byteLength), position);
  }
  const metadata = frameMessage(builder, headerType, header, bodyByteLength);
  return { views: [metadata, body], metadata, body, offsets };
}

/** A message's metadata as it stands in a stream. */
export function frameMessage(
  builder: Builder,
  headerType: MessageHeader,
  header: Offset,
  bodyByteLength: number,
): Uint8Array {
  builder.finish(Message.createMessage(builder, MetadataVersion.V5, headerType, header, BigInt(bodyByteLength), 0));
  return frameMetadata(builder.asUint8Array(), 0, ALIGNMENT);
}

/** Adds to the null count of a node of a record batch whose metadata stands as in a stream. */
export function addNulls(framed: Uint8Array, node: number, nullCount: number): void {
  const metadata = framed.subarray(PREFIX_BYTE_LENGTH);
  const batch: RecordBatch | null = Message.getRootAsMessage(new ByteBuffer(metadata)).header(new RecordBatch());
  const place = batch?.nodes(node)?.bb_pos;
  if (place === undefined) throw new RangeError(`the record batch has no node ${node}`);
  const view = new DataView(metadata.buffer, metadata.byteOffset + place + NULL_COUNT_OFFSET);
  view.setBigInt64(0, view.getBigInt64(0, true) + BigInt(nullCount), true);
}
