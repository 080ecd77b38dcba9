import { LanewiseError } from '../errors.js';
import { quote } from './quote.js';
import type { Call, NamedValue, Pattern, Piece, Transform } from './transform.js';

/** Deeper nests are refused, so that no text can overflow the stack. */
const MAX_DEPTH = 64;

const BLANK = /\s/u;
const WORD_END = /[\s(),="*?]/u;

/** Parses one transform. Throws `LW_TRANSFORM_SYNTAX` with what was expected, and at which character. */
export function parseTransform(text: string): Transform {
  return new Parser(text).transform();
}

class Parser {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  transform(): Transform {
    this.#skipBlanks();
    const start = this.#position;
    const first = this.#pattern('a function or a target');
    let target: Pattern | undefined;
    let call: Call;
    if (this.#take('=')) {
      target = first;
      const callStart = this.#position;
      const name = this.#pattern('a function');
      if (this.#peek() !== '(') this.#fail('"(" after the function');
      call = this.#call(name, callStart, 1);
    } else {
      if (this.#peek() !== '(') this.#fail('"(" after the function, or "=" after the target');
      call = this.#call(first, start, 1);
    }
    if (this.#peek() !== '') this.#fail('nothing after the transform');
    return { target, call };
  }

  /** What follows the name of a function, from the opening parenthesis on. */
  #call(name: Pattern, nameStart: number, depth: number): Call {
    const functionName = this.#word(name, nameStart, 'a function name in plain letters');
    if (depth > MAX_DEPTH) this.#fail(`at most ${MAX_DEPTH} calls inside each other`);
    this.#take('(');
    const sources: (Call | Pattern)[] = [];
    const parameters: NamedValue[] = [];
    do {
      const start = this.#position;
      const pattern = this.#pattern('a column, a call or a parameter');
      if (this.#peek() === '(') {
        sources.push(this.#call(pattern, start, depth + 1));
      } else if (this.#take('=')) {
        const parameter = this.#word(pattern, start, 'a parameter name in plain letters before "="');
        parameters.push({ name: parameter, value: this.#pattern(`a value for ${quote(parameter)}`) });
      } else {
        sources.push(pattern);
      }
    } while (this.#take(','));
    if (!this.#take(')')) this.#fail('"," or ")"');
    return { kind: 'call', function: functionName, sources, parameters };
  }

  /** A run of words, quoted texts and wildcards without blanks between them. */
  #pattern(expected: string): Pattern {
    const start = this.#position;
    const pieces: Piece[] = [];
    let literal: string | undefined;
    for (;;) {
      const character = this.#text.charAt(this.#position);
      if (character === '"') {
        literal = (literal ?? '') + this.#quoted();
      } else if (character === '*' || character === '?') {
        if (literal) pieces.push(literal);
        literal = undefined;
        pieces.push({ wildcard: character });
        this.#position++;
      } else if (character !== '' && !WORD_END.test(character)) {
        literal = (literal ?? '') + character;
        this.#position++;
      } else {
        break;
      }
    }
    if (literal !== undefined && (literal !== '' || pieces.length === 0)) pieces.push(literal);
    if (pieces.length === 0) this.#fail(expected);
    const text = this.#text.slice(start, this.#position);
    this.#skipBlanks();
    return { kind: 'pattern', text, pieces };
  }

  #quoted(): string {
    let literal = '';
    this.#position++;
    for (;;) {
      const character = this.#text.charAt(this.#position);
      if (character === '') this.#fail("'\"' at the end of the quoted name");
      this.#position++;
      if (character === '"') return literal;
      if (character === '\\') {
        const escaped = this.#text.charAt(this.#position);
        if (escaped !== '"' && escaped !== '\\') this.#fail("'\"' or '\\' after '\\' in a quoted name");
        literal += escaped;
        this.#position++;
      } else {
        literal += character;
      }
    }
  }

  /** The text of a pattern that has to be a plain word: neither quoted nor with wildcards. */
  #word(pattern: Pattern, start: number, expected: string): string {
    const [piece] = pattern.pieces;
    if (typeof piece === 'string' && piece === pattern.text) return piece;
    this.#position = start;
    return this.#fail(expected);
  }

  #peek(): string {
    return this.#text.charAt(this.#position);
  }

  /** Steps over the character and the blanks after it, if it comes next. */
  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#position++;
    this.#skipBlanks();
    return true;
  }

  #skipBlanks(): void {
    while (BLANK.test(this.#peek())) this.#position++;
  }

  #fail(expected: string): never {
    const [found] = this.#text.slice(this.#position);
    const position = [...this.#text.slice(0, this.#position)].length + 1;
    throw new LanewiseError(
      'LW_TRANSFORM_SYNTAX',
      `expected ${expected} at character ${position}, found ${found === undefined ? 'the end' : quote(found)}`,
    );
  }
}
