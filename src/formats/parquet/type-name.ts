/** Types of a schema in Parquet's words, for people. */
import {
  CONVERTED_TYPE_NAMES,
  IntType,
  LogicalType,
  PHYSICAL_TYPE_NAMES,
  Repetition,
  SchemaElement,
} from './definitions.js';
import type { ListElements } from './list-schema.js';
import type { SchemaNode } from './schema.js';

/** A list's own type with that of its elements: `group (LIST) of DOUBLE`. */
export function listTypeName(node: SchemaNode, { leaf, depth }: ListElements): string {
  const lists = Array.from({ length: depth }, () => typeName(node));
  return [...lists, typeName({ ...leaf, repetition: Repetition.required })].join(' of ');
}

/** The type in Parquet's words: `DOUBLE`, `BYTE_ARRAY (STRING)`, `group (LIST)`; repeated fields say so. */
export function typeName(node: SchemaNode): string {
  const repeated = node.repetition === Repetition.repeated ? 'repeated ' : '';
  const base = node.leaf === undefined ? 'group' : PHYSICAL_TYPE_NAMES[node.leaf.physicalType];
  const length = node.leaf !== undefined && node.leaf.typeLength > 0 ? `(${node.leaf.typeLength})` : '';
  const annotation = logicalTypeName(node) ?? convertedTypeName(node);
  return `${repeated}${base}${length}${annotation === undefined ? '' : ` (${annotation})`}`;
}

function logicalTypeName({ element }: SchemaNode): string | undefined {
  const logicalType = element.struct(SchemaElement.logicalType);
  const field = logicalType?.fields[0];
  if (logicalType === undefined || field === undefined) return undefined;
  const name = Object.entries(LogicalType).find(([, id]) => id === field.id)?.[0];
  if (name === undefined) return `logical type ${field.id}`;
  const detail = logicalType.struct(field.id);
  switch (field.id) {
    case LogicalType.integer:
      return `${detail?.boolean(IntType.isSigned) === false ? 'UINT' : 'INT'}_${detail?.integer(IntType.bitWidth) ?? '?'}`;
    case LogicalType.decimal:
      return `DECIMAL(${detail?.integer(2) ?? '?'}, ${detail?.integer(1) ?? '?'})`;
    case LogicalType.time:
    case LogicalType.timestamp: {
      const unit = ['MILLIS', 'MICROS', 'NANOS'][(detail?.struct(2)?.fields[0]?.id ?? 0) - 1] ?? '?';
      return `${name.toUpperCase()}(${unit}${detail?.boolean(1) ? ', UTC' : ''})`;
    }
    default:
      return name.toUpperCase();
  }
}

export function convertedTypeName({ element }: SchemaNode): string | undefined {
  const convertedType = element.integer(SchemaElement.convertedType);
  return convertedType === undefined
    ? undefined
    : (CONVERTED_TYPE_NAMES[convertedType] ?? `converted type ${convertedType}`);
}
