import { describe, expect, it } from 'vitest';
import { failureOf, nested, opaque, outputsOf, schemaOf } from './support.js';

describe('types', () => {
  it('are kept for floats and float64 for the rest', () => {
    const types = outputsOf('relu(id, dx, score, half, flag)').map(({ name, type }) => `${name}: ${type}`);
    expect(types).toEqual([
      'id_relu: float64',
      'dx_relu: float64',
      'score_relu: float32',
      'half_relu: float16',
      'flag_relu: float64',
    ]);
  });

  it('are the widest of a row', () => {
    expect(outputsOf('softmax(half, score)').map(({ type }) => type)).toEqual(['float32', 'float32']);
    expect(outputsOf('logsumexp(half, score, flag)').map(({ type }) => type)).toEqual(['float64']);
    expect(outputsOf('logsumexp(half)').map(({ type }) => type)).toEqual(['float16']);
  });

  it('are overridden by outType, but for places', () => {
    const outputs = outputsOf(['relu(id, score)', 'argmax(logit_*)'], { outType: 'float16' });
    expect(outputs.map(({ type }) => type)).toEqual(['float16', 'float16', 'int32']);
  });

  it('are nullable where an input is, or where NaN can’t be stored', () => {
    expect(outputsOf('relu(dx, score)').map(({ nullable }) => nullable)).toEqual([false, true]);
    expect(outputsOf('softmax(dx, score)').map(({ nullable }) => nullable)).toEqual([true, true]);
    expect(outputsOf('softmax(dx, score, nulls=skip)').map(({ nullable }) => nullable)).toEqual([false, true]);
    expect(outputsOf(['argmax(logit_*)', 'x = logsumexp(dx)']).map(({ nullable }) => nullable)).toEqual([true, false]);
    expect(outputsOf('logsumexp(ragged)').map(({ nullable }) => nullable)).toEqual([true]);
  });
});

describe('lists', () => {
  it('keep their shape, or give one value each', () => {
    expect(
      outputsOf(['relu(emb_4)', 'softmax(ragged)', 'argmax(emb_4)']).map(({ name, shape }) => [name, shape]),
    ).toEqual([
      ['emb_4_relu', { kind: 'fixed_size_list', listSize: 4 }],
      ['ragged_softmax', { kind: 'list' }],
      ['argmax', { kind: 'flat' }],
    ]);
  });

  it.each([
    ['softmax(emb_4, dx)', '"emb_4" is fixed_size_list<float64>[4], "dx" is float64'],
    ['softmax(dx, emb_4)', '"emb_4" is fixed_size_list<float64>[4], "dx" is float64'],
    ['softmax(emb_?)', '"emb_4" is fixed_size_list<float64>[4], "emb_8" is fixed_size_list<float64>[8]'],
    ['softmax(ragged, emb_4)', '"ragged" is list<float64>, "emb_4" is fixed_size_list<float64>[4]'],
    ['softmax_jacobian(emb_4)', 'softmax_jacobian takes flat columns: "emb_4" is fixed_size_list<float64>[4]'],
    ['softmax(logsumexp(emb_4), dx)', "softmax can't make a row of values that each come from a whole list"],
    ['g = relu_deriv(logsumexp(emb_4), grad=dx)', 'each of its values comes from a whole list'],
  ])('refuse %s', (transform, message) => {
    const failure = failureOf(transform);
    expect(failure).toMatch(/^LW_COLUMN_TYPE: /);
    expect(failure).toContain(message);
  });

  it('of structs, of lists and of maps take elementwise functions only', () => {
    const schema = schemaOf(
      opaque('points', 'list<struct<float64>>'),
      nested('points.x'),
      opaque('m', 'map<int32, float64>'),
      nested('m.key', { isMapKey: true }),
      nested('m.value', { nullable: true }),
      'z',
    );
    const outputs = outputsOf(['points.x = relu(points.x)', 'y = relu(m.value)', 'relu(*.key)'], {}, schema);
    expect(outputs.map(({ name, shape, replaces }) => [name, shape.kind, replaces?.name])).toEqual([
      ['points.x', 'nested', 'points.x'],
      ['y', 'nested', undefined],
      ['m.key_relu', 'nested', undefined],
    ]);
    const failures = [
      'softmax(points.x)',
      'softmax(z, m.value)',
      'm.key = relu(m.key)',
      'relu(points)',
      'relu(points.y)',
      'relu_deriv(m.value, grad=z)',
    ].map((text) => failureOf(text, schema)?.replace(/transform ".*?": /, ''));
    const deeper = 'is nested deeper (lists of lists, structs in lists, maps), which only elementwise functions take';
    expect(failures).toEqual([
      `LW_COLUMN_TYPE: softmax takes flat columns or one list of numbers as its row: "points.x" ${deeper}`,
      `LW_COLUMN_TYPE: softmax takes flat columns or one list of numbers as its row: "m.value" ${deeper}`,
      'LW_UNSUPPORTED_OPTION: "m.key" are the keys of maps, which stay as they are: give the result a name of its own',
      'LW_COLUMN_TYPE: column "points" is of type list<struct<float64>>: name its children, such as "points.x"',
      'LW_NO_SUCH_COLUMN: "points.y" is not a column (did you mean "points.x" or "points"?)',
      'LW_COLUMN_TYPE: relu_deriv: grad column "z" is float64, but "m.value" is float64 in lists: they must be alike',
    ]);
  });

  it('are no wider than the function allows', () => {
    expect(failureOf('softmax(emb_8)')).toMatch(
      'LW_PARAMETER_RANGE: transform "softmax(emb_8)": softmax takes rows of at most 6 values, this one has 8 elements in a list',
    );
    expect(failureOf('softmax_jacobian(logit_*, dx)')).toMatch('at most 3 values, this one has 4 columns');
  });
});

describe('messages', () => {
  it('stay on one line, however long or wild the transform', () => {
    const failure = failureOf(`relu("${'x\n'.repeat(10_000)}")`);
    expect(failure).toMatch(/^LW_NO_SUCH_COLUMN: transform "relu\(\\"x\\nx/);
    expect(failure).not.toContain('\n');
    expect(failure?.length).toBeLessThan(700);
  });
});
