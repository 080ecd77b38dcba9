/**
 * A transform as written, before anything is known of columns or functions.
 *
 *     transform := [ target "=" ] call
 *     call      := function "(" argument { "," argument } ")"
 *     argument  := call | columns | parameter "=" value
 */
export interface Transform {
  readonly target: Pattern | undefined;
  readonly call: Call;
}

export interface Call {
  readonly kind: 'call';
  readonly function: string;
  /** Nested calls and selectors of columns, in the order written. */
  readonly sources: readonly (Call | Pattern)[];
  readonly parameters: readonly NamedValue[];
}

/** `parameter=value`; the function decides whether the value is a number, a keyword or columns. */
export interface NamedValue {
  readonly name: string;
  readonly value: Pattern;
}

/** A name that may hold wildcards: `score`, `logit_*`, `"total, net"`. */
export interface Pattern {
  readonly kind: 'pattern';
  /** As written, quotes included. */
  readonly text: string;
  /** Never empty; no two texts side by side. */
  readonly pieces: readonly Piece[];
}

/** Literal text, or a wildcard: `*` stands for any number of characters, `?` for exactly one. */
export type Piece = string | Wildcard;

export interface Wildcard {
  readonly wildcard: '*' | '?';
}
