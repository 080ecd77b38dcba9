/**
 * The shape of a catalogue entry: everything that help texts, parameter checks, the planner, the oracle tests and the
 * benches know about a function stands in its entry, so that a further function is one entry and one kernel.
 */

/** A named parameter of a function, in the order in which the kernel reads the values as float64 from its parameter block. */
export interface Parameter {
  readonly name: string;
  /** The value where none is given; `undefined` makes the parameter required. */
  readonly default: number | undefined;
  /** Words a user may write in place of a number (`clip=none`), with the number each stands for. */
  readonly keywords?: Readonly<Record<string, number>>;
  /** True where only the keywords are allowed (`approximate=none|tanh`). */
  readonly keywordsOnly?: boolean;
  /** The smallest and the largest value allowed, both inclusive unless `exclusiveMin` is set. NaN is never allowed. */
  readonly min?: number;
  readonly max?: number;
  readonly exclusiveMin?: boolean;
  /** One sentence for the help text. */
  readonly help: string;
}

/** What goes in and what comes out, for one row of the special-value table of a function. */
export interface SpecialValue {
  readonly input: string;
  readonly output: string;
}

/** The largest error that was measured of a kernel with its defaults, and where. */
export interface MeasuredError {
  /** In units in the last place. */
  readonly ulp: number;
  /** The value, or what the row's values are like. */
  readonly input: string;
}

interface EntryBase {
  /** The name in a transform, and of the kernel that computes it. */
  readonly name: string;
  /** One sentence: what the function is for. */
  readonly summary: string;
  /** The formula as plain text, in terms of `x` (or `x_i` for row functions) and the parameters. */
  readonly formula: string;
  readonly parameters: readonly Parameter[];
  readonly specialValues: readonly SpecialValue[];
  /** The largest error that the kernel may have, in units in the last place, over the whole double range. */
  readonly maxUlp: number;
  /** What was measured, by `scripts/accuracy.ts`; absent where the result is exact. */
  readonly measured?: MeasuredError;
}

/** A function of one value. Its derivative is the kernel `<name>_deriv`, with the same parameters in the same order. */
export interface ElementwiseEntry extends EntryBase {
  readonly kind: 'elementwise';
  readonly derivative: {
    readonly formula: string;
    /** What the derivative is where the function has a kink; absent for smooth functions. */
    readonly atKink?: string;
    readonly maxUlp: number;
    readonly measured?: MeasuredError;
  };
}

/**
 * A function of one row of values.
 *
 * - `width`: as many outputs as inputs; `one`: a single output; `square`: one output for each pair of inputs.
 * - `output`: the type of the outputs, where it isn't float64.
 * - `grad`: whether an upstream gradient (one column for each input) may be given; the kernel is then `<name>_grad`.
 */
export interface RowEntry extends EntryBase {
  readonly kind: 'row';
  readonly outputs: 'width' | 'one' | 'square';
  readonly outputType: 'float64' | 'int32';
  readonly grad: boolean;
  /** Whether the function takes `nulls=propagate|skip`. */
  readonly nulls: boolean;
  /**
   * The element that changes nothing in a row: what `nulls=skip` puts in the place of a null. NaN where no number is that:
   * the kernel then finds a mark of its own (workers/kernels/bitmap.ts).
   */
  readonly neutral: number;
  /** The widest row allowed. */
  readonly maxWidth: number;
}

export type ActivationEntry = ElementwiseEntry | RowEntry;
