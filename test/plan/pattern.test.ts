import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTransform } from '../../src/plan/parse.js';
import { compilePattern, isGlob, literalText, starCount } from '../../src/plan/pattern.js';
import type { Pattern } from '../../src/plan/transform.js';

function patternOf(text: string): Pattern {
  const [source] = parseTransform(`f(${text})`).call.sources;
  if (source?.kind !== 'pattern') throw new Error(`${text} is no pattern`);
  return source;
}

function match(text: string, name: string): readonly string[] | undefined {
  return compilePattern(patternOf(text))(name);
}

describe('compilePattern', () => {
  it.each([
    ['score', 'score', []],
    ['score', 'scores', undefined],
    ['"a*"', 'a*', []],
    ['"a*"', 'ab', undefined],
    ['*', '', ['']],
    ['logit_*', 'logit_', ['']],
    ['logit_*', 'logit_ab', ['ab']],
    ['logit_*', 'Logit_ab', undefined],
    ['*_raw', 'a_raw_raw', ['a_raw']],
    ['a*b', 'ab', ['']],
    ['a*b', 'a', undefined],
    ['?', '', undefined],
    ['?', '😀', []],
    ['x??', 'x1', undefined],
    ['x?_*', 'x1_y', ['y']],
    ['*.*', 'a.b.c', ['a', 'b.c']],
    ['**', 'ab', ['', 'ab']],
    ['f_[*', 'f_[1', ['1']],
  ] as const)('%s on %j gives %j', (text, name, stars) => {
    expect(match(text, name)).toEqual(stars);
  });

  it('agrees with a regular expression', () => {
    const texts = fc.array(fc.constantFrom('a', 'b', '*', '?'), { minLength: 1, maxLength: 6 }).map((t) => t.join(''));
    const names = fc.array(fc.constantFrom('a', 'b'), { maxLength: 8 }).map((t) => t.join(''));
    fc.assert(
      fc.property(texts, names, (text, name) => {
        const expression = new RegExp(`^${text.replaceAll('*', '.*').replaceAll('?', '.')}$`);
        expect(match(text, name) !== undefined).toBe(expression.test(name));
      }),
      { seed: 20260803, numRuns: 2000 },
    );
  });

  it('takes no exponential time', () => {
    expect(match(`${'*a'.repeat(50)}b`, 'a'.repeat(2000))).toBeUndefined();
  });
});

describe('a pattern’s parts', () => {
  it('tells globs, stars and text', () => {
    expect(isGlob(patternOf('"a*"'))).toBe(false);
    expect(isGlob(patternOf('a?'))).toBe(true);
    expect(starCount(patternOf('a*b?c*'))).toBe(2);
    expect(literalText(patternOf('a*"b c"?d'))).toBe('ab cd');
  });
});
