/** The columns that jobs write, as leaves of the output's schema: how their values are stored, and in which codec. */
import type { PageCodec, PhysicalValue } from '../../abi/pages.js';
import type { NumericType } from '../../abi/types.js';
import { LanewiseError } from '../../errors.js';
import type { Job, OutputColumn } from '../../plan/job.js';
import { Codec, ConvertedType, IntType, LogicalType, PhysicalType, Repetition, SchemaElement } from './definitions.js';
import type { Leaf, ParquetSchema, SchemaNode } from './schema.js';
import type { ThriftStruct } from './thrift.js';
import { booleanField, i8Field, i32Field, stringField, structField, structOfFields } from './thrift-writer.js';

export interface OutputLeaf {
  readonly output: OutputColumn;
  /** What the column is computed with: its pages come together with those of the other outputs. */
  readonly job: Pick<Job, 'outputs'>;
  readonly path: readonly string[];
  /** The leaf whose place it takes; `undefined` for a new one behind all others. */
  readonly replaces: Leaf | undefined;
  readonly element: ThriftStruct;
  readonly physicalType: number;
  readonly physicalValue: PhysicalValue;
  readonly nullable: boolean;
  readonly codec: number;
  readonly pageCodec: PageCodec;
  readonly level: number | undefined;
  readonly encoding: 'plain' | 'byte_stream_split';
}

interface Storage {
  readonly physicalType: number;
  readonly physicalValue: PhysicalValue;
  /** Signedness and bits of an annotated integer. */
  readonly integer?: { readonly bits: number; readonly signed: boolean; readonly convertedType: number };
}

const integer = (bits: number, signed: boolean, convertedType: number): Storage => ({
  ...(bits === 64
    ? { physicalType: PhysicalType.int64, physicalValue: 'int64' as const }
    : { physicalType: PhysicalType.int32, physicalValue: 'int32' as const }),
  integer: { bits, signed, convertedType },
});

/** How Parquet stores each type. Plain INT32 and INT64 need no annotation. */
const STORAGE: Readonly<Record<NumericType, Storage>> = {
  float64: { physicalType: PhysicalType.double, physicalValue: 'double' },
  float32: { physicalType: PhysicalType.float, physicalValue: 'float' },
  float16: { physicalType: PhysicalType.fixedLenByteArray, physicalValue: 'float16' },
  int8: integer(8, true, ConvertedType.int8),
  int16: integer(16, true, ConvertedType.int16),
  int32: { physicalType: PhysicalType.int32, physicalValue: 'int32' },
  int64: { physicalType: PhysicalType.int64, physicalValue: 'int64' },
  uint8: integer(8, false, ConvertedType.uint8),
  uint16: integer(16, false, ConvertedType.uint16),
  uint32: integer(32, false, ConvertedType.uint32),
  uint64: integer(64, false, ConvertedType.uint64),
  bool: { physicalType: PhysicalType.boolean, physicalValue: 'boolean' },
};

export interface CodecChoice {
  readonly codec: number;
  readonly pageCodec: PageCodec;
  readonly level: number | undefined;
}

const FLOAT16_BYTE_LENGTH = 2;

export function createOutputLeaf(
  output: OutputColumn,
  job: Job,
  schema: ParquetSchema,
  choose: (replaces: Leaf | undefined) => CodecChoice,
  byteStreamSplit: boolean,
): OutputLeaf {
  const replaces = output.replaces === undefined ? undefined : schema.leafOfColumn.get(output.replaces.index);
  const storage = STORAGE[output.type];
  if (replaces !== undefined) requireFlat(output, replaces, schema);
  const name = replaces?.path.at(-1) ?? output.name;
  const old = replaces === undefined ? undefined : findNode(schema.root, replaces)?.element;
  return {
    output,
    job,
    path: replaces?.path ?? [output.name],
    replaces,
    element: createElement(name, output, storage, old),
    physicalType: storage.physicalType,
    physicalValue: storage.physicalValue,
    nullable: output.nullable,
    ...choose(replaces),
    encoding: byteStreamSplit && isSplittable(output.type) ? 'byte_stream_split' : 'plain',
  };
}

/** A leaf of a schema that is made anew, for a column without structs around it. */
export function createNewLeaf(
  output: OutputColumn,
  job: Pick<Job, 'outputs'>,
  choice: CodecChoice,
  byteStreamSplit: boolean,
): OutputLeaf {
  const storage = STORAGE[output.type];
  const name = output.replaces?.name ?? output.name;
  return {
    output,
    job,
    path: [name],
    replaces: undefined,
    element: createElement(name, output, storage, undefined),
    physicalType: storage.physicalType,
    physicalValue: storage.physicalValue,
    nullable: output.nullable,
    ...choice,
    encoding: byteStreamSplit && isSplittable(output.type) ? 'byte_stream_split' : 'plain',
  };
}

/** What `--compression` names, with the levels that it takes. */
const CODECS: Readonly<
  Record<string, { readonly codec: number; readonly pageCodec: PageCodec; readonly levels?: readonly [number, number] }>
> = {
  none: { codec: Codec.uncompressed, pageCodec: 'none' },
  snappy: { codec: Codec.snappy, pageCodec: 'snappy' },
  gzip: { codec: Codec.gzip, pageCodec: 'gzip', levels: [0, 9] },
  zstd: { codec: Codec.zstd, pageCodec: 'zstd', levels: [-7, 22] },
  lz4_raw: { codec: Codec.lz4Raw, pageCodec: 'lz4_raw' },
};

/** @throws LW_UNSUPPORTED_OPTION for a name that is none, and a level that the codec doesn't have */
export function codecByName(name: string, level: number | undefined): CodecChoice {
  const found = Object.hasOwn(CODECS, name) ? CODECS[name] : undefined;
  if (found === undefined) {
    throw new LanewiseError(
      'LW_UNSUPPORTED_OPTION',
      `Parquet isn't written with the codec ${name}; use ${Object.keys(CODECS).join(', ')}`,
    );
  }
  const { codec, pageCodec, levels } = found;
  if (level !== undefined && levels === undefined) {
    throw new LanewiseError('LW_UNSUPPORTED_OPTION', `${name} has no levels; leave out the level ${level}`);
  }
  if (level !== undefined && levels !== undefined && (level < levels[0] || level > levels[1])) {
    throw new LanewiseError(
      'LW_UNSUPPORTED_OPTION',
      `${name} has the levels ${levels[0]} to ${levels[1]}, not ${level}`,
    );
  }
  return { codec, pageCodec, level };
}

/** The codec for a column after the input's: what isn't written any more is replaced by its successor. */
export function codecLike(codec: number): CodecChoice {
  switch (codec) {
    case Codec.uncompressed:
      return codecByName('none', undefined);
    case Codec.gzip:
      return codecByName('gzip', undefined);
    case Codec.brotli:
      return { codec, pageCodec: 'brotli', level: undefined };
    case Codec.zstd:
      return codecByName('zstd', undefined);
    case Codec.lz4:
    case Codec.lz4Raw:
      return codecByName('lz4_raw', undefined);
    default:
      return codecByName('snappy', undefined);
  }
}

/** Values of a struct that may itself be null have levels that say which; a result has none to say it with. */
function requireFlat(output: OutputColumn, leaf: Leaf, schema: ParquetSchema): void {
  const own = findNode(schema.root, leaf)?.repetition === Repetition.optional ? 1 : 0;
  if (leaf.maxDefinitionLevel > own) {
    throw new LanewiseError(
      'LW_UNSUPPORTED_OPTION',
      `"${leaf.path.join('.')}" is part of a struct that may be null and can't be replaced in Parquet; name a new target, such as '${leaf.path.join('_')}_new = …' in place of "${output.name}"`,
    );
  }
}

/** Integers and float16 may be split since format 2.11 only, and DuckDB, for one, doesn't read it. */
function isSplittable(type: NumericType): boolean {
  return type === 'float64' || type === 'float32';
}

export function findNode(node: SchemaNode, leaf: Leaf): SchemaNode | undefined {
  if (node.leaf === leaf) return node;
  for (const child of node.children) {
    const found = findNode(child, leaf);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The schema element; one that replaces another keeps its field id, and its annotation if the type stays the same. */
function createElement(
  name: string,
  output: OutputColumn,
  storage: Storage,
  old: ThriftStruct | undefined,
): ThriftStruct {
  const repetition = i32Field(
    SchemaElement.repetitionType,
    output.nullable ? Repetition.optional : Repetition.required,
  );
  if (old !== undefined && output.replaces?.type === output.type) return old.copy().set(repetition);
  const element = structOfFields(
    i32Field(SchemaElement.type, storage.physicalType),
    repetition,
    stringField(SchemaElement.name, name),
  );
  const fieldId = old?.integer(SchemaElement.fieldId);
  if (fieldId !== undefined) element.set(i32Field(SchemaElement.fieldId, fieldId));
  if (output.type === 'float16') {
    element.set(i32Field(SchemaElement.typeLength, FLOAT16_BYTE_LENGTH));
    element.set(structField(SchemaElement.logicalType, annotation(LogicalType.float16, structOfFields())));
  } else if (storage.integer !== undefined) {
    const { bits, signed, convertedType } = storage.integer;
    element.set(i32Field(SchemaElement.convertedType, convertedType));
    const type = structOfFields(i8Field(IntType.bitWidth, bits), booleanField(IntType.isSigned, signed));
    element.set(structField(SchemaElement.logicalType, annotation(LogicalType.integer, type)));
  }
  return element;
}

function annotation(id: number, value: ThriftStruct): ThriftStruct {
  return structOfFields(structField(id, value));
}
