import type { Program } from '../src/abi/program.js';
import type { ComputeTask, ListRows } from '../src/abi/task.js';
import type { Kernel, Kernels } from './kernel-module.js';
import type { ListTiles } from './list-tiles.js';
import { combineValidity, region } from './operands.js';

/** Writes the bitmaps of results that were computed of lists. */
export class ListValidity {
  readonly #kernels: Kernels;
  readonly #bytes: Uint8Array;
  readonly #program: Program;
  /** Of each register, whether one null makes null all that comes of its list. */
  readonly #propagates: readonly boolean[];

  constructor(kernels: Kernels, bytes: Uint8Array, program: Program) {
    this.#kernels = kernels;
    this.#bytes = bytes;
    this.#program = program;
    this.#propagates = tracePropagation(program);
  }

  /** The bitmap of a result that has a value for each element. */
  writeElements(task: ComputeTask, tiles: ListTiles, lists: ListRows, index: number): void {
    const { validity } = region(task.outputs, index);
    if (validity === 0) return;
    const { register, validityFrom } = this.#program.results[index]!;
    combineValidity(this.#kernels, this.#bytes, task, { validityFrom, nullWhere: 'any' }, validity);
    if (!this.#propagates[register]) return;
    const countValid = this.#kernel('list_valid_count');
    const setRange = this.#kernel('bitmap_set_range');
    for (let list = 0; list < lists.count; list++) {
      const start = tiles.start(list);
      const end = tiles.start(list + 1);
      if (countValid(validity, start, end) < end - start) setRange(validity, start, end, 0);
    }
  }

  /** The bitmap of a result that has a value for each list: an empty list, as a null one, has none. */
  writeLists(task: ComputeTask, tiles: ListTiles, lists: ListRows, index: number): void {
    const { validity } = region(task.outputs, index);
    if (validity === 0) return;
    const { register, validityFrom } = this.#program.results[index]!;
    const bitmaps = validityFrom.map((operand) => region(task.operands, operand).validity).filter((at) => at !== 0);
    const propagates = this.#propagates[register] === true;
    const countValid = this.#kernel('list_valid_count');
    const bytes = this.#bytes;
    let bits = 0;
    for (let list = 0; list < lists.count; list++) {
      const start = tiles.start(list);
      const end = tiles.start(list + 1);
      let isValid = end > start;
      for (const bitmap of bitmaps) {
        const count = countValid(bitmap, start, end);
        isValid &&= propagates ? count === end - start : count > 0;
      }
      if (isValid) bits |= 1 << (list & 7);
      if ((list & 7) < 7 && list + 1 < lists.count) continue;
      const own = lists.validity === 0 ? 0xff : bytes[lists.validity + (list >> 3)]!;
      bytes[validity + (list >> 3)] = bits & own;
      bits = 0;
    }
  }

  #kernel(name: string): Kernel {
    const kernel = this.#kernels[name];
    if (kernel === undefined) throw new RangeError(`no kernel ${name}`);
    return kernel;
  }
}

function tracePropagation(program: Program): readonly boolean[] {
  const propagates = program.operands.map(() => false);
  for (const step of program.steps) {
    const own = step.kind === 'row' && step.nulls === 'propagate';
    for (const target of step.targets) {
      propagates[target] = own || step.sources.some((source) => propagates[source]);
    }
  }
  return propagates;
}
