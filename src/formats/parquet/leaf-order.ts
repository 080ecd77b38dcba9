/** How the values of a leaf are stored and compared, by its type. */
import type { StoredValue, ValueOrder } from '../../abi/recode.js';
import { ConvertedType, IntType, LogicalType, PhysicalType, SchemaElement } from './definitions.js';
import type { Leaf, ParquetSchema } from './schema.js';
import type { ThriftStruct } from './thrift.js';

const STORED_VALUES: Readonly<Record<number, StoredValue>> = {
  [PhysicalType.boolean]: 'boolean',
  [PhysicalType.int32]: 'int32',
  [PhysicalType.int64]: 'int64',
  [PhysicalType.int96]: 'int96',
  [PhysicalType.float]: 'float',
  [PhysicalType.double]: 'double',
  [PhysicalType.byteArray]: 'byte_array',
  [PhysicalType.fixedLenByteArray]: 'fixed',
};

export function storedValue({ physicalType }: Leaf): StoredValue {
  const value = STORED_VALUES[physicalType];
  if (value === undefined) throw new RangeError(`there is no physical type ${physicalType}`);
  return value;
}

/** Bytes of a value as it is decoded: of a boolean 1, of variable length 0. */
export function storedByteLength(leaf: Leaf): number {
  switch (storedValue(leaf)) {
    case 'boolean':
      return 1;
    case 'int32':
    case 'float':
      return 4;
    case 'int64':
    case 'double':
      return 8;
    case 'int96':
      return 12;
    case 'fixed':
      return leaf.typeLength;
    default:
      return 0;
  }
}

/** Types whose bytes are compared as unsigned ones. */
const BYTES = [LogicalType.string, LogicalType.enum, LogicalType.json, LogicalType.bson, LogicalType.uuid];
const UNSIGNED = [ConvertedType.uint8, ConvertedType.uint16, ConvertedType.uint32, ConvertedType.uint64] as const;

/**
 * The order that the format defines for a leaf's type; `undefined` where it defines none, or not one known here.
 * https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift (ColumnOrder)
 */
export function leafOrder({ elements }: ParquetSchema, leaf: Leaf): ValueOrder | undefined {
  const element = elements[leaf.elementIndex];
  if (element === undefined) return undefined;
  switch (storedValue(leaf)) {
    case 'boolean':
      return 'bool';
    case 'int32':
      return isUnsigned(element) ? 'uint32' : 'int32';
    case 'int64':
      return isUnsigned(element) ? 'uint64' : 'int64';
    case 'float':
      return 'float32';
    case 'double':
      return 'float64';
    case 'int96':
      return undefined;
    default:
      return bytesOrder(element);
  }
}

function isUnsigned(element: ThriftStruct): boolean {
  const integer = element.struct(SchemaElement.logicalType)?.struct(LogicalType.integer);
  if (integer !== undefined) return integer.boolean(IntType.isSigned) === false;
  const converted = element.integer(SchemaElement.convertedType);
  return UNSIGNED.some((type) => type === converted);
}

function bytesOrder(element: ThriftStruct): ValueOrder | undefined {
  const logicalType = element.struct(SchemaElement.logicalType);
  const converted = element.integer(SchemaElement.convertedType);
  if (logicalType?.has(LogicalType.float16)) return 'float16';
  if (logicalType?.has(LogicalType.decimal) || converted === ConvertedType.decimal) return 'signed_bytes';
  if (converted === ConvertedType.interval) return undefined;
  if (logicalType === undefined || logicalType.fields.length === 0) return 'bytes';
  return BYTES.some((id) => logicalType.has(id)) ? 'bytes' : undefined;
}
