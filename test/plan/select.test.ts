import { describe, expect, it } from 'vitest';
import { failureOf, opaque, outputsOf, schemaOf } from './support.js';

describe('selectors', () => {
  it('match in the order of the schema, top-level columns only unless they hold a dot', () => {
    const schema = schemaOf(
      'b',
      'a',
      opaque('point', 'struct'),
      'point.a',
      opaque('point.t', 'struct'),
      'point.t.a',
      'c',
    );
    const names = (transform: string) => outputsOf(transform, {}, schema).map(({ name }) => name);
    expect(names('relu(?)')).toEqual(['b_relu', 'a_relu', 'c_relu']);
    expect(names('relu(po*.a)')).toEqual(['point.a_relu']);
    expect(names('x_* = relu(*.a)')).toEqual(['x_point']);
    expect(names('relu(*.*.a)')).toEqual(['point.t.a_relu']);
    expect(names('relu(point.t.a)')).toEqual(['point.t.a_relu']);
  });

  it.each([
    ['sigmoid(scoer)', 'LW_NO_SUCH_COLUMN', '"scoer" is not a column (did you mean "score"?)'],
    [
      'sigmoid("no such")',
      'LW_NO_SUCH_COLUMN',
      '"no such" is not a column: there are "id", "logit_a", "logit_b", "logit_c", "score", "half", "flag", "name" and 9 more',
    ],
    [
      'sigmoid(logits_*)',
      'LW_NO_SUCH_COLUMN',
      '"logits_*" matches no column (did you mean "logit_a", "logit_b" or "logit_c"?)',
    ],
    ['sigmoid(Score)', 'LW_NO_SUCH_COLUMN', '"Score" is not a column (did you mean "score"?)'],
    [
      'sigmoid(name)',
      'LW_COLUMN_TYPE',
      'column "name" is of type utf8: only numbers, booleans and lists of them can be transformed',
    ],
    [
      'sigmoid(n*)',
      'LW_COLUMN_TYPE',
      'column "name" is of type utf8: only numbers, booleans and lists of them can be transformed',
    ],
    [
      'sigmoid(point)',
      'LW_COLUMN_TYPE',
      'column "point" is of type struct<x: double, y: double, inner: struct<z: double>>: name its children, such as "point.x"',
    ],
    ['sigmoid_deriv(dx, grad=zz)', 'LW_NO_SUCH_COLUMN', '"zz" is not a column: there are '],
  ])('refuse %s', (transform, code, message) => {
    expect(failureOf(transform)).toContain(`${code}: transform ${JSON.stringify(transform)}: ${message}`);
  });

  it('refuse a name that stands for two columns, unless nobody selects it', () => {
    const schema = schemaOf('x', 'twin', 'twin');
    expect(failureOf('relu(x)', schema)).toBeUndefined();
    expect(failureOf('relu(twin)', schema)).toBe(
      'LW_TARGET_COLLISION: transform "relu(twin)": two columns are called "twin": rename one, columns are selected by name',
    );
    expect(failureOf('relu(t*)', schema)).toMatch('two columns are called "twin"');
  });

  it('refuse a schema without columns', () => {
    expect(failureOf('relu(x)', schemaOf())).toMatch('"x" is not a column: there are none');
  });
});
