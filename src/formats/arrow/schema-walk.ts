/** The columns of an Arrow schema, and where they stand in record batches. */
import type { Field } from 'apache-arrow/fb/field';
import type { MetadataVersion } from 'apache-arrow/fb/metadata-version';
import { Type } from 'apache-arrow/fb/type';
import { LanewiseError } from '../../errors.js';
import type { Column, Shape } from '../../plan/schema.js';
import type { CheckedByteBuffer } from './checked-buffer.js';
import type { Place } from './schema.js';
import { bufferCountOf, isView, listForm, numericTypeOf, typeNameOf } from './types.js';

/** Deeper than any writer nests; what goes on beyond is damage. */
const DEPTH_MAX = 64;

/** Slots of the Field table that point at tables: the type and the dictionary. */
const TABLE_SLOTS = [3, 4] as const;

function vtablePosition(buffer: CheckedByteBuffer, table: number): number {
  return table - buffer.readInt32(table);
}

/** What a field is in. */
interface Surroundings {
  readonly fieldIndex: number;
  /** Of the column that it is part of. */
  readonly path: readonly string[];
  /** Whether something around it may be null, of what is in the same list. */
  readonly nullable: boolean;
  /** As in `Place`, down to what it is a child of. */
  readonly levels: Place['levels'];
  readonly depth: number;
}

/** Goes through the fields depth first, as the nodes and buffers of a record batch stand. */
export class SchemaWalk {
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
  enter(field: Field, name: string, around: Surroundings, isMapKey = false): string {
    const { fieldIndex } = around;
    const index = this.columns.length;
    const path = [...around.path, name];
    const nullable = around.nullable || field.nullable();
    const numbers = numbersOf(field);
    const levels = this.#levelsOf(numbers ?? [field], around.levels);
    const values = levels.at(-1)!.at(-1)!;
    const column = {
      index,
      fieldIndex,
      path,
      name: path.join('.'),
      type: numbers && numericTypeOf(values.field),
      typeName: '',
      nullable,
      shape: shapeOf(numbers, around.levels.length > 1),
      ...(isMapKey && { isMapKey }),
    };
    this.columns.push(column);
    this.places.push({ field, node: this.nodeCount, buffer: this.bufferCount, levels, values });
    column.typeName =
      field.childrenLength() === 0
        ? this.#pass(field, around.depth)
        : this.#inside(field, { ...around, path, nullable }, numbers !== undefined);
    return column.typeName;
  }

  /**
   * Counts a field and all that is in it, in whose structs, lists and maps there may be columns; returns its type's name.
   * @param isOfNumbers whether the field is a column with all of its lists
   */
  #inside(field: Field, around: Surroundings, isOfNumbers = false): string {
    const { depth } = around;
    if (depth > DEPTH_MAX) throw this.#tooDeep();
    const levels = this.#levelsOf([field], around.levels);
    this.#own(field);
    if (field.dictionary() !== null) return typeNameOf(field, []);
    const inner = { ...around, levels, depth: depth + 1 };
    const inList = { ...inner, levels: [...levels, []], nullable: false };
    const childNames = children(field).map((child, at) => {
      if (isOfNumbers) return this.#pass(child, depth + 1);
      switch (field.typeType()) {
        case Type.Struct_:
          return this.enter(child, child.name() ?? '', inner);
        case Type.List:
        case Type.LargeList:
        case Type.FixedSizeList:
          return this.#inside(child, { ...inList, nullable: child.nullable() });
        case Type.Map:
          return at === 0 ? this.#entries(child, inList) : this.#pass(child, depth + 1);
        default:
          return this.#pass(child, depth + 1);
      }
    });
    return typeNameOf(field, childNames);
  }

  /** A map's entries: structs of a key and a value, whatever they are called. */
  #entries(field: Field, around: Surroundings): string {
    if (field.typeType() !== Type.Struct_ || field.dictionary() !== null) return this.#pass(field, around.depth);
    const levels = this.#levelsOf([field], around.levels);
    this.#own(field);
    const inner = { ...around, levels, depth: around.depth + 1 };
    const childNames = children(field).map((child, at) => {
      if (at > 1) return this.#pass(child, inner.depth);
      return at === 0 ? this.enter(child, 'key', inner, true) : this.enter(child, 'value', inner);
    });
    return typeNameOf(field, childNames);
  }

  /** The levels down to the last of some fields, of which each is the one child of the one before. */
  #levelsOf(fields: readonly Field[], around: Place['levels']): Place['levels'] {
    const levels = around.slice(0, -1);
    let last = around.at(-1) ?? [];
    let node = this.nodeCount;
    let buffer = this.bufferCount;
    for (const [at, field] of fields.entries()) {
      last = [...last, { field, node, buffer }];
      if (at === fields.length - 1) break;
      levels.push(last);
      last = [];
      node++;
      buffer += bufferCountOf(field, this.#version) ?? 0;
    }
    return [...levels, last];
  }

  /** Counts a field that isn't a column, a list's child for one, and returns the name of its type. */
  #pass(field: Field, depth: number): string {
    if (depth > DEPTH_MAX) throw this.#tooDeep();
    this.#own(field);
    const childNames: string[] = [];
    if (field.dictionary() === null) for (const child of children(field)) childNames.push(this.#pass(child, depth + 1));
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

  #tooDeep(): LanewiseError {
    return this.#buffer.damaged(`fields nest deeper than ${DEPTH_MAX}`);
  }
}

function children(field: Field): readonly Field[] {
  return Array.from({ length: field.childrenLength() }, (_, i) => field.children(i)!);
}

/** The fields from one down to the numbers that it is of, by way of lists alone; `undefined` where there is no such way. */
function numbersOf(field: Field): readonly Field[] | undefined {
  const way: Field[] = [];
  for (let inner = field; way.length <= DEPTH_MAX; inner = inner.children(0)!) {
    way.push(inner);
    if (numericTypeOf(inner) !== undefined) return way;
    if (!isList(inner)) return undefined;
  }
  return undefined;
}

function isList(field: Field): boolean {
  const isOfOne = field.dictionary() === null && field.childrenLength() === 1;
  const type = field.typeType();
  return isOfOne && (type === Type.FixedSizeList || type === Type.List || type === Type.LargeList);
}

const FLAT: Shape = { kind: 'flat' };

function shapeOf(numbers: readonly Field[] | undefined, isInList: boolean): Shape {
  const [list, ...inner] = numbers ?? [];
  if (list === undefined) return FLAT;
  if (isInList || inner.length > 1) return { kind: 'nested' };
  if (inner.length === 0) return FLAT;
  const form = listForm(list);
  if (form.kind === 'fixed_size') return { kind: 'fixed_size_list', listSize: form.listSize };
  return { kind: form.offsetByteLength === 8 ? 'large_list' : 'list' };
}
