/** What a record batch message says, read from its flatbuffer and held against the schema and the body's length. */
import { CompressionType } from 'apache-arrow/fb/compression-type';
import { MetadataVersion } from 'apache-arrow/fb/metadata-version';
import type { RecordBatch } from 'apache-arrow/fb/record-batch';
import { LanewiseError } from '../../errors.js';
import type { CheckedByteBuffer } from './checked-buffer.js';
import type { BodyCodec } from './compression.js';
import type { ArrowMessage } from './message.js';
import type { ArrowSchema } from './schema.js';

/** @throws LW_CORRUPT_INPUT */
export function readRowCount({ buffer }: ArrowMessage, header: RecordBatch): number {
  const offset = buffer.__offset(header.bb_pos, 4);
  return offset === 0 ? 0 : buffer.readLength(header.bb_pos + offset);
}

/** Before V5 had compressed bodies, Arrow 0.17 named the codec in the message's metadata. */
const EXPERIMENTAL_COMPRESSION_KEY = 'ARROW:experimental_compression';

export function readCodec({ buffer, message, version }: ArrowMessage, header: RecordBatch): BodyCodec | undefined {
  const compression = header.compression();
  if (version === MetadataVersion.V4) {
    for (let i = 0; i < message.customMetadataLength(); i++) {
      const entry = message.customMetadata(i)!;
      if (entry.key() === EXPERIMENTAL_COMPRESSION_KEY)
        return experimentalCodec(entry.value() ?? '', buffer.description);
    }
  }
  if (compression === null) return undefined;
  const codec = compression.codec();
  if (codec === CompressionType.LZ4_FRAME) return 'lz4';
  if (codec === CompressionType.ZSTD) return 'zstd';
  throw new LanewiseError(
    'LW_UNSUPPORTED_INPUT',
    `${buffer.description} is compressed with codec ${codec}; Lanewise reads LZ4_FRAME (0) and ZSTD (1)`,
  );
}

function experimentalCodec(name: string, description: string): BodyCodec {
  const codec = name.toLowerCase();
  if (codec === 'lz4' || codec === 'zstd') return codec;
  throw new LanewiseError(
    'LW_UNSUPPORTED_INPUT',
    `${description} is compressed with '${name}'; Lanewise reads lz4 and zstd`,
  );
}

export function readVariadicSums(
  schema: ArrowSchema,
  { buffer }: ArrowMessage,
  header: RecordBatch,
): readonly number[] {
  const count = schema.variadicPlaces.length;
  if (header.variadicBufferCountsLength() < count) {
    throw buffer.damaged(`${header.variadicBufferCountsLength()} variadic buffer counts for ${count} view fields`);
  }
  const sums: number[] = [];
  if (count === 0) return sums;
  const start = buffer.__vector(header.bb_pos + buffer.__offset(header.bb_pos, 12));
  let sum = 0;
  for (let i = 0; i < count; i++) {
    sum += buffer.readLength(start + 8 * i);
    sums.push(sum);
  }
  return sums;
}

export function readNodes(
  schema: ArrowSchema,
  { buffer }: ArrowMessage,
  header: RecordBatch,
  rowCount: number,
): readonly number[] {
  if (header.nodesLength() !== schema.nodeCount) {
    throw buffer.damaged(`${header.nodesLength()} nodes where the schema has ${schema.nodeCount} fields`);
  }
  const nodes = readPairs(buffer, schema.nodeCount === 0 ? 0 : header.nodes(0)!.bb_pos, schema.nodeCount);
  for (let i = 0; i < nodes.length; i += 2) {
    if (nodes[i + 1]! > nodes[i]!)
      throw buffer.damaged(`${nodes[i + 1]} nulls among ${nodes[i]} values of node ${i / 2}`);
  }
  for (const [index, { node, levels }] of schema.places.entries()) {
    const depth = levels.length === 1 ? 0 : levels.findIndex((level) => level.some((place) => place.node === node));
    const length = nodes[2 * node]!;
    const count = depth === 0 ? rowCount : nodes[2 * levels[depth]![0]!.node]!;
    if (length === count) continue;
    const { name } = schema.schema.columns[index]!;
    const owner = depth === 0 ? `a batch of ${count} rows` : `structs, of which there are ${count}`;
    throw buffer.damaged(`column '${name}' has ${length} values in ${owner}`);
  }
  return nodes;
}

export function readBuffers(
  { buffer }: ArrowMessage,
  header: RecordBatch,
  count: number,
  bodyByteLength: number,
): readonly number[] {
  if (header.buffersLength() !== count) {
    throw buffer.damaged(`${header.buffersLength()} buffers where the schema's fields have ${count}`);
  }
  const buffers = readPairs(buffer, count === 0 ? 0 : header.buffers(0)!.bb_pos, count);
  let sum = 0;
  for (let i = 0; i < buffers.length; i += 2) {
    const end = buffers[i]! + buffers[i + 1]!;
    sum += buffers[i + 1]!;
    if (end > bodyByteLength && buffers[i + 1]! > 0) {
      throw buffer.damaged(`buffer ${i / 2} ends at byte ${end} of a body of ${bodyByteLength}`);
    }
  }
  if (sum > bodyByteLength) throw buffer.damaged(`buffers of ${sum} bytes in a body of ${bodyByteLength}`);
  return buffers;
}

/** A vector of structs that are two int64 each. */
function readPairs(buffer: CheckedByteBuffer, start: number, count: number): readonly number[] {
  const pairs: number[] = [];
  for (let i = 0; i < 2 * count; i++) pairs.push(buffer.readLength(start + 8 * i));
  return pairs;
}
