import type { Program } from '../abi/program.js';
import { BITS_PER_VALUE } from '../abi/types.js';

/**
 * Whether the result of an index may be stored where the operand of that index stands: both have the same width, and
 * nothing reads the operand after the result has begun to overwrite it.
 */
export function canStandInPlace(program: Program, index: number): boolean {
  const result = program.results[index];
  const operandType = program.operands[index];
  if (result === undefined || operandType === undefined) return false;
  if (BITS_PER_VALUE[result.type] !== BITS_PER_VALUE[operandType]) return false;
  if (result.register < program.operands.length) return result.register === index;
  // An operand of another type is widened into the thread's area, tile by tile, before anything is written.
  if (operandType !== 'float64') return true;
  const writer = program.steps.findIndex((step) => (step.targets as readonly number[]).includes(result.register));
  return program.steps.every((step, place) => {
    if (place < writer) return true;
    const reads = (step.sources as readonly number[]).flatMap((source, at) => (source === index ? [at] : []));
    if (reads.length === 0) return true;
    if (place > writer) return false;
    // A row kernel has read an element of its row before it writes the result of the same place, and only that.
    return step.kind !== 'row' || (reads.length === 1 && reads[0] === step.targets.indexOf(result.register));
  });
}
