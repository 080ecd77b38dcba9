/** The columns that the planner sees of a schema tree: fields, and what is in structs, lists and maps. */
import type { Column, Shape } from '../../plan/schema.js';
import { LogicalType, Repetition, SchemaElement } from './definitions.js';
import {
  elementOf,
  isAnnotatedList,
  isAnnotatedMap,
  type ListElements,
  listElements,
  mapEntry,
} from './list-schema.js';
import { numericType } from './numeric-type.js';
import type { Leaf, SchemaNode } from './schema.js';
import { convertedTypeName, listTypeName, typeName } from './type-name.js';

export interface SchemaColumns {
  readonly columns: readonly Column[];
  /** The leaf of each column that is numeric, a list's elements too, by the column's index. */
  readonly leafOfColumn: ReadonlyMap<number, Leaf>;
  /** Its own node, a list's outermost. */
  readonly nodeOfColumn: ReadonlyMap<number, SchemaNode>;
}

/** Where a node stands. */
interface Place {
  readonly fieldIndex: number;
  /** Of the column that the node is in. */
  readonly path: readonly string[];
  /** Whether something around it may be null, of what is in the same list. */
  readonly nullable: boolean;
  readonly isInList: boolean;
}

export function columnsOf(root: SchemaNode): SchemaColumns {
  const columns: Column[] = [];
  const leafOfColumn = new Map<number, Leaf>();
  const nodeOfColumn = new Map<number, SchemaNode>();

  const addColumn = (node: SchemaNode, name: string, place: Place, isMapKey = false): void => {
    const path = [...place.path, name];
    const nullable = place.nullable || node.repetition === Repetition.optional;
    const elements = listElements(node);
    const { leaf } = elements?.leaf ?? node;
    const type = numericType(elements?.leaf ?? node);
    const column: Column = {
      index: columns.length,
      fieldIndex: place.fieldIndex,
      path,
      name: path.join('.'),
      type,
      typeName: elements === undefined || elements.leaf === node ? typeName(node) : listTypeName(node, elements),
      nullable: nullable || elements?.leaf.repetition === Repetition.optional,
      shape: type === undefined ? FLAT : shapeOf(elements, place.isInList),
      ...(isMapKey && { isMapKey }),
    };
    columns.push(column);
    if (type !== undefined && leaf !== undefined) {
      leafOfColumn.set(column.index, leaf);
      nodeOfColumn.set(column.index, node);
    } else addWithin(node, { ...place, path, nullable });
  };

  /** @param isElement whether the node is repeated as the elements of a list that is known already */
  const addWithin = (node: SchemaNode, place: Place, isElement = false): void => {
    if (node.leaf !== undefined) return;
    const inList = { ...place, isInList: true, nullable: false };
    if (node.repetition === Repetition.repeated && !isElement) addWithin(node, inList, true);
    else if (isAnnotatedList(node)) {
      const element = elementOf(node);
      if (element === undefined) return;
      const nullable = element.repetition === Repetition.optional;
      addWithin(element, { ...inList, nullable }, element === node.children[0]);
    } else if (isAnnotatedMap(node)) {
      const [key, value] = mapEntry(node) ?? [];
      if (key !== undefined) addColumn(key, 'key', inList, true);
      if (value !== undefined) addColumn(value, 'value', inList);
    } else if (isStruct(node)) {
      for (const child of node.children) addColumn(child, child.name, place);
    }
  };

  for (const [fieldIndex, field] of root.children.entries()) {
    addColumn(field, field.name, { fieldIndex, path: [], nullable: false, isInList: false });
  }
  return { columns, leafOfColumn, nodeOfColumn };
}

const FLAT: Shape = { kind: 'flat' };
const NESTED: Shape = { kind: 'nested' };

function shapeOf(elements: ListElements | undefined, isInList: boolean): Shape {
  if (isInList) return NESTED;
  if (elements === undefined) return FLAT;
  return elements.depth === 1 ? { kind: 'list' } : NESTED;
}

/** A group that stands for one value: neither list nor map, nor anything that isn't known here. */
function isStruct(node: SchemaNode): boolean {
  const isVariant = node.element.struct(SchemaElement.logicalType)?.has(LogicalType.variant) === true;
  return node.leaf === undefined && !isVariant && convertedTypeName(node) === undefined;
}
