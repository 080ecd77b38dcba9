import { Endianness } from 'apache-arrow/fb/endianness';
import type { Field } from 'apache-arrow/fb/field';
import type { MetadataVersion } from 'apache-arrow/fb/metadata-version';
import type { Schema as FbSchema } from 'apache-arrow/fb/schema';
import { LanewiseError } from '../../errors.js';
import type { Schema } from '../../plan/schema.js';
import type { CheckedByteBuffer } from './checked-buffer.js';
import { SchemaWalk } from './schema-walk.js';

/**
 * Where a field stands in the record batches. Nodes and buffers are counted as if no view had variadic buffers;
 * `ArrowPartition` adds those, which differ from batch to batch.
 */
export interface FieldPlace {
  readonly field: Field;
  readonly node: number;
  readonly buffer: number;
}

/** Where a column stands. */
export interface Place extends FieldPlace {
  /**
   * The fields from the top down to that of the values, apart by what they are counted in: rows, then the elements of
   * one list after the other. All parts but the last end with the list. What is null in one of a part is null in it.
   *
   *     list<struct<x>>  [[points], [item, x]]
   *     struct<list<x>>  [[s, l], [x]]
   */
  readonly levels: readonly (readonly FieldPlace[])[];
  /** Of the values: the field's own, or for a list those of what it is of. */
  readonly values: FieldPlace;
}

/** A schema with all that is needed to find columns in record batches and to write it again. */
export interface ArrowSchema {
  readonly schema: Schema;
  readonly table: FbSchema;
  readonly buffer: CheckedByteBuffer;
  /** A multiple of 8 before which nothing of the schema stands in the buffer. */
  readonly start: number;
  readonly version: MetadataVersion;
  /** By `Column.index`. */
  readonly places: readonly Place[];
  readonly nodeCount: number;
  /** Without variadic buffers. */
  readonly bufferCount: number;
  /** Whether there are unions, whose buffers are others in V4 and V5. */
  readonly hasUnion: boolean;
  /** Whether values of a field, or of one within it, stand in a dictionary. */
  readonly hasDictionary: boolean;
  /** For each view field, the place behind its own buffers, where its variadic buffers are. */
  readonly variadicPlaces: readonly number[];
}

/**
 * @throws LW_UNSUPPORTED_INPUT for big-endian data and types that aren't known
 * @throws LW_CORRUPT_INPUT
 */
export function parseSchema(table: FbSchema, buffer: CheckedByteBuffer, version: MetadataVersion): ArrowSchema {
  if (table.endianness() !== Endianness.Little) {
    throw new LanewiseError(
      'LW_UNSUPPORTED_INPUT',
      `${buffer.description} says that the data is big-endian; convert it on the machine that wrote it`,
    );
  }
  const walk = new SchemaWalk(buffer, version);
  walk.start = table.bb_pos;
  walk.mark(table.bb_pos);
  for (let i = 0; i < table.customMetadataLength(); i++) walk.mark(table.customMetadata(i)!.bb_pos);
  const fieldNames: string[] = [];
  for (let i = 0; i < table.fieldsLength(); i++) {
    const field = table.fields(i)!;
    fieldNames.push(field.name() ?? '');
    walk.enter(field, field.name() ?? '', { fieldIndex: i, path: [], nullable: false, levels: [[]], depth: 0 });
  }
  return {
    schema: { columns: walk.columns, fieldNames },
    table,
    buffer,
    start: Math.floor(walk.start / 8) * 8,
    version,
    places: walk.places,
    nodeCount: walk.nodeCount,
    bufferCount: walk.bufferCount,
    hasUnion: walk.hasUnion,
    hasDictionary: walk.hasDictionary,
    variadicPlaces: walk.variadicPlaces,
  };
}
