/** Which of Parquet's types are numbers. */
import type { NumericType } from '../../abi/types.js';
import { ConvertedType, IntType, LogicalType, PhysicalType, SchemaElement } from './definitions.js';
import type { SchemaNode } from './schema.js';

/** The type of a leaf's values that a kernel can load, or `undefined` where they are no plain numbers. */
export function numericType({ leaf, element }: SchemaNode): NumericType | undefined {
  if (leaf === undefined) return undefined;
  const logicalType = element.struct(SchemaElement.logicalType);
  const convertedType = element.integer(SchemaElement.convertedType);
  const isPlain = convertedType === undefined && (logicalType === undefined || logicalType.fields.length === 0);
  switch (leaf.physicalType) {
    case PhysicalType.boolean:
      return isPlain ? 'bool' : undefined;
    case PhysicalType.float:
      return isPlain ? 'float32' : undefined;
    case PhysicalType.double:
      return isPlain ? 'float64' : undefined;
    case PhysicalType.fixedLenByteArray:
      return leaf.typeLength === 2 && logicalType?.has(LogicalType.float16) ? 'float16' : undefined;
    case PhysicalType.int32:
    case PhysicalType.int64: {
      const bits = leaf.physicalType === PhysicalType.int32 ? 32 : 64;
      const integer = logicalType?.struct(LogicalType.integer);
      if (integer !== undefined) {
        return integerType(bits, integer.integer(IntType.bitWidth), integer.boolean(IntType.isSigned) ?? true);
      }
      if (isPlain) return bits === 32 ? 'int32' : 'int64';
      if (logicalType !== undefined) return undefined;
      switch (convertedType) {
        case ConvertedType.int8:
          return integerType(bits, 8, true);
        case ConvertedType.int16:
          return integerType(bits, 16, true);
        case ConvertedType.int32:
          return integerType(bits, 32, true);
        case ConvertedType.int64:
          return integerType(bits, 64, true);
        case ConvertedType.uint8:
          return integerType(bits, 8, false);
        case ConvertedType.uint16:
          return integerType(bits, 16, false);
        case ConvertedType.uint32:
          return integerType(bits, 32, false);
        case ConvertedType.uint64:
          return integerType(bits, 64, false);
        default:
          return undefined;
      }
    }
    default:
      return undefined;
  }
}

/** Integers of up to 32 bits are stored in INT32, those of 64 in INT64; any other pair is unknown. */
function integerType(physicalBits: number, bits: number | undefined, signed: boolean): NumericType | undefined {
  if (physicalBits === 64) return bits === 64 ? (signed ? 'int64' : 'uint64') : undefined;
  switch (bits) {
    case 8:
      return signed ? 'int8' : 'uint8';
    case 16:
      return signed ? 'int16' : 'uint16';
    case 32:
      return signed ? 'int32' : 'uint32';
    default:
      return undefined;
  }
}
