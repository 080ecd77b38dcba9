import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTransform } from '../../src/plan/parse.js';
import type { Call, NamedValue, Pattern, Piece, Transform } from '../../src/plan/transform.js';
import { errorOf } from './support.js';

const STAR: Piece = { wildcard: '*' };
const ANY: Piece = { wildcard: '?' };

function pattern(text: string, ...pieces: readonly Piece[]): Pattern {
  return { kind: 'pattern', text, pieces: pieces.length === 0 ? [text] : pieces };
}

describe('parseTransform', () => {
  it('parses a call without a target', () => {
    expect(parseTransform('sigmoid(score)')).toEqual({
      target: undefined,
      call: { kind: 'call', function: 'sigmoid', sources: [pattern('score')], parameters: [] },
    });
  });

  it('parses targets, nested calls, globs and parameters', () => {
    expect(parseTransform(' p_* = softmax( clip(logit_?, min=-30, max=1e+2), bias , temperature = 1/6 )')).toEqual({
      target: pattern('p_*', 'p_', STAR),
      call: {
        kind: 'call',
        function: 'softmax',
        sources: [
          {
            kind: 'call',
            function: 'clip',
            sources: [pattern('logit_?', 'logit_', ANY)],
            parameters: [
              { name: 'min', value: pattern('-30') },
              { name: 'max', value: pattern('1e+2') },
            ],
          },
          pattern('bias'),
        ],
        parameters: [{ name: 'temperature', value: pattern('1/6') }],
      },
    });
  });

  it('takes any character but the grammar’s own into a name', () => {
    expect(parseTransform('größe/1 = relu(point.x-y)')).toEqual({
      target: pattern('größe/1'),
      call: { kind: 'call', function: 'relu', sources: [pattern('point.x-y')], parameters: [] },
    });
  });

  it('reads quoted names literally, beside wildcards too', () => {
    const { call } = parseTransform(String.raw`relu("a, (b) = \"*\" \\", "net "*, "")`);
    expect(call.sources).toEqual([
      pattern(String.raw`"a, (b) = \"*\" \\"`, String.raw`a, (b) = "*" \ `.trimEnd()),
      pattern('"net "*', 'net ', STAR),
      pattern('""', ''),
    ]);
  });

  it.each([
    ['', 'expected a function or a target at character 1, found the end'],
    ['   ', 'expected a function or a target at character 4, found the end'],
    ['sigmoid', 'expected "(" after the function, or "=" after the target at character 8, found the end'],
    ['y = sigmoid', 'expected "(" after the function at character 12, found the end'],
    ['y = = relu(x)', 'expected a function at character 5, found "="'],
    ['sigmoid()', 'expected a column, a call or a parameter at character 9, found ")"'],
    ['sigmoid(x', 'expected "," or ")" at character 10, found the end'],
    ['sigmoid(x y)', 'expected "," or ")" at character 11, found "y"'],
    ['sigmoid(x,)', 'expected a column, a call or a parameter at character 11, found ")"'],
    ['sigmoid(x))', 'expected nothing after the transform at character 11, found ")"'],
    ['sigmoid(x) + 1', 'expected nothing after the transform at character 12, found "+"'],
    ['elu(x, alpha=)', 'expected a value for "alpha" at character 14, found ")"'],
    ['elu(x, "alpha"=1)', 'expected a parameter name in plain letters before "=" at character 8, found "\\""'],
    ['el*(x)', 'expected a function name in plain letters at character 1, found "e"'],
    ['relu(f*(x))', 'expected a function name in plain letters at character 6, found "f"'],
    ['relu("x)', "expected '\"' at the end of the quoted name at character 9, found the end"],
    ['relu("\\n")', "expected '\"' or '\\' after '\\' in a quoted name at character 8, found \"n\""],
    ['relu(😀 y)', 'expected "," or ")" at character 8, found "y"'],
    ['relu(x)\n)', 'expected nothing after the transform at character 9, found ")"'],
  ])('refuses %j', (text, message) => {
    expect(errorOf(() => parseTransform(text))).toBe(`LW_TRANSFORM_SYNTAX: ${message}`);
  });

  it('refuses nests that are too deep', () => {
    const nest = (depth: number) => `${'relu('.repeat(depth)}x${')'.repeat(depth)}`;
    expect(errorOf(() => parseTransform(nest(64)))).toBeUndefined();
    expect(errorOf(() => parseTransform(nest(65)))).toMatch('LW_TRANSFORM_SYNTAX: expected at most 64 calls');
    expect(errorOf(() => parseTransform('relu('.repeat(1_000_000)))).toMatch('expected at most 64 calls');
  });
});

describe('parseTransform on anything', () => {
  it('gives back what was printed', () => {
    fc.assert(
      fc.property(transforms, (transform) => {
        expect(parseTransform(printTransform(transform))).toEqual(transform);
      }),
      { seed: 20260801, numRuns: 500 },
    );
  });

  it('throws nothing but a syntax error of one line', () => {
    const characters = fc.constantFrom(...'ab1 .-/_*?()=,"\\\n\té😀');
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(characters).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(errorOf(() => parseTransform(text)) ?? 'none').toMatch(/^(none|LW_TRANSFORM_SYNTAX: [^\n]+)$/);
      }),
      { seed: 20260802, numRuns: 3000 },
    );
  });
});

const words = fc.stringMatching(/^[a-z0-9_.é/+-]{1,8}$/u);
const wildcards = fc.constantFrom<Piece>(STAR, ANY);

/** Patterns with the text that `printPieces` gives them. */
const patterns: fc.Arbitrary<Pattern> = fc
  .oneof(
    fc.string({ minLength: 0, maxLength: 8 }).map((text): Piece[] => [text]),
    fc
      .array(fc.tuple(fc.string({ minLength: 1, maxLength: 4 }), wildcards), { minLength: 1, maxLength: 3 })
      .map((pairs) => pairs.flat()),
    fc.array(wildcards, { minLength: 1, maxLength: 3 }),
  )
  .map((pieces) => ({ kind: 'pattern', text: printPieces(pieces), pieces }));

const namedValues: fc.Arbitrary<NamedValue> = fc.record({ name: words, value: patterns });

const { call: calls } = fc.letrec<{ call: Call; source: Call | Pattern }>((tie) => ({
  call: fc.record({
    kind: fc.constant('call' as const),
    function: words,
    sources: fc.array(tie('source'), { minLength: 1, maxLength: 3 }),
    parameters: fc.array(namedValues, { maxLength: 2 }),
  }),
  source: fc.oneof({ maxDepth: 4 }, patterns, tie('call')),
}));

const transforms: fc.Arbitrary<Transform> = fc.record({ target: fc.option(patterns, { nil: undefined }), call: calls });

function printTransform({ target, call }: Transform): string {
  return target === undefined ? printCall(call) : `${target.text} = ${printCall(call)}`;
}

function printCall(call: Call): string {
  const sources = call.sources.map((source) => (source.kind === 'call' ? printCall(source) : source.text));
  const parameters = call.parameters.map(({ name, value }) => `${name} = ${value.text}`);
  return `${call.function}(${[...sources, ...parameters].join(', ')})`;
}

function printPieces(pieces: readonly Piece[]): string {
  return pieces
    .map((piece) => (typeof piece === 'string' ? `"${piece.replaceAll(/["\\]/g, '\\$&')}"` : piece.wildcard))
    .join('');
}
