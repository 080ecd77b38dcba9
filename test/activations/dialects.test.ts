import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../src/activations/catalogue.js';
import { applyDialect, DIALECTS, type Dialect, entryInDialects } from '../../src/activations/dialects.js';

function defaultOf(dialect: Dialect, name: string, parameter: string): number | undefined {
  const entry = applyDialect(CATALOGUE, dialect).find((candidate) => candidate.name === name);
  return entry?.parameters.find((candidate) => candidate.name === parameter)?.default;
}

const byDialect = (name: string, parameter: string) => DIALECTS.map((dialect) => defaultOf(dialect, name, parameter));

describe('dialects', () => {
  it('leaves the catalogue as it is for the guide', () => {
    expect(applyDialect(CATALOGUE, 'guide')).toEqual(CATALOGUE);
  });

  it('changes nothing but defaults, to values that the parameter allows', () => {
    for (const dialect of DIALECTS) {
      applyDialect(CATALOGUE, dialect).forEach((entry, index) => {
        const original = CATALOGUE[index]!;
        const names = entry.parameters.map(({ name }) => name);
        expect(names).toEqual(original.parameters.map(({ name }) => name));
        expect({ ...entry, parameters: [] }).toEqual({ ...original, parameters: [] });
        entry.parameters.forEach((parameter, place) => {
          const { default: value, min = -Infinity, max = Infinity, keywords = {}, keywordsOnly } = parameter;
          expect({ ...parameter, default: 0 }).toEqual({ ...original.parameters[place], default: 0 });
          if (value === undefined || Object.values(keywords).includes(value)) return;
          expect(keywordsOnly, `${dialect} ${entry.name} ${parameter.name}`).not.toBe(true);
          expect(value >= min && value <= max && Number.isFinite(value)).toBe(true);
        });
      });
    }
  });

  it('has the defaults of each library', () => {
    // guide, torch, onnx, keras
    expect(byDialect('sigmoid', 'clip')).toEqual([500, Infinity, Infinity, Infinity]);
    expect(byDialect('softplus', 'clip')).toEqual([500, Infinity, Infinity, Infinity]);
    expect(byDialect('softplus', 'threshold')).toEqual([Infinity, 20, Infinity, Infinity]);
    expect(byDialect('leaky_relu', 'alpha')).toEqual([0.01, 0.01, 0.01, 0.2]);
    expect(byDialect('hard_sigmoid', 'slope')).toEqual([1 / 6, 1 / 6, Math.fround(0.2), 1 / 6]);
    expect(byDialect('selu', 'alpha')).toEqual([
      1.6732632423543772, 1.6732632423543772, 1.6732631921768188, 1.6732632423543772,
    ]);
    expect(byDialect('threshold', 'value')).toEqual([undefined, undefined, 0, undefined]);
    for (const name of ['softmax', 'log_softmax', 'softmin', 'softmax_deriv', 'softmax_jacobian']) {
      expect(byDialect(name, 'infinities')).toEqual([0, 1, 1, 1]);
    }
  });

  it('tells an entry in every dialect', () => {
    const entry = CATALOGUE.find(({ name }) => name === 'leaky_relu')!;
    expect(
      entryInDialects(entry).map(({ dialect, entry: variant }) => [dialect, variant.parameters[0]?.default]),
    ).toEqual([
      ['guide', 0.01],
      ['torch', 0.01],
      ['onnx', 0.01],
      ['keras', 0.2],
    ]);
  });
});
