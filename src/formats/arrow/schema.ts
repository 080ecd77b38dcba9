import { Endianness } from 'apache-arrow/fb/endianness';
import type { Field } from 'apache-arrow/fb/field';
import { FixedSizeList } from 'apache-arrow/fb/fixed-size-list';
import type { MetadataVersion } from 'apache-arrow/fb/metadata-version';
import type { Schema as FbSchema } from 'apache-arrow/fb/schema';
import { Type } from 'apache-arrow/fb/type';
import { LanewiseError } from '../../errors.js';
import type { Column, Schema, Shape } from '../../plan/schema.js';
import type { CheckedByteBuffer } from './checked-buffer.js';
import { bufferCountOf, isView, numericTypeOf, typeNameOf, typeTable } from './types.js';

/** Deeper than any writer nests; what goes on beyond is damage. */
const DEPTH_MAX = 64;

/**
 * Where a column stands in the record batches. Nodes and buffers are counted as if no view had variadic buffers;
 * `ArrowPartition` adds those, which differ from batch to batch.
 */
export interface Place {
  readonly field: Field;
  readonly node: number;
  readonly buffer: number;
  /** The node and the first buffer of the values: the field's own, or for a list its child's. */
  readonly valuesNode: number;
  readonly valuesBuffer: number;
  /** The structs that a struct's child belongs to: a value of it is null where one of them is. */
  readonly ancestors: readonly Place[];
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
  walk.start = Math.min(table.bb_pos, vtablePosition(buffer, table.bb_pos));
  for (let i = 0; i < table.customMetadataLength(); i++) walk.mark(table.customMetadata(i)!.bb_pos);
  const fieldNames: string[] = [];
  for (let i = 0; i < table.fieldsLength(); i++) {
    const field = table.fields(i)!;
    fieldNames.push(field.name() ?? '');
    walk.enter(field, i, [], []);
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

/** Slots of the Field table that point at tables: the type and the dictionary. */
const TABLE_SLOTS = [3, 4] as const;

function vtablePosition(buffer: CheckedByteBuffer, table: number): number {
  return table - buffer.readInt32(table);
}

/** Goes through the fields depth first, as the nodes and buffers of a record batch stand. */
class SchemaWalk {
  readonly columns: Column[] = [];
  readonly places: Place[] = [];
  readonly variadicPlaces: number[] = [];
  nodeCount = 0;
  bufferCount = 0;
  hasUnion = false;
  hasDictionary = false;
  /** Position of the first byte of what has been seen. */
  start = 0;
  readonly #buffer: CheckedByteBuffer;
  readonly #version: MetadataVersion;

  constructor(buffer: CheckedByteBuffer, version: MetadataVersion) {
    this.#buffer = buffer;
    this.#version = version;
  }

  /** Adds a field that is a column, and returns the name of its type. */
  enter(field: Field, fieldIndex: number, parents: readonly Column[], ancestors: readonly Place[]): string {
    const index = this.columns.length;
    const node = this.nodeCount;
    const buffer = this.bufferCount;
    const shape = shapeOf(field);
    const path = [...(parents.at(-1)?.path ?? []), field.name() ?? ''];
    const elements = shape.kind === 'flat' ? field : field.children(0)!;
    const place: Place = {
      field,
      node,
      buffer,
      valuesNode: shape.kind === 'flat' ? node : node + 1,
      valuesBuffer: shape.kind === 'flat' ? buffer : buffer + bufferCountOf(field, this.#version)!,
      ancestors,
    };
    const column = {
      index,
      fieldIndex,
      path,
      name: path.join('.'),
      type: numericTypeOf(elements),
      typeName: '',
      nullable: field.nullable() || (parents.at(-1)?.nullable ?? false),
      shape,
    };
    this.columns.push(column);
    this.places.push(place);
    this.#own(field);
    const childNames: string[] = [];
    if (field.dictionary() === null) {
      const isStruct = field.typeType() === Type.Struct_;
      for (let i = 0; i < field.childrenLength(); i++) {
        const child = field.children(i)!;
        childNames.push(
          isStruct
            ? this.enter(child, fieldIndex, this.#deeper(parents, column), [...ancestors, place])
            : this.#pass(child, parents.length + 1),
        );
      }
    }
    column.typeName = typeNameOf(field, childNames);
    return column.typeName;
  }

  /** Counts a field that isn't a column, a list's child for one, and returns the name of its type. */
  #pass(field: Field, depth: number): string {
    if (depth > DEPTH_MAX) throw this.#tooDeep();
    this.#own(field);
    const childNames: string[] = [];
    if (field.dictionary() === null) {
      for (let i = 0; i < field.childrenLength(); i++) childNames.push(this.#pass(field.children(i)!, depth + 1));
    }
    return typeNameOf(field, childNames);
  }

  /** Tables point forward, and so stand behind the schema's own; but what says how a table is laid out may not. */
  mark(position: number): void {
    this.start = Math.min(this.start, vtablePosition(this.#buffer, position));
  }

  #own(field: Field): void {
    this.mark(field.bb_pos);
    for (const slot of TABLE_SLOTS) {
      const offset = this.#buffer.__offset(field.bb_pos, 4 + 2 * slot);
      if (offset !== 0) this.mark(this.#buffer.__indirect(field.bb_pos + offset));
    }
    for (let i = 0; i < field.customMetadataLength(); i++) this.mark(field.customMetadata(i)!.bb_pos);
    const count = bufferCountOf(field, this.#version);
    if (count === undefined) {
      throw new LanewiseError(
        'LW_UNSUPPORTED_INPUT',
        `${this.#buffer.description}: field '${field.name()}' has type ${field.typeType()}, which this version of Lanewise doesn't know; drop the column first`,
      );
    }
    this.nodeCount++;
    this.bufferCount += count;
    if (field.typeType() === Type.Union) this.hasUnion = true;
    if (field.dictionary() !== null) this.hasDictionary = true;
    if (isView(field)) this.variadicPlaces.push(this.bufferCount);
    // A table takes 12 bytes at least. Damaged offsets can have many parents share children, and so on without end.
    if (this.nodeCount * 12 > this.#buffer.capacity()) throw this.#buffer.damaged('more fields than it has room for');
  }

  #deeper(parents: readonly Column[], column: Column): readonly Column[] {
    if (parents.length >= DEPTH_MAX) throw this.#tooDeep();
    return [...parents, column];
  }

  #tooDeep(): LanewiseError {
    return this.#buffer.damaged(`fields nest deeper than ${DEPTH_MAX}`);
  }
}

/** The shape of a list is told from `flat` only where its elements are plain numbers. */
function shapeOf(field: Field): Shape {
  if (field.dictionary() !== null || field.childrenLength() !== 1) return { kind: 'flat' };
  if (numericTypeOf(field.children(0)!) === undefined) return { kind: 'flat' };
  switch (field.typeType()) {
    case Type.FixedSizeList:
      return { kind: 'fixed_size_list', listSize: typeTable(field, new FixedSizeList())?.listSize() ?? 0 };
    case Type.List:
      return { kind: 'list' };
    case Type.LargeList:
      return { kind: 'large_list' };
    default:
      return { kind: 'flat' };
  }
}
