/** Parquet's schema elements as a tree of fields and leaves, and the columns that the planner sees of it. */
import { LanewiseError } from '../../errors.js';
import type { Schema } from '../../plan/schema.js';
import { PHYSICAL_TYPE_NAMES, PhysicalType, Repetition, SchemaElement } from './definitions.js';
import { columnsOf, type SchemaColumns } from './schema-columns.js';
import type { ThriftStruct } from './thrift.js';

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

export interface ParquetSchema extends Schema, SchemaColumns {
  readonly root: SchemaNode;
  /** All elements in their order, the root's first. */
  readonly elements: readonly ThriftStruct[];
  readonly leaves: readonly Leaf[];
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

  const { columns, leafOfColumn, nodeOfColumn } = columnsOf(root);
  const fieldNames = root.children.map((field) => field.name);
  return { root, elements, leaves, leafOfColumn, nodeOfColumn, columns, fieldNames };
}
