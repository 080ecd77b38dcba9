import { describe, expect, it } from 'vitest';
import { bindTransforms } from '../../src/plan/bind.js';
import { outputFields } from '../../src/plan/output-fields.js';
import { CATALOGUE, opaque, schemaOf } from './support.js';

describe('outputFields', () => {
  it('leaves fields where they stand and adds new ones after all others', () => {
    const schema = schemaOf('x', opaque('point', 'struct'), 'point.x', 'point.y', 'twin', 'twin', 'y');
    const transforms = [
      'b = relu(x)',
      'y = relu(y)',
      'a = relu(y)',
      'point.y = relu(point.y)',
      'point.x = relu(point.x)',
    ];
    const fields = outputFields(bindTransforms(transforms, schema, {}, CATALOGUE), schema);
    expect(
      fields.map((field) => [field.name, field.kind === 'new' ? 'new' : field.replacedBy.map(({ name }) => name)]),
    ).toEqual([
      ['x', []],
      ['point', ['point.y', 'point.x']],
      ['twin', []],
      ['twin', []],
      ['y', ['y']],
      ['b', 'new'],
      ['a', 'new'],
    ]);
  });

  it('is the input’s schema without transforms', () => {
    const schema = schemaOf('x');
    expect(outputFields(bindTransforms([], schema, {}, CATALOGUE), schema)).toEqual([
      { kind: 'input', name: 'x', fieldIndex: 0, replacedBy: [] },
    ]);
  });
});
