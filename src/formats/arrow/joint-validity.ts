/** The validity of lists that are null where one of the structs around them is. */
import { AndedBitmaps } from './anded-bitmaps.js';
import type { ArrowPartition } from './batch.js';
import { countBits } from './bits.js';
import type { BufferRange } from './compression.js';
import type { FieldPlace } from './schema.js';

/** Bitmaps are read in pieces of so many bytes. */
const PIECE_BYTE_LENGTH = 1 << 14;

/** A bitmap of a partition as it is, one that several make up, or none, where nothing is null. */
export type JointValidity =
  | { readonly kind: 'none' }
  | { readonly kind: 'buffer'; readonly index: number }
  | { readonly kind: 'joint'; readonly range: BufferRange };

/** @param level fields of the same length */
export function jointValidity(partition: ArrowPartition, level: readonly FieldPlace[]): JointValidity {
  const [first, ...others] = partition.nullBitmaps(level);
  if (first === undefined) return { kind: 'none' };
  if (others.length === 0) return { kind: 'buffer', index: first };
  const file = new AndedBitmaps([first, ...others].map((index) => partition.plainBuffer(index)));
  return { kind: 'joint', range: { file, position: 0, byteLength: Math.ceil(lengthOf(partition, level) / 8) } };
}

/** What is null where any of the fields is. Reads their bitmaps where more than one of them has nulls. */
export function jointNullCount(partition: ArrowPartition, level: readonly FieldPlace[]): number {
  const validity = jointValidity(partition, level);
  if (validity.kind !== 'joint') return Math.max(...level.map(({ node }) => partition.nullCount(node)));
  const count = lengthOf(partition, level);
  const { file, byteLength } = validity.range;
  const bytes = new Uint8Array(Math.min(byteLength, PIECE_BYTE_LENGTH));
  let validCount = 0;
  for (let start = 0; start < byteLength; start += bytes.length) {
    const piece = bytes.subarray(0, Math.min(bytes.length, byteLength - start));
    file.read(piece, start);
    validCount += countBits(piece, Math.min(8 * piece.length, count - 8 * start));
  }
  return count - validCount;
}

function lengthOf(partition: ArrowPartition, level: readonly FieldPlace[]): number {
  return partition.nodeLength(level.at(-1)!.node);
}
