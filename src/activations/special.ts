import type { SpecialValue } from './entry.js';

/** The rows of a function's special values: NaN, the infinities, then what is particular to it. */
export function specialValues(
  minusInfinity: string,
  plusInfinity: string,
  more: readonly SpecialValue[] = [],
): readonly SpecialValue[] {
  return [
    { input: 'NaN', output: 'NaN' },
    { input: '-inf', output: minusInfinity },
    { input: '+inf', output: plusInfinity },
    ...more,
  ];
}
