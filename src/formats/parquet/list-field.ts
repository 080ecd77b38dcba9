/** Lists of lists of numbers as fields of a schema, in the form in which Parquet has them written. */
import { ConvertedType, LogicalType, Repetition, SchemaElement } from './definitions.js';
import type { ThriftStruct } from './thrift.js';
import { i32Field, stringField, structField, structOfFields } from './thrift-writer.js';

const LIST = 'list';
const ELEMENT = 'element';

/**
 * @param areNullable of each list, from the outermost on
 * @param element the leaf's, which gets its name here
 */
export function listField(
  name: string,
  areNullable: readonly boolean[],
  element: ThriftStruct,
): { readonly path: readonly string[]; readonly elements: readonly ThriftStruct[] } {
  const [isNullable, ...inner] = areNullable;
  if (isNullable === undefined) return { path: [name], elements: [element.set(stringField(SchemaElement.name, name))] };
  const list = structOfFields(
    i32Field(SchemaElement.repetitionType, isNullable ? Repetition.optional : Repetition.required),
    stringField(SchemaElement.name, name),
    i32Field(SchemaElement.numChildren, 1),
    i32Field(SchemaElement.convertedType, ConvertedType.list),
    structField(SchemaElement.logicalType, structOfFields(structField(LogicalType.list, structOfFields()))),
  );
  const repeated = structOfFields(
    i32Field(SchemaElement.repetitionType, Repetition.repeated),
    stringField(SchemaElement.name, LIST),
    i32Field(SchemaElement.numChildren, 1),
  );
  const below = listField(ELEMENT, inner, element);
  return { path: [name, LIST, ...below.path], elements: [list, repeated, ...below.elements] };
}
