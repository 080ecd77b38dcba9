/**
 * A command as plain data: the one definition of its options, read by the parser (`parse.ts`) as well as by yargs
 * (`help.ts`), so that what is accepted and what the help says can't drift apart.
 */
export interface Command<O extends Options = Options> {
  readonly name: string;
  readonly summary: string;
  readonly positional: Positional;
  readonly options: O;
  readonly examples: readonly Example[];
  /** Does the command's work. Whatever goes wrong is thrown as a LanewiseError. */
  run(invocation: Invocation<O>): Promise<void>;
}

/** The one argument that has no name. */
export interface Positional {
  readonly name: string;
  readonly summary: string;
  readonly required: boolean;
  /** Whether there may be more than one. */
  readonly repeats?: boolean;
}

/** An option by its long name. */
export type Options = Readonly<Record<string, Option>>;

export interface Option {
  /** A `switch` stands alone, a `value` takes what follows it, a `list` does so any number of times. */
  readonly kind: 'switch' | 'value' | 'list';
  readonly summary: string;
  /** The one-letter name. */
  readonly short?: string;
  /** The only values allowed. */
  readonly choices?: readonly string[];
  readonly required?: boolean;
  /** The value where none is given, as the help names it. */
  readonly default?: string;
}

export interface Example {
  readonly command: string;
  readonly summary: string;
}

/** A command line that fits its command's definition. */
export interface Invocation<O extends Options = Options> {
  readonly positionals: readonly string[];
  readonly values: { readonly [Name in keyof O]: OptionValue<O[Name]> };
  /** Aborted by the signals that end the process. */
  readonly signal: AbortSignal;
}

type OptionValue<O extends Option> = O['kind'] extends 'switch'
  ? boolean
  : O['kind'] extends 'list'
    ? readonly string[]
    : O extends { readonly choices: readonly (infer Choice)[] }
      ? Choice | undefined
      : string | undefined;

/** Checks a definition and keeps the literal types of its options, from which those of the values follow. */
export function defineCommand<const O extends Options>(command: Command<O>): Command {
  return command as Command<Options>;
}
