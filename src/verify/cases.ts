import { entryInDialects } from '../activations/dialects.js';
import type { ActivationEntry, ElementwiseEntry, RowEntry } from '../activations/entry.js';

/** A kernel with parameters whose error is to be measured. Plain data, for the way between threads. */
export interface VerifyCase {
  /** The function or derivative as a transform names it: `sigmoid_deriv`. */
  readonly name: string;
  readonly kernel: string;
  readonly params: readonly number[];
  /** The parameters that aren't the catalogue's defaults, as a transform writes them: `clip=none`. */
  readonly parameterText: string;
  /** The largest error allowed, in units in the last place. */
  readonly maxUlp: number;
  /** What a row function makes of rows of this width; `undefined` for elementwise functions. */
  readonly row: { readonly width: number; readonly outputCount: number; readonly takesGradients: boolean } | undefined;
}

const WIDTHS = [2, 7, 64, 1000];
const JACOBIAN_WIDTHS = [2, 7, 32];
/** A temperature that isn't a power of two, so that every division rounds. */
const TEMPERATURE = 0.7;

/** Every kernel of an entry with its defaults and with what the dialects make of them, row functions at several widths. */
export function verifyCases(entry: ActivationEntry): readonly VerifyCase[] {
  return parameterSets(entry).flatMap((params) =>
    entry.kind === 'row' ? rowCases(entry, params) : elementwiseCases(entry, params),
  );
}

function elementwiseCases(entry: ElementwiseEntry, params: readonly number[]): VerifyCase[] {
  const shared = { params, parameterText: parameterText(entry, params), row: undefined };
  const derivative = `${entry.name}_deriv`;
  return [
    { ...shared, name: entry.name, kernel: entry.name, maxUlp: entry.maxUlp },
    { ...shared, name: derivative, kernel: derivative, maxUlp: entry.derivative.maxUlp },
  ];
}

function rowCases(entry: RowEntry, params: readonly number[]): VerifyCase[] {
  const shared = { params, maxUlp: entry.maxUlp };
  const text = parameterText(entry, params);
  const widths = (entry.outputs === 'square' ? JACOBIAN_WIDTHS : WIDTHS).filter((width) => width <= entry.maxWidth);
  return widths.flatMap((width): VerifyCase[] => {
    const outputCount = entry.outputs === 'one' ? 1 : entry.outputs === 'square' ? width * width : width;
    const plain: VerifyCase = {
      ...shared,
      name: entry.name,
      kernel: entry.name,
      parameterText: text,
      row: { width, outputCount, takesGradients: false },
    };
    if (!entry.grad) return [plain];
    const row = { width, outputCount, takesGradients: true };
    return [plain, { ...plain, kernel: `${entry.name}_grad`, parameterText: [text, 'grad'].join(' ').trim(), row }];
  });
}

/** The defaults in each dialect, each keyword that is a form of its own, and a temperature; each set once. */
function parameterSets(entry: ActivationEntry): readonly (readonly number[])[] {
  const sets = entryInDialects(entry).map((variant) => variant.entry.parameters.map((parameter) => parameter.default));
  const complete = sets.filter((set): set is number[] => !set.includes(undefined));
  const [defaults] = complete;
  if (defaults === undefined) return [];
  entry.parameters.forEach(({ name, keywords, keywordsOnly }, index) => {
    // Rows without an infinity, which are all that is measured, don't depend on the rule for them.
    if (name === 'infinities') for (const set of complete) set[index] = defaults[index]!;
    else if (keywordsOnly)
      for (const value of Object.values(keywords ?? {})) complete.push(defaults.with(index, value));
    else if (name === 'temperature') complete.push(defaults.with(index, TEMPERATURE));
  });
  return [...new Map(complete.map((set) => [set.join(), set])).values()];
}

function parameterText({ parameters }: ActivationEntry, params: readonly number[]): string {
  return parameters
    .flatMap(({ name, default: value, keywords }, index) => {
      const given = params[index]!;
      if (value === given) return [];
      const word = Object.entries(keywords ?? {}).find(([, number]) => number === given)?.[0];
      return [`${name}=${word ?? given}`];
    })
    .join(' ');
}
