import { exact, type Real } from '../../src/verify/oracle.js';

const view = new DataView(new ArrayBuffer(8));

export function bitsOf(x: number): bigint {
  view.setFloat64(0, x);
  return view.getBigUint64(0);
}

export function numberOf(bits: bigint): number {
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
}

/** The float64 nearest to `value`. */
export function nearest(value: Real): number {
  return Number(value.toPrecision(40));
}

/** What rounding to float64 leaves of `value`, as float64. */
export function rest(value: Real): number {
  return nearest(value.sub(exact(nearest(value))));
}

/** `value` rounded to `digits` significant bits, which are 53 at most. */
export function roundToBits(value: Real, digits: number): number {
  view.setFloat64(0, nearest(value));
  const dropped = BigInt(53 - digits);
  view.setBigUint64(0, ((view.getBigUint64(0) + (1n << (dropped - 1n))) >> dropped) << dropped);
  return view.getFloat64(0);
}

/** AssemblyScript for a file: the heading, then `export const name: usize = memory.data<type>([...], 16)` by rows. */
export function tableText(
  heading: string,
  name: string,
  type: 'f64' | 'u64',
  rows: readonly (readonly string[])[],
): string {
  const comment = heading.split('\n').map((line) => ` * ${line}`.trimEnd());
  const lines = rows.map((row) => `  ${row.join(', ')},`);
  return [
    '/**',
    ...comment,
    ' */',
    '// prettier-ignore',
    `export const ${name}: usize = memory.data<${type}>([`,
    ...lines,
    '], 16);',
    '',
  ].join('\n');
}

/** AssemblyScript for constants, a line each. */
export function constantsText(constants: Readonly<Record<string, number>>): string {
  return Object.entries(constants)
    .map(([name, value]) => `export const ${name}: f64 = ${value};\n`)
    .join('');
}
