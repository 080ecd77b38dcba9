import { describe, expect, it } from 'vitest';
import { updatePandasMetadata } from '../../src/formats/pandas-metadata.js';
import type { OutputColumn } from '../../src/plan/job.js';
import type { Column } from '../../src/plan/schema.js';

function output(name: string, replaces?: string): OutputColumn {
  const column: Column = {
    index: 0,
    fieldIndex: 0,
    path: [replaces ?? ''],
    name: replaces ?? '',
    type: 'int64',
    typeName: 'int64',
    nullable: true,
    shape: { kind: 'flat' },
  };
  return {
    name,
    type: 'float32',
    shape: { kind: 'flat' },
    nullable: true,
    replaces: replaces === undefined ? undefined : column,
  };
}

describe('pandas metadata', () => {
  const metadata = {
    index_columns: [{ kind: 'range', start: 0, stop: 3, step: 1 }],
    columns: [{ name: 'k', field_name: 'k', pandas_type: 'int64', numpy_type: 'int64', metadata: { note: 1 } }],
    pandas_version: '2.2.0',
  };

  it('gets new columns at its end', () => {
    expect(JSON.parse(updatePandasMetadata(JSON.stringify(metadata), [output('p')]))).toEqual({
      ...metadata,
      columns: [
        ...metadata.columns,
        { name: 'p', field_name: 'p', pandas_type: 'float32', numpy_type: 'float32', metadata: null },
      ],
    });
  });

  it('gets the new type of a replaced column and keeps the rest of it', () => {
    expect(JSON.parse(updatePandasMetadata(JSON.stringify(metadata), [output('k', 'k')])).columns).toEqual([
      { name: 'k', field_name: 'k', pandas_type: 'float32', numpy_type: 'float32', metadata: { note: 1 } },
    ]);
  });

  it('stays as it is where it is not what pandas writes', () => {
    for (const text of ['', '{', 'null', '[]', '{"columns": 3}']) {
      expect(updatePandasMetadata(text, [output('p')])).toBe(text);
    }
  });
});
