/** The columns of the schema of an apache-arrow record batch, as `parseSchema` has those of a file. */
import type { DataType, Field, FixedSizeList } from 'apache-arrow';
import { Type } from 'apache-arrow/fb/type';
import { BITS_PER_VALUE, type NumericType } from '../../abi/types.js';
import type { Column, Shape } from '../../plan/schema.js';
import type { ListForm } from './types.js';

/** Where a column stands: places among children from the top down. */
export interface ColumnWay {
  /** To its own field. */
  readonly own: readonly number[];
  /** To its values, apart by what they are counted in: rows, then the elements of one list after the other. */
  readonly levels: readonly (readonly number[])[];
}

/** What a field is in. */
interface Surroundings {
  readonly fieldIndex: number;
  /** Of the column that it is part of. */
  readonly path: readonly string[];
  /** Whether something around it may be null, of what is in the same list. */
  readonly nullable: boolean;
  readonly levels: ColumnWay['levels'];
}

export function listColumns(fields: readonly Field[]): {
  readonly columns: readonly Column[];
  readonly ways: readonly ColumnWay[];
} {
  const columns: Column[] = [];
  const ways: ColumnWay[] = [];
  const enter = (field: Field, name: string, around: Surroundings, isMapKey = false): void => {
    const path = [...around.path, name];
    const nullable = field.nullable || around.nullable;
    const depth = listDepth(field.type);
    columns.push({
      index: columns.length,
      fieldIndex: around.fieldIndex,
      path,
      name: path.join('.'),
      type: depth === undefined ? undefined : numericTypeOf(elementType(field.type, depth)),
      typeName: String(field.type),
      nullable,
      shape: shapeOf(field.type, depth, around.levels.length > 1),
      ...(isMapKey && { isMapKey }),
    });
    const inner = Array.from({ length: depth ?? 0 }, () => [0]);
    ways.push({ own: around.levels.flat(), levels: [...around.levels, ...inner] });
    if (depth === undefined) enterWithin(field.type, { ...around, path, nullable });
  };
  const enterWithin = (type: DataType, around: Surroundings): void => {
    const inList = { ...around, levels: [...around.levels, [0]] };
    switch (type.typeId as number) {
      case Type.Struct_:
        for (const [i, child] of type.children.entries()) enter(child, child.name, step(around, i));
        break;
      case Type.List:
      case Type.LargeList:
      case Type.FixedSizeList: {
        const { type: elements, nullable } = firstChild(type);
        enterWithin(elements, { ...inList, nullable });
        break;
      }
      case Type.Map: {
        const inEntries = { ...inList, nullable: false };
        for (const [i, child] of firstChild(type).type.children.entries()) {
          enter(child, i === 0 ? 'key' : 'value', step(inEntries, i), i === 0);
        }
        break;
      }
    }
  };
  for (const [i, field] of fields.entries()) {
    enter(field, field.name, { fieldIndex: i, path: [], nullable: false, levels: [[i]] });
  }
  return { columns, ways };
}

/** The same one child further down. */
function step(around: Surroundings, child: number): Surroundings {
  return { ...around, levels: [...around.levels.slice(0, -1), [...(around.levels.at(-1) ?? []), child]] };
}

function firstChild(type: DataType): Field<DataType> {
  const [child] = type.children;
  if (child === undefined) throw new RangeError(`${type} has no child`);
  return child;
}

/** How deep numbers are in lists of lists; `undefined` where a type is of anything else. */
function listDepth(type: DataType): number | undefined {
  if (numericTypeOf(type) !== undefined) return 0;
  if (!isList(type)) return undefined;
  const inner = listDepth(firstChild(type).type);
  return inner === undefined ? undefined : inner + 1;
}

function elementType(type: DataType, depth: number): DataType {
  return depth === 0 ? type : elementType(firstChild(type).type, depth - 1);
}

function isList({ typeId }: DataType): boolean {
  const id: number = typeId;
  return id === Type.List || id === Type.LargeList || id === Type.FixedSizeList;
}

function shapeOf(type: DataType, depth: number | undefined, isInList: boolean): Shape {
  if (depth === undefined) return { kind: 'flat' };
  if (isInList || depth > 1) return { kind: 'nested' };
  if (depth === 0) return { kind: 'flat' };
  const form = listForm(type);
  if (form.kind === 'fixed_size') return { kind: 'fixed_size_list', listSize: form.listSize };
  return { kind: form.offsetByteLength === 8 ? 'large_list' : 'list' };
}

/** Of a list or a map. */
export function listForm(type: DataType): ListForm {
  const typeId: number = type.typeId;
  if (typeId === Type.FixedSizeList) return { kind: 'fixed_size', listSize: (type as FixedSizeList).listSize };
  return { kind: 'offsets', offsetByteLength: typeId === Type.LargeList ? 8 : 4 };
}

const FLOAT_TYPES: readonly NumericType[] = ['float16', 'float32', 'float64'];

function numericTypeOf(type: DataType): NumericType | undefined {
  const typeId: number = type.typeId;
  if (typeId === Type.Bool) return 'bool';
  if (typeId === Type.FloatingPoint) return FLOAT_TYPES[(type as DataType & { readonly precision: number }).precision];
  if (typeId !== Type.Int) return undefined;
  const { bitWidth, isSigned } = type as DataType & { readonly bitWidth: number; readonly isSigned: boolean };
  const name = `${isSigned ? '' : 'u'}int${bitWidth}`;
  return (Object.keys(BITS_PER_VALUE) as NumericType[]).find((candidate) => candidate === name);
}
