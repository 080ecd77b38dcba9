import type { Program } from '../abi/program.js';
import type { ActivationEntry } from '../activations/entry.js';
import { bindTransforms } from '../plan/bind.js';
import { float64Columns } from '../plan/float64-columns.js';

/** A function as it is measured: bound to as many float64 columns as it takes. */
export interface KernelCase {
  /** As a transform names it, with the parameters that it must be given: `threshold(*, 0, 0)`. */
  readonly call: string;
  /** The function, or its derivative. */
  readonly name: string;
  readonly family: 'elementwise' | 'derivative' | 'row';
  /** Values in a row; 1 for functions of one value. */
  readonly width: number;
  readonly program: Program;
}

/** Every elementwise function and derivative once, and every row function at each of the widths that it allows. */
export function kernelCases(catalogue: readonly ActivationEntry[], widths: readonly number[]): readonly KernelCase[] {
  const cases = catalogue.flatMap((entry) => {
    const makeCase = (name: string, family: KernelCase['family'], width: number): KernelCase => {
      const call = callText(name, entry);
      return { call, name, family, width, program: bindCall(call, width, catalogue) };
    };
    if (entry.kind === 'elementwise') {
      return [makeCase(entry.name, 'elementwise', 1), makeCase(`${entry.name}_deriv`, 'derivative', 1)];
    }
    return widths.filter((width) => width <= entry.maxWidth).map((width) => makeCase(entry.name, 'row', width));
  });
  // A function that the planner leaves out, such as `linear`, has no kernel to measure.
  return cases.filter(({ program }) => program.steps.length > 0);
}

/** A parameter without a default is given 0. */
function callText(name: string, { parameters }: ActivationEntry): string {
  const required = parameters.filter((parameter) => parameter.default === undefined);
  return `${name}(*${required.map((parameter) => `, ${parameter.name}=0`).join('')})`;
}

function bindCall(call: string, width: number, catalogue: readonly ActivationEntry[]): Program {
  const [job] = bindTransforms([call], float64Columns(width), {}, catalogue).jobs;
  if (job === undefined) throw new RangeError(`${call} came to no job`);
  return job.program;
}
