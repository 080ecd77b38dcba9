import type { Program, Result } from '../src/abi/program.js';
import type { ComputeTask, Region } from '../src/abi/task.js';
import { isSkipping } from '../src/abi/thread-area.js';
import type { Kernels } from './kernel-module.js';

export function region(regions: readonly Region[], index: number): Region {
  const found = regions[index];
  if (found === undefined) throw new RangeError(`a task has ${regions.length} regions, not a number ${index}`);
  return found;
}

/** The operands that each register is computed from. */
export function traceOrigins(program: Program): readonly ReadonlySet<number>[] {
  const origins = program.operands.map((_, index) => new Set([index]));
  for (const step of program.steps) {
    const from = new Set(step.sources.flatMap((source) => [...(origins[source] ?? [])]));
    for (const [index, target] of step.targets.entries()) {
      // A row that leaves nulls out has its own null in each place; any other result is null with any of its sources.
      const own = isSkipping(step) && step.targets.length > 1 ? origins[step.sources[index] ?? 0] : undefined;
      origins[target] = own ?? from;
    }
  }
  return origins;
}

/** Writes the bitmap that an output gets from the operands it was computed from. */
export function combineValidity(
  kernels: Kernels,
  bytes: Uint8Array,
  task: ComputeTask,
  { validityFrom, nullWhere }: Pick<Result, 'validityFrom' | 'nullWhere'>,
  target: number,
): void {
  const byteLength = Math.ceil(task.count / 8);
  const combine = kernels[nullWhere === 'any' ? 'bitmap_and' : 'bitmap_or'];
  let first = true;
  for (const operand of validityFrom) {
    const source = region(task.operands, operand).validity;
    if (source === 0 && nullWhere === 'any') continue;
    if (source === 0) {
      first = true;
      break;
    }
    if (first) bytes.copyWithin(target, source, source + byteLength);
    else combine?.(target, source, target, byteLength);
    first = false;
  }
  if (first) kernels.bitmap_fill?.(target, task.count);
}
