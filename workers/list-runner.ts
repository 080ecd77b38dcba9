import type { Program, Result, Step } from '../src/abi/program.js';
import type { ComputeTask, ListRows, TaskResult } from '../src/abi/task.js';
import { isSkipping, parameterKey, type ThreadArea, tileLength } from '../src/abi/thread-area.js';
import { valuesByteLength } from '../src/abi/types.js';
import type { Kernel, Kernels } from './kernel-module.js';
import { ListRowCaller } from './list-row-caller.js';
import { ListTiles, type Tile } from './list-tiles.js';
import { ListValidity } from './list-validity.js';
import { region, traceOrigins } from './operands.js';
import { writeParameters } from './parameter-blocks.js';

/** Runs one program over the lists of a chunk, each of them a row, tile by tile, on one thread. */
export class ListRunner {
  readonly #kernels: Kernels;
  readonly #memory: DataView;
  readonly #bytes: Uint8Array;
  readonly #program: Program;
  readonly #parameters: ReadonlyMap<string, number>;
  readonly #tiles: ListTiles;
  readonly #rows: ListRowCaller;
  readonly #validity: ListValidity;
  /** Operands that each register was computed from. */
  readonly #origins: readonly ReadonlySet<number>[];
  /** Of each register, whether it has a value for each list, not for each element. */
  readonly #isPerList: readonly boolean[];
  /** Of each register, the result that stands in the slot as the register does. */
  readonly #resultOf: readonly (number | undefined)[];
  /** Where each register's tile is in the thread's area, and behind them the masked sources. */
  readonly #areaAddresses: readonly number[];
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
    this.#program = program;
    this.#parameters = writeParameters(this.#memory, program, parameters);
    this.#tiles = new ListTiles(this.#memory);
    this.#rows = new ListRowCaller(kernels, this.#memory, area);
    this.#validity = new ListValidity(kernels, this.#bytes, program);
    this.#origins = traceOrigins(program);
    this.#isPerList = tracePerList(program);
    const tileByteLength = 8 * tileLength(program);
    const registers = Array.from({ length: program.registerCount }, (_, register) => register);
    this.#resultOf = registers.map((register) => {
      const index = program.results.findIndex((result) => result.register === register && result.type === 'float64');
      return register < program.operands.length || index < 0 ? undefined : index;
    });
    const masks = [program.registerCount, program.registerCount + 1];
    this.#areaAddresses = [...registers, ...masks].map((register) => area.registers + tileByteLength * register);
    this.#addresses = new Array<number>(program.registerCount).fill(0);
  }

  /**
   * @returns the number of nulls of each output
   * @throws LW_CORRUPT_INPUT, LW_UNSUPPORTED_INPUT for lists that can't be rows
   */
  run(task: ComputeTask): TaskResult {
    const { lists } = task;
    if (lists === undefined) throw new RangeError('a job over lists has a task without lists');
    const tiles = this.#tiles;
    tiles.read(lists);
    for (const [index, { register }] of this.#program.results.entries()) {
      if (this.#isPerList[register]) this.#validity.writeLists(task, tiles, lists, index);
      else this.#validity.writeElements(task, tiles, lists, index);
    }
    for (let list = 0; list < lists.count; ) {
      const tile = tiles.tile(list, lists.count);
      this.#runTile(task, tile);
      list = tile.endList;
    }
    for (const [index, result] of this.#program.results.entries()) this.#clearRest(task, lists, index, result);
    return this.#program.results.map(({ register }, index) => this.#countNulls(task, lists, index, register));
  }

  #runTile(task: ComputeTask, tile: Tile): void {
    this.#place(task, tile);
    this.#rows.enter(this.#tiles, tile);
    for (const step of this.#program.steps) this.#step(step, task, tile);
    for (const [index, result] of this.#program.results.entries()) this.#store(task, tile, index, result);
  }

  /** Finds each register's values for a tile, widening operands into the thread's area. */
  #place(task: ComputeTask, { start, end, firstList }: Tile): void {
    for (let register = 0; register < this.#addresses.length; register++) {
      const own = this.#areaAddresses[register]!;
      const type = this.#program.operands[register];
      const result = this.#resultOf[register];
      if (type === 'float64') {
        this.#addresses[register] = region(task.operands, register).values + 8 * start;
      } else if (type !== undefined) {
        // Bits are taken from the start of their byte on.
        const from = type === 'bool' ? start - (start % 8) : start;
        const source = region(task.operands, register).values + valuesByteLength(type, from);
        this.#kernel(`load_${type}`)(source, own, end - from);
        this.#addresses[register] = own + 8 * (start - from);
      } else if (result !== undefined) {
        const first = this.#isPerList[register] ? firstList : start;
        this.#addresses[register] = region(task.outputs, result).values + 8 * first;
      } else {
        this.#addresses[register] = own;
      }
    }
  }

  #step(step: Step, task: ComputeTask, tile: Tile): void {
    const count = this.#countOf(step.targets[0]!, tile);
    const target = this.#at(step.targets[0]!);
    switch (step.kind) {
      case 'elementwise':
        this.#kernel(step.kernel)(this.#at(step.sources[0]), target, count, this.#params(step.params));
        break;
      case 'multiply':
        this.#kernel('multiply')(this.#at(step.sources[0]), this.#at(step.sources[1]), target, count);
        break;
      case 'row': {
        const sources = step.sources.map((register, index) =>
          isSkipping(step) ? this.#masked(step, index, task, tile) : this.#at(register),
        );
        this.#rows.call(step, sources, target, this.#params(step.params));
        break;
      }
    }
  }

  /** The tile of a row's elements, or of their gradient, with a neutral value where either is null. */
  #masked(step: Step & { readonly kind: 'row' }, index: number, task: ComputeTask, { start, end }: Tile): number {
    const neutral = index === 0 ? step.neutral : 0;
    const target = this.#areaAddresses[this.#program.registerCount + index]!;
    let address = this.#at(step.sources[index]!);
    for (const register of step.sources) {
      for (const operand of this.#origins[register] ?? []) {
        const { validity } = region(task.operands, operand);
        if (validity === 0) continue;
        this.#kernel('list_mask_nulls')(address, validity, start, target, end - start, neutral);
        address = target;
      }
    }
    return address;
  }

  #store(task: ComputeTask, tile: Tile, index: number, { register, type, nanIsNull }: Result): void {
    const output = region(task.outputs, index);
    const first = this.#isPerList[register] ? tile.firstList : tile.start;
    const count = this.#countOf(register, tile);
    const address = this.#at(register);
    if (nanIsNull) {
      for (let i = 0; i < count; i++) {
        if (!Number.isNaN(this.#memory.getFloat64(address + 8 * i, true))) continue;
        this.#bytes[output.validity + ((first + i) >> 3)]! &= ~(1 << ((first + i) & 7));
      }
    }
    const target = output.values + valuesByteLength(type, first);
    if (address === target) return;
    if (type === 'float64') this.#bytes.copyWithin(target, address, address + 8 * count);
    else this.#kernel(`store_${type}`)(address, target, count);
  }

  /** Elements that are in no list have 0 as their result. */
  #clearRest(task: ComputeTask, { count, elementCount }: ListRows, index: number, { register, type }: Result): void {
    if (this.#isPerList[register]) return;
    const { values } = region(task.outputs, index);
    const first = count === 0 ? elementCount : this.#tiles.start(0);
    const last = count === 0 ? elementCount : this.#tiles.start(count);
    this.#bytes.fill(0, values, values + valuesByteLength(type, first));
    this.#bytes.fill(0, values + valuesByteLength(type, last), values + valuesByteLength(type, elementCount));
  }

  #countNulls(task: ComputeTask, lists: ListRows, index: number, register: number): number {
    const { validity } = region(task.outputs, index);
    if (validity === 0) return 0;
    const [start, end] = this.#isPerList[register] ? [0, lists.count] : [lists.ownStart, lists.ownEnd];
    return end - start - this.#kernel('list_valid_count')(validity, start, end);
  }

  #countOf(register: number, { firstList, endList, start, end }: Tile): number {
    return this.#isPerList[register] ? endList - firstList : end - start;
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

function tracePerList(program: Program): readonly boolean[] {
  const isPerList = program.operands.map(() => false);
  for (const step of program.steps) {
    for (const target of step.targets) {
      isPerList[target] = (step.kind === 'row' && step.outputs === 'one') || isPerList[step.sources[0]!] === true;
    }
  }
  return isPerList;
}
