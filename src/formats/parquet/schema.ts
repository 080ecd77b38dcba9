/** Parquet's schema elements as a tree of fields and leaves, and the columns that the planner sees of it. */
import type { NumericType } from '../../abi/types.js';
import { LanewiseError } from '../../errors.js';
import type { Column, Schema, Shape } from '../../plan/schema.js';
import {
  ConvertedType,
  IntType,
  LogicalType,
  PHYSICAL_TYPE_NAMES,
  PhysicalType,
  Repetition,
  SchemaElement,
} from './definitions.js';
import { type ListElements, listElements } from './list-schema.js';
import type { ThriftStruct } from './thrift.js';
import { convertedTypeName, listTypeName, typeName } from './type-name.js';

/** Groups within groups that are followed before a schema counts as damaged. */
const MAX_DEPTH = 128;

/** A node of the schema tree. */
export interface SchemaNode {
  readonly name: string;
  readonly element: ThriftStruct;
  readonly repetition: number;
  /** Place among all elements, the root's being 0. */
  readonly elementIndex: number;
  /** Definition level of a value of which all down to this node is there. */
  readonly maxDefinitionLevel: number;
  readonly children: readonly SchemaNode[];
  /** What has values: a place among the columns of a row group. Undefined for a group. */
  readonly leaf: Leaf | undefined;
}

/** A column of a row group. */
export interface Leaf {
  /** Place among the columns of a row group. */
  readonly index: number;
  /** Place of its element among all elements, the root's being 0. */
  readonly elementIndex: number;
  readonly path: readonly string[];
  readonly physicalType: number;
  /** Bytes of a value of FIXED_LEN_BYTE_ARRAY, otherwise 0. */
  readonly typeLength: number;
  readonly maxDefinitionLevel: number;
  readonly maxRepetitionLevel: number;
}

export interface ParquetSchema extends Schema {
  readonly root: SchemaNode;
  /** All elements in their order, the root's first. */
  readonly elements: readonly ThriftStruct[];
  readonly leaves: readonly Leaf[];
  /** The leaf of each column that is numeric, a list's elements too, by the column's index. */
  readonly leafOfColumn: ReadonlyMap<number, Leaf>;
  /** Its own node, a list's outermost. */
  readonly nodeOfColumn: ReadonlyMap<number, SchemaNode>;
}

function corrupt(what: string): LanewiseError {
  return new LanewiseError('LW_CORRUPT_INPUT', `Parquet schema is damaged: ${what}`);
}

export function readSchema(elements: readonly ThriftStruct[]): ParquetSchema {
  const leaves: Leaf[] = [];
  let next = 0;

  const readNode = (path: readonly string[], definitionLevel: number, repetitionLevel: number): SchemaNode => {
    const elementIndex = next++;
    const element = elements[elementIndex];
    if (element === undefined) throw corrupt(`${elements.length} elements, but its groups have more children`);
    if (path.length > MAX_DEPTH) throw corrupt(`groups nest deeper than ${MAX_DEPTH}`);
    const isRoot = elementIndex === 0;
    const name = element.string(SchemaElement.name) ?? '';
    const repetition = isRoot
      ? Repetition.required
      : (element.integer(SchemaElement.repetitionType) ?? Repetition.required);
    const ownPath = isRoot ? path : [...path, name];
    const maxDefinitionLevel = definitionLevel + (repetition === Repetition.required ? 0 : 1);
    const maxRepetitionLevel = repetitionLevel + (repetition === Repetition.repeated ? 1 : 0);
    const childCount = element.integer(SchemaElement.numChildren) ?? 0;
    const physicalType = element.integer(SchemaElement.type);
    if (!isRoot && physicalType !== undefined) {
      if (childCount > 0) throw corrupt(`"${ownPath.join('.')}" has a type and children`);
      if (PHYSICAL_TYPE_NAMES[physicalType] === undefined) throw corrupt(`there is no physical type ${physicalType}`);
      const leaf: Leaf = {
        index: leaves.length,
        elementIndex,
        path: ownPath,
        physicalType,
        typeLength:
          physicalType === PhysicalType.fixedLenByteArray ? (element.integer(SchemaElement.typeLength) ?? 0) : 0,
        maxDefinitionLevel,
        maxRepetitionLevel,
      };
      leaves.push(leaf);
      return { name, element, repetition, elementIndex, maxDefinitionLevel, children: [], leaf };
    }
    if (childCount < 0 || childCount > elements.length) {
      throw corrupt(`a group of ${childCount} children among ${elements.length} elements`);
    }
    const children: SchemaNode[] = [];
    for (let i = 0; i < childCount; i++) children.push(readNode(ownPath, maxDefinitionLevel, maxRepetitionLevel));
    return { name, element, repetition, elementIndex, maxDefinitionLevel, children, leaf: undefined };
  };

  const root = readNode([], 0, 0);
  if (next !== elements.length) throw corrupt(`${elements.length} elements, of which its groups name ${next}`);

  const columns: Column[] = [];
  const leafOfColumn = new Map<number, Leaf>();
  const nodeOfColumn = new Map<number, SchemaNode>();
  const addColumns = (node: SchemaNode, fieldIndex: number, path: readonly string[], nullable: boolean): void => {
    const ownPath = [...path, node.name];
    const ownNullable = nullable || node.repetition === Repetition.optional;
    const elements = listElements(node);
    const { leaf } = elements?.leaf ?? node;
    const type = numericType(elements?.leaf ?? node);
    const column: Column = {
      index: columns.length,
      fieldIndex,
      path: ownPath,
      name: ownPath.join('.'),
      type,
      typeName: elements === undefined || elements.leaf === node ? typeName(node) : listTypeName(node, elements),
      nullable: ownNullable || elements?.leaf.repetition === Repetition.optional,
      shape: type === undefined ? FLAT : shapeOf(elements),
    };
    columns.push(column);
    if (type !== undefined && leaf !== undefined) {
      leafOfColumn.set(column.index, leaf);
      nodeOfColumn.set(column.index, node);
    }
    if (isStruct(node)) for (const child of node.children) addColumns(child, fieldIndex, ownPath, ownNullable);
  };
  for (const [fieldIndex, field] of root.children.entries()) addColumns(field, fieldIndex, [], false);

  const fieldNames = root.children.map((field) => field.name);
  return { root, elements, leaves, leafOfColumn, nodeOfColumn, columns, fieldNames };
}

const FLAT: Shape = { kind: 'flat' };

function shapeOf(elements: ListElements | undefined): Shape {
  if (elements === undefined) return FLAT;
  return elements.depth === 1 ? { kind: 'list' } : { kind: 'nested_list' };
}

/** A group that stands for one value a row: no list, no map, not repeated. */
function isStruct(node: SchemaNode): boolean {
  return (
    node.leaf === undefined &&
    node.repetition !== Repetition.repeated &&
    !isAnnotated(node, LogicalType.list, LogicalType.map, LogicalType.variant) &&
    convertedTypeName(node) === undefined
  );
}

function isAnnotated(node: SchemaNode, ...logicalTypes: readonly number[]): boolean {
  const logicalType = node.element.struct(SchemaElement.logicalType);
  return logicalType !== undefined && logicalTypes.some((id) => logicalType.has(id));
}

/** The type of a leaf's values that a kernel can load, or `undefined` where they are no plain numbers. */
function numericType({ leaf, element }: SchemaNode): NumericType | undefined {
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
