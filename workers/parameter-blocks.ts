import type { Program } from '../src/abi/program.js';
import { parameterKey } from '../src/abi/thread-area.js';

/** Writes a program's parameter blocks from an address on, equal ones once; returns where each is, by its key. */
export function writeParameters(memory: DataView, program: Program, address: number): ReadonlyMap<string, number> {
  const addresses = new Map<string, number>();
  for (const step of program.steps) {
    if (step.kind === 'multiply' || addresses.has(parameterKey(step.params))) continue;
    addresses.set(parameterKey(step.params), address);
    for (const [index, value] of step.params.entries()) memory.setFloat64(address + 8 * index, value, true);
    address += Math.max(8, 8 * step.params.length);
  }
  return addresses;
}
