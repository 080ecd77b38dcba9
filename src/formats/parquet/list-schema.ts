/**
 * Lists in Parquet's schema, in all the ways in which they are written.
 *
 *     optional group l (LIST) {          optional group l (LIST) {        repeated double l;
 *       repeated group list {              repeated double array;
 *         optional double element;       }
 *       }
 *     }
 *
 * https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#lists
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
  const [repeated, ...others] = node.children;
  if (repeated === undefined || others.length > 0 || repeated.repetition !== Repetition.repeated) return undefined;
  if (repeated.leaf !== undefined) return { leaf: repeated, depth: 1 };
  const element = elementOf(node, repeated);
  if (element === undefined) return undefined;
  if (element.leaf !== undefined) {
    return element.repetition === Repetition.repeated ? { leaf: element, depth: 2 } : { leaf: element, depth: 1 };
  }
  const inner = listElements(element);
  return inner === undefined ? undefined : { ...inner, depth: inner.depth + 1 };
}

/** What a repeated group has one of for each element; the group itself is a struct by its name or its children. */
function elementOf(list: SchemaNode, repeated: SchemaNode): SchemaNode | undefined {
  // A list of lists in the old form: the repeated group is the inner list.
  if (isAnnotatedList(repeated)) return undefined;
  const [element, ...others] = repeated.children;
  if (others.length > 0 || repeated.name === 'array' || repeated.name === `${list.name}_tuple`) return undefined;
  return element;
}

export function isAnnotatedList({ leaf, element }: SchemaNode): boolean {
  if (leaf !== undefined) return false;
  return (
    element.struct(SchemaElement.logicalType)?.has(LogicalType.list) === true ||
    element.integer(SchemaElement.convertedType) === ConvertedType.list
  );
}
