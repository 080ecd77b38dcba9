/** How Parquet stores results of each type, and the schema elements that say so. */
import type { PhysicalValue } from '../../abi/pages.js';
import type { NumericType } from '../../abi/types.js';
import { ConvertedType, IntType, LogicalType, PhysicalType, SchemaElement } from './definitions.js';
import type { ThriftStruct } from './thrift.js';
import { booleanField, i8Field, i32Field, stringField, structField, structOfFields } from './thrift-writer.js';

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
export const STORAGE: Readonly<Record<NumericType, Storage>> = {
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

const FLOAT16_BYTE_LENGTH = 2;

/** The schema element; one that replaces another keeps its field id, and its annotation if the type stays the same. */
export function createElement(
  name: string,
  type: NumericType,
  repetitionType: number,
  old: { readonly element: ThriftStruct; readonly type: NumericType | undefined } | undefined,
): ThriftStruct {
  const storage = STORAGE[type];
  const repetition = i32Field(SchemaElement.repetitionType, repetitionType);
  if (old?.type === type) return old.element.copy().set(repetition).set(stringField(SchemaElement.name, name));
  const element = structOfFields(
    i32Field(SchemaElement.type, storage.physicalType),
    repetition,
    stringField(SchemaElement.name, name),
  );
  const fieldId = old?.element.integer(SchemaElement.fieldId);
  if (fieldId !== undefined) element.set(i32Field(SchemaElement.fieldId, fieldId));
  if (type === 'float16') {
    element.set(i32Field(SchemaElement.typeLength, FLOAT16_BYTE_LENGTH));
    element.set(structField(SchemaElement.logicalType, annotation(LogicalType.float16, structOfFields())));
  } else if (storage.integer !== undefined) {
    const { bits, signed, convertedType } = storage.integer;
    element.set(i32Field(SchemaElement.convertedType, convertedType));
    const intType = structOfFields(i8Field(IntType.bitWidth, bits), booleanField(IntType.isSigned, signed));
    element.set(structField(SchemaElement.logicalType, annotation(LogicalType.integer, intType)));
  }
  return element;
}

function annotation(id: number, value: ThriftStruct): ThriftStruct {
  return structOfFields(structField(id, value));
}
