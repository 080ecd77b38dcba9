import type { Pattern } from './transform.js';

/** True where the pattern holds a wildcard, so that it may match any number of columns. */
export function isGlob(pattern: Pattern): boolean {
  return pattern.pieces.some((piece) => typeof piece !== 'string');
}

export function starCount(pattern: Pattern): number {
  return pattern.pieces.filter((piece) => typeof piece !== 'string' && piece.wildcard === '*').length;
}

/** The literal text of the pattern, wildcards left out. */
export function literalText(pattern: Pattern): string {
  return pattern.pieces.filter((piece) => typeof piece === 'string').join('');
}

/**
 * Compiles a pattern to a function that tells what its wildcards `*` matched of a name, or `undefined` where the whole
 * name doesn't match. The first star matches as little as possible. Takes at most `pattern × name` steps.
 */
export function compilePattern(pattern: Pattern): (name: string) => readonly string[] | undefined {
  if (!isGlob(pattern)) {
    const literal = literalText(pattern);
    return (name) => (name === literal ? [] : undefined);
  }
  const tokens = pattern.pieces.flatMap((piece): readonly Token[] =>
    typeof piece === 'string' ? [...piece] : [piece.wildcard === '*' ? STAR : ANY],
  );
  return (name) => matchTokens(tokens, [...name]);
}

const STAR = Symbol('*');
const ANY = Symbol('?');
type Token = string | typeof STAR | typeof ANY;

/** Greedy matching: when a text after a star fails, only that last star has to take one character more. */
function matchTokens(tokens: readonly Token[], characters: readonly string[]): readonly string[] | undefined {
  const stars: { readonly start: number; end: number }[] = [];
  let token = 0;
  let character = 0;
  let afterStar = 0;
  while (character < characters.length || token < tokens.length) {
    const expected = tokens[token];
    if (expected === STAR) {
      stars.push({ start: character, end: character });
      afterStar = ++token;
    } else if (character < characters.length && (expected === ANY || expected === characters[character])) {
      token++;
      character++;
    } else {
      const star = stars.at(-1);
      if (star === undefined || star.end >= characters.length) return undefined;
      star.end++;
      character = star.end;
      token = afterStar;
    }
  }
  return stars.map((star) => characters.slice(star.start, star.end).join(''));
}
