/**
 * Lists and maps in Parquet's schema, in all the ways in which they are written.
 *
 *     optional group l (LIST) {          optional group l (LIST) {        repeated double l;
 *       repeated group list {              repeated double array;
 *         optional double element;       }
 *       }
 *     }
 *
 * https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#nested-types
 */
import { ConvertedType, LogicalType, Repetition, SchemaElement } from './definitions.js';
import type { SchemaNode } from './schema.js';

/** The leaf with the elements of the lists that a node stands for, and how deep they nest: 1 for lists of numbers. */
export interface ListElements {
  readonly leaf: SchemaNode;
  readonly depth: number;
}

/** `undefined` where the node is no list, or one of anything but single values and lists of them. */
export function listElements(node: SchemaNode): ListElements | undefined {
  if (node.repetition === Repetition.repeated) return node.leaf === undefined ? undefined : { leaf: node, depth: 1 };
  if (!isAnnotatedList(node)) return undefined;
  const element = elementOf(node);
  if (element === undefined) return undefined;
  const isRepeated = element === node.children[0];
  if (element.leaf !== undefined) {
    return element.repetition === Repetition.repeated && !isRepeated
      ? { leaf: element, depth: 2 }
      : { leaf: element, depth: 1 };
  }
  const inner = isRepeated ? undefined : listElements(element);
  return inner === undefined ? undefined : { ...inner, depth: inner.depth + 1 };
}

/**
 * What a list has as elements: the one child of the repeated group, or that group itself, which is a struct by its name
 * or its children, or a list in the old form. `undefined` where the annotation doesn't fit what is in the group.
 */
export function elementOf(list: SchemaNode): SchemaNode | undefined {
  const [repeated, ...others] = list.children;
  if (repeated === undefined || others.length > 0 || repeated.repetition !== Repetition.repeated) return undefined;
  if (repeated.leaf !== undefined || isAnnotatedList(repeated) || isAnnotatedMap(repeated)) return repeated;
  const [element, ...siblings] = repeated.children;
  const isStruct = siblings.length > 0 || repeated.name === 'array' || repeated.name === `${list.name}_tuple`;
  return isStruct ? repeated : element;
}

/** Key and value of a map's entries; `undefined` where the node is no map. The value may be absent. */
export function mapEntry(node: SchemaNode): readonly SchemaNode[] | undefined {
  if (!isAnnotatedMap(node)) return undefined;
  const [repeated, ...others] = node.children;
  if (repeated === undefined || others.length > 0 || repeated.repetition !== Repetition.repeated) return undefined;
  return repeated.children.length > 2 ? undefined : repeated.children;
}

export function isAnnotatedList({ leaf, element }: SchemaNode): boolean {
  if (leaf !== undefined) return false;
  return (
    element.struct(SchemaElement.logicalType)?.has(LogicalType.list) === true ||
    element.integer(SchemaElement.convertedType) === ConvertedType.list
  );
}

/** Old writers have the annotation of the entries on the map. */
export function isAnnotatedMap({ leaf, element }: SchemaNode): boolean {
  if (leaf !== undefined) return false;
  const convertedType = element.integer(SchemaElement.convertedType);
  return (
    element.struct(SchemaElement.logicalType)?.has(LogicalType.map) === true ||
    convertedType === ConvertedType.map ||
    convertedType === ConvertedType.mapKeyValue
  );
}
