import { Bool } from 'apache-arrow/fb/bool';
import { Field } from 'apache-arrow/fb/field';
import { FloatingPoint } from 'apache-arrow/fb/floating-point';
import { Int } from 'apache-arrow/fb/int';
import { KeyValue } from 'apache-arrow/fb/key-value';
import { List } from 'apache-arrow/fb/list';
import { Message } from 'apache-arrow/fb/message';
import { MessageHeader } from 'apache-arrow/fb/message-header';
import { Precision } from 'apache-arrow/fb/precision';
import { Schema as FbSchema } from 'apache-arrow/fb/schema';
import { Type } from 'apache-arrow/fb/type';
import { Builder, type Offset } from 'flatbuffers';
import { BITS_PER_VALUE, type NumericType } from '../../abi/types.js';
import type { Job, OutputColumn } from '../../plan/job.js';
import { PANDAS_KEY, updatePandasMetadata } from '../pandas-metadata.js';
import { EmbeddedBuffer } from './embedded.js';
import type { ArrowSchema, Place } from './schema.js';
import { numericTypeOf } from './types.js';

/** Slots of the Field table, in the order of Arrow's Schema.fbs. */
const SLOT = { name: 0, type: 3, dictionary: 4, children: 5, metadata: 6 } as const;
/** Slots of the Schema table. */
const SCHEMA_SLOT = { metadata: 2, features: 3 } as const;

/** What Arrow calls the elements of lists. */
export const ELEMENT = 'item';

/** Metadata of a field that makes an extension type of its storage type: it goes when the storage type changes. */
export const EXTENSION_KEY_PREFIX = 'ARROW:extension:';

/** The flatbuffer of a schema message. */
export function buildSchemaMessage(schema: ArrowSchema, jobs: readonly Job[], version = schema.version): Uint8Array {
  const builder = new Builder(1024 + 2 * schema.buffer.capacity());
  const header = writeSchema(builder, schema, jobs);
  builder.finish(Message.createMessage(builder, version, MessageHeader.Schema, header, 0n, 0));
  return builder.asUint8Array();
}

/** The schema of the output: fields that no job writes are the input's tables, replaced and new ones are built. */
export function writeSchema(builder: Builder, schema: ArrowSchema, jobs: readonly Job[]): Offset {
  const old = new EmbeddedBuffer(builder, schema.buffer, schema.start);
  if (jobs.length === 0) return old.at(schema.table.bb_pos);
  const outputs = jobs.flatMap((job) => job.outputs.map((output) => ({ output, job })));
  const writer = new FieldWriter(builder, old, schema, jobs);
  const fields: Offset[] = [];
  for (let i = 0; i < schema.table.fieldsLength(); i++) fields.push(writer.write(schema.table.fields(i)!));
  for (const { output, job } of outputs) if (output.replaces === undefined) fields.push(writer.create(output, job));
  const fieldsVector = FbSchema.createFieldsVector(builder, fields);
  const metadata = writeMetadata(builder, old, schema, jobs);
  const features = old.target(schema.table, SCHEMA_SLOT.features);
  FbSchema.startSchema(builder);
  FbSchema.addEndianness(builder, schema.table.endianness());
  FbSchema.addFields(builder, fieldsVector);
  if (metadata !== 0) FbSchema.addCustomMetadata(builder, metadata);
  if (features !== 0) FbSchema.addFeatures(builder, features);
  return FbSchema.endSchema(builder);
}

/** The schema's metadata, the input's but for pandas' part. */
function writeMetadata(builder: Builder, old: EmbeddedBuffer, schema: ArrowSchema, jobs: readonly Job[]): Offset {
  const { table } = schema;
  const entries: Offset[] = [];
  let isChanged = false;
  for (let i = 0; i < table.customMetadataLength(); i++) {
    const entry = table.customMetadata(i)!;
    if (entry.key() === PANDAS_KEY) {
      const value = updatePandasMetadata(
        entry.value() ?? '',
        jobs.flatMap((job) => job.outputs),
      );
      entries.push(KeyValue.createKeyValue(builder, builder.createString(PANDAS_KEY), builder.createString(value)));
      isChanged = true;
    } else entries.push(old.at(entry.bb_pos));
  }
  if (!isChanged) return old.target(table, SCHEMA_SLOT.metadata);
  return FbSchema.createCustomMetadataVector(builder, entries);
}

/** Writes fields of an input as the output has them. */
export class FieldWriter {
  readonly #builder: Builder;
  readonly #old: EmbeddedBuffer;
  readonly #schema: ArrowSchema;
  /** By the position of the input's Field table. */
  readonly #replaced = new Map<number, OutputColumn>();
  /** Positions of replaced fields and of what they are in. */
  readonly #touched = new Set<number>();

  constructor(builder: Builder, old: EmbeddedBuffer, schema: ArrowSchema, jobs: readonly Job[]) {
    this.#builder = builder;
    this.#old = old;
    this.#schema = schema;
    for (const output of jobs.flatMap((job) => job.outputs)) {
      if (output.replaces === undefined) continue;
      const place = schema.places[output.replaces.index]!;
      this.#replaced.set(place.field.bb_pos, output);
      for (const { field } of place.levels.flat()) this.#touched.add(field.bb_pos);
    }
  }

  write(field: Field): Offset {
    const output = this.#replaced.get(field.bb_pos);
    if (output !== undefined) return this.#rebuild(field, output, this.#old.target(field, SLOT.name));
    if (!this.#touched.has(field.bb_pos)) return this.#old.at(field.bb_pos);
    const children: Offset[] = [];
    for (let i = 0; i < field.childrenLength(); i++) children.push(this.write(field.children(i)!));
    return this.#build({
      name: this.#old.target(field, SLOT.name),
      nullable: field.nullable(),
      typeType: field.typeType(),
      type: this.#old.target(field, SLOT.type),
      children: Field.createChildrenVector(this.#builder, children),
      metadata: this.#old.target(field, SLOT.metadata),
    });
  }

  /** A new field; one over a column in lists has these lists, of the job's first operand. */
  create(output: OutputColumn, job: Job): Offset {
    const name = this.#builder.createString(output.name);
    if (output.shape.kind !== 'flat')
      return this.#createLists(this.#schema.places[job.operands[0]!.index]!.levels, output, name);
    return this.#createFlat(output, name, output.nullable);
  }

  /** The lists of a column without the structs that they are in: a list is null where a struct was that had it. */
  #createLists([level, ...inner]: Place['levels'], output: OutputColumn, name: Offset): Offset {
    const { field } = level!.at(-1)!;
    const nullable = level!.some((place) => place.field.nullable());
    const isAlone = level!.length === 1;
    if (inner.length === 0) {
      const mayBeNull = output.nullable || nullable;
      return isAlone ? this.#rebuildFlat(field, output, name, mayBeNull) : this.#createFlat(output, name, mayBeNull);
    }
    const isMap = field.typeType() === Type.Map;
    const elementName = isMap ? this.#builder.createString(ELEMENT) : this.#old.target(field.children(0)!, SLOT.name);
    const elements = this.#createLists(inner, output, elementName);
    const children = Field.createChildrenVector(this.#builder, [elements]);
    const type = isMap
      ? this.#createListType()
      : { typeType: field.typeType(), type: this.#old.target(field, SLOT.type) };
    return this.#build({ name, nullable, ...type, children, metadata: 0 });
  }

  #createListType(): { readonly typeType: Type; readonly type: Offset } {
    List.startList(this.#builder);
    return { typeType: Type.List, type: List.endList(this.#builder) };
  }

  #createFlat(output: OutputColumn, name: Offset, nullable: boolean): Offset {
    const type = this.#createType(output.type);
    const children = Field.createChildrenVector(this.#builder, []);
    return this.#build({ name, nullable, ...type, children, metadata: 0 });
  }

  /** A field in the place of another, which keeps what doesn't hang on the type of its values. */
  #rebuild(field: Field, output: OutputColumn, name: Offset): Offset {
    if (output.shape.kind === 'flat' || field.childrenLength() === 0) {
      return this.#rebuildFlat(field, output, name, output.nullable);
    }
    const metadata = this.#metadata(field, numericTypeOf(innermost(field)) === output.type);
    return this.#rebuildList(field, output, name, metadata);
  }

  /** A list like the field, of lists where the field's elements are, with the output's type for its numbers. */
  #rebuildList(field: Field, output: OutputColumn, name: Offset, metadata: Offset): Offset {
    const elements = field.children(0)!;
    const elementName = this.#old.target(elements, SLOT.name);
    const rebuilt =
      elements.childrenLength() > 0
        ? this.#rebuildList(elements, output, elementName, this.#metadata(elements, true))
        : this.#rebuildFlat(elements, output, elementName, output.nullable || elements.nullable());
    return this.#build({
      name,
      nullable: field.nullable(),
      typeType: field.typeType(),
      type: this.#old.target(field, SLOT.type),
      children: Field.createChildrenVector(this.#builder, [rebuilt]),
      metadata,
    });
  }

  #rebuildFlat(field: Field, output: OutputColumn, name: Offset, nullable: boolean): Offset {
    const isSameType = numericTypeOf(field) === output.type;
    const type = isSameType
      ? { typeType: field.typeType(), type: this.#old.target(field, SLOT.type) }
      : this.#createType(output.type);
    const children = Field.createChildrenVector(this.#builder, []);
    return this.#build({ name, nullable, ...type, children, metadata: this.#metadata(field, isSameType) });
  }

  #metadata(field: Field, isSameType: boolean): Offset {
    const all = this.#old.target(field, SLOT.metadata);
    if (isSameType || all === 0) return all;
    const kept: Offset[] = [];
    for (let i = 0; i < field.customMetadataLength(); i++) {
      const entry = field.customMetadata(i)!;
      if (!entry.key()?.startsWith(EXTENSION_KEY_PREFIX)) kept.push(this.#old.at(entry.bb_pos));
    }
    return kept.length === field.customMetadataLength() ? all : Field.createCustomMetadataVector(this.#builder, kept);
  }

  #createType(type: NumericType): { readonly typeType: Type; readonly type: Offset } {
    const builder = this.#builder;
    if (type === 'bool') {
      Bool.startBool(builder);
      return { typeType: Type.Bool, type: Bool.endBool(builder) };
    }
    const bits = BITS_PER_VALUE[type];
    if (type.startsWith('float')) {
      const precision = bits === 64 ? Precision.DOUBLE : bits === 32 ? Precision.SINGLE : Precision.HALF;
      return { typeType: Type.FloatingPoint, type: FloatingPoint.createFloatingPoint(builder, precision) };
    }
    return { typeType: Type.Int, type: Int.createInt(builder, bits, !type.startsWith('u')) };
  }

  #build(field: {
    readonly name: Offset;
    readonly nullable: boolean;
    readonly typeType: Type;
    readonly type: Offset;
    readonly children: Offset;
    readonly metadata: Offset;
  }): Offset {
    const builder = this.#builder;
    Field.startField(builder);
    Field.addName(builder, field.name);
    Field.addNullable(builder, field.nullable);
    Field.addTypeType(builder, field.typeType);
    Field.addType(builder, field.type);
    Field.addChildren(builder, field.children);
    Field.addCustomMetadata(builder, field.metadata);
    return Field.endField(builder);
  }
}

/** The field of the numbers of a list. */
function innermost(field: Field): Field {
  return field.childrenLength() === 0 ? field : innermost(field.children(0)!);
}
