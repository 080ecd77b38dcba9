import type { Column, Schema } from './schema.js';

/** A schema of as many float64 columns, for values that stand in no file. */
export function float64Columns(count: number): Schema {
  const columns = Array.from({ length: count }, (_, index): Column => {
    const name = `x${index}`;
    return {
      index,
      fieldIndex: index,
      path: [name],
      name,
      type: 'float64',
      typeName: 'Float64',
      nullable: false,
      shape: { kind: 'flat' },
    };
  });
  return { columns, fieldNames: columns.map(({ name }) => name) };
}
