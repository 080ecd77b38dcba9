import { BASIC_ENTRIES } from './basic.js';
import type { ActivationEntry } from './entry.js';
import { GATE_ENTRIES } from './gates.js';
import { MEASURED_ERRORS } from './measured-errors.js';
import { RECTIFIER_ENTRIES } from './rectifiers.js';
import { ROW_ENTRIES } from './rows.js';
import { SHRINKER_ENTRIES } from './shrinkers.js';
import { SIGMOIDAL_ENTRIES } from './sigmoidal.js';

/** All functions, in the order in which help texts list them. */
export const CATALOGUE: readonly ActivationEntry[] = [
  ...BASIC_ENTRIES,
  ...SIGMOIDAL_ENTRIES,
  ...RECTIFIER_ENTRIES,
  ...SHRINKER_ENTRIES,
  ...GATE_ENTRIES,
  ...ROW_ENTRIES,
].map(withMeasuredErrors);

const ENTRY_BY_NAME: ReadonlyMap<string, ActivationEntry> = new Map(CATALOGUE.map((entry) => [entry.name, entry]));

/** The function of that name; a derivative goes by its function's name. */
export function findActivation(name: string): ActivationEntry | undefined {
  return ENTRY_BY_NAME.get(name);
}

function withMeasuredErrors(entry: ActivationEntry): ActivationEntry {
  const whole = { ...entry, ...measured(entry.name) };
  if (whole.kind === 'row') return whole;
  return { ...whole, derivative: { ...whole.derivative, ...measured(`${entry.name}_deriv`) } };
}

function measured(name: string): Pick<ActivationEntry, 'measured'> {
  const error = MEASURED_ERRORS[name];
  return error === undefined ? {} : { measured: error };
}
