import type { Program, Result, Step } from '../src/abi/program.js';
import type { ComputeTask, Region, TaskResult } from '../src/abi/task.js';
import { isSkipping, parameterKey, type ThreadArea, tileLength } from '../src/abi/thread-area.js';
import { type NumericType, valuesByteLength } from '../src/abi/types.js';
import type { Kernel, Kernels } from './kernel-module.js';
import { combineValidity, region, traceOrigins } from './operands.js';
import { writeParameters } from './parameter-blocks.js';

/** Where the values of a register are: in the slot, as an operand or a result stands there, or in the thread's area. */
type Home =
  | { readonly kind: 'operand'; readonly index: number }
  | { readonly kind: 'result'; readonly index: number }
  | { readonly kind: 'area'; readonly address: number };

/** Runs one program over the rows of a chunk, tile by tile, on one thread. */
export class ProgramRunner {
  readonly #kernels: Kernels;
  readonly #memory: DataView;
  readonly #bytes: Uint8Array;
  readonly #area: ThreadArea;
  readonly #program: Program;
  readonly #homes: readonly Home[];
  readonly #maskAddress: number;
  readonly #tileLength: number;
  readonly #parameters: ReadonlyMap<string, number>;
  /** Operands that each register was computed from. */
  readonly #origins: readonly ReadonlySet<number>[];
  /** Address of each register's tile. */
  readonly #addresses: number[];

  constructor(
    kernels: Kernels,
    buffer: SharedArrayBuffer | ArrayBuffer,
    area: ThreadArea,
    program: Program,
    parameters: number,
  ) {
    this.#kernels = kernels;
    this.#memory = new DataView(buffer);
    this.#bytes = new Uint8Array(buffer);
    this.#area = area;
    this.#program = program;
    this.#homes = findHomes(program, area);
    // A program whose registers all stand in the slot has no reason to go by tiles.
    const inPlace = this.#homes.every((home) => home.kind !== 'area') && !program.steps.some(isSkipping);
    this.#tileLength = inPlace ? Number.MAX_SAFE_INTEGER : tileLength(program);
    this.#maskAddress = area.registers + 8 * tileLength(program) * program.registerCount;
    this.#parameters = writeParameters(this.#memory, program, parameters);
    this.#origins = traceOrigins(program);
    this.#addresses = new Array<number>(program.registerCount).fill(0);
  }

  /** @returns the number of nulls of each output */
  run(task: ComputeTask): TaskResult {
    for (const [index, result] of this.#program.results.entries()) this.#prepareValidity(task, index, result);
    for (let start = 0; start < task.count; start += this.#tileLength) {
      const count = Math.min(this.#tileLength, task.count - start);
      this.#place(task, start, count);
      for (const step of this.#program.steps) this.#step(step, task, start, count);
      for (const [index, result] of this.#program.results.entries())
        this.#store(result, region(task.outputs, index), start, count);
    }
    return this.#program.results.map((_, index) => {
      const { validity } = region(task.outputs, index);
      return validity === 0 ? 0 : task.count - this.#kernel('bitmap_popcount')(validity, task.count);
    });
  }

  /** Finds each register's values for a tile, widening operands into the thread's area. */
  #place(task: ComputeTask, start: number, count: number): void {
    for (const [register, home] of this.#homes.entries()) {
      if (home.kind === 'operand') {
        this.#addresses[register] = region(task.operands, home.index).values + 8 * start;
      } else if (home.kind === 'result') {
        this.#addresses[register] = region(task.outputs, home.index).values + 8 * start;
      } else {
        this.#addresses[register] = home.address;
        const type = this.#program.operands[register];
        if (type !== undefined) {
          const source = region(task.operands, register).values + valuesByteLength(type, start);
          this.#kernel(`load_${type}`)(source, home.address, count);
        }
      }
    }
  }

  #step(step: Step, task: ComputeTask, start: number, count: number): void {
    switch (step.kind) {
      case 'elementwise':
        this.#kernel(step.kernel)(
          this.#at(step.sources[0]),
          this.#at(step.targets[0]),
          count,
          this.#params(step.params),
        );
        break;
      case 'multiply':
        this.#kernel('multiply')(
          this.#at(step.sources[0]),
          this.#at(step.sources[1]),
          this.#at(step.targets[0]),
          count,
        );
        break;
      case 'row': {
        if (step.width === 'list') throw new RangeError('a row step over lists reached the runner of column rows');
        const sources = this.#area.rowAddresses;
        for (const [index, register] of step.sources.entries()) {
          const address = step.nulls === 'skip' ? this.#masked(step, index, task, start, count) : this.#at(register);
          this.#memory.setUint32(sources + 4 * index, address, true);
        }
        const targets = sources + 4 * step.sources.length;
        for (const [index, register] of step.targets.entries()) {
          this.#memory.setUint32(targets + 4 * index, this.#at(register), true);
        }
        const params = this.#params(step.params);
        this.#kernel(step.kernel)(sources, targets, step.width, count, params, this.#area.rowScratch);
        break;
      }
    }
  }

  /** The tile of a row's element with a neutral value where it is null. */
  #masked(
    step: Step & { readonly kind: 'row' },
    index: number,
    task: ComputeTask,
    start: number,
    count: number,
  ): number {
    const width = step.width === 'list' ? 1 : step.width;
    const neutral = index < width ? step.neutral : 0;
    const target = this.#maskAddress + 8 * this.#tileLength * index;
    let address = this.#at(step.sources[index] ?? 0);
    // An element and its gradient leave the row together.
    for (const source of index < width ? [index, index + width] : [index - width, index]) {
      const register = step.sources[source];
      if (register === undefined) continue;
      for (const operand of this.#origins[register] ?? []) {
        const { validity } = region(task.operands, operand);
        if (validity === 0) continue;
        this.#kernel('mask_nulls')(address, validity + start / 8, target, count, neutral);
        address = target;
      }
    }
    return address;
  }

  #store(result: Result, output: Region, start: number, count: number): void {
    const address = this.#at(result.register);
    if (result.nanIsNull) this.#kernel('nan_to_null')(address, output.validity + start / 8, count);
    const target = output.values + valuesByteLength(result.type, start);
    if (address === target) return;
    if (result.type === 'float64') this.#bytes.copyWithin(target, address, address + 8 * count);
    else this.#kernel(`store_${result.type}`)(address, target, count);
  }

  #prepareValidity(task: ComputeTask, index: number, result: Result): void {
    const { validity } = region(task.outputs, index);
    if (validity !== 0) combineValidity(this.#kernels, this.#bytes, task, result, validity);
  }

  #at(register: number): number {
    return this.#addresses[register] ?? 0;
  }

  #params(params: readonly number[]): number {
    return this.#parameters.get(parameterKey(params)) ?? 0;
  }

  #kernel(name: string): Kernel {
    const kernel = this.#kernels[name];
    if (kernel === undefined) throw new RangeError(`no kernel ${name}`);
    return kernel;
  }
}

/** Float64 operands and results are computed where they stand; everything else is in the thread's area. */
function findHomes(program: Program, area: ThreadArea): readonly Home[] {
  const tileByteLength = 8 * tileLength(program);
  const homes: Home[] = [];
  for (let register = 0; register < program.registerCount; register++) {
    homes.push({ kind: 'area', address: area.registers + tileByteLength * register });
  }
  const isFloat64 = (type: NumericType) => type === 'float64';
  for (const [index, result] of program.results.entries()) {
    if (isFloat64(result.type) && !result.nanIsNull) homes[result.register] = { kind: 'result', index };
  }
  for (const [index, type] of program.operands.entries()) {
    homes[index] = isFloat64(type)
      ? { kind: 'operand', index }
      : { kind: 'area', address: area.registers + tileByteLength * index };
  }
  return homes;
}
