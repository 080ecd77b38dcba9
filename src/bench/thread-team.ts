import { Executor } from '../../workers/executor.js';
import type { Program } from '../abi/program.js';
import type { ComputeTask } from '../abi/task.js';
import { compileKernels } from '../pool/assets.js';
import { Pool } from '../pool/pool.js';
import { layOutSlab, Slab } from '../slab/slab.js';
import { type SampleOptions, sample } from './sample.js';
import type { Summary } from './statistics.js';
import { fillValues } from './values.js';

export interface TeamOptions {
  readonly programs: readonly Program[];
  readonly threads: number;
  /** Memory that the team works on when it works from memory; larger than any cache. */
  readonly byteLength: number;
}

/** Bytes of operands and results that one task works on: they fit the second-level cache. */
const TASK_BYTE_LENGTH = 2 ** 18;
/** What each thread works through in a sample. */
const SAMPLE_BYTE_LENGTH = 2 ** 26;

/**
 * The product's own threads and executor at work on shared memory, without files: the coordinator and `threads - 1`
 * workers, each of which does the same amount of work in a sample.
 */
export class ThreadTeam {
  readonly #threads: number;
  readonly #programs: readonly Program[];
  readonly #slab: Slab;
  readonly #slotCount: number;
  readonly #executor: Executor;
  readonly #pool: Pool;

  private constructor({ programs, threads, byteLength }: TeamOptions) {
    this.#threads = threads;
    this.#programs = programs;
    // Every thread has as many slots as the others.
    this.#slotCount = Math.max(1, Math.ceil(byteLength / TASK_BYTE_LENGTH / threads)) * threads;
    this.#slab = new Slab(layOutSlab(programs, threads, this.#slotCount, TASK_BYTE_LENGTH));
    const module = compileKernels();
    const { memory, layout } = this.#slab;
    this.#executor = new Executor({ module, memory, programs, areaAddress: layout.areaAddresses[0] ?? 0 });
    this.#pool = new Pool(threads - 1);
    const first = new Float64Array(memory.buffer, this.#slab.slotAddress(0), TASK_BYTE_LENGTH / 8);
    fillValues(first);
    for (let slot = 1; slot < this.#slotCount; slot++) {
      new Float64Array(memory.buffer, this.#slab.slotAddress(slot), first.length).set(first);
    }
  }

  static async start(options: TeamOptions): Promise<ThreadTeam> {
    const team = new ThreadTeam(options);
    await team.#pool.setUp({
      module: compileKernels(),
      memory: team.#slab.memory,
      programs: options.programs,
      areaAddresses: team.#slab.layout.areaAddresses,
    });
    return team;
  }

  /**
   * Has every thread run the program again and again.
   * @param from `cache`: each thread stays on one slot; `memory`: each goes through all its slots in turn
   * @returns the bytes of operands and results a second, of all threads together
   */
  async bytesPerSecond(program: number, from: 'cache' | 'memory', options: SampleOptions): Promise<Summary> {
    const taskCount = SAMPLE_BYTE_LENGTH / TASK_BYTE_LENGTH;
    const slotsPerThread = this.#slotCount / this.#threads;
    const rowCount = this.#rowCount(program);
    let round = 0;
    const tasksOf = (thread: number): readonly ComputeTask[] =>
      Array.from({ length: taskCount }, (_, index) => {
        const turn = from === 'cache' ? 0 : (round * taskCount + index) % slotsPerThread;
        return this.#task(program, rowCount, thread * slotsPerThread + turn);
      });
    const seconds = await sample(async () => {
      const running = Array.from({ length: this.#threads - 1 }, (_, worker) =>
        this.#pool.run({ works: [{ reads: [], tasks: tasksOf(worker + 1), writes: [] }] }),
      );
      this.#executor.run(tasksOf(0));
      await Promise.all(running);
      round++;
    }, options);
    const bytes = this.#threads * taskCount * rowCount * bytesPerRow(this.#programs[program]);
    return {
      count: seconds.count,
      median: bytes / seconds.median,
      min: bytes / seconds.max,
      max: bytes / seconds.min,
      mad: (bytes / seconds.median) * (seconds.mad / seconds.median),
      coefficientOfVariation: seconds.coefficientOfVariation,
    };
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }

  #rowCount(program: number): number {
    const rows = Math.floor(TASK_BYTE_LENGTH / bytesPerRow(this.#programs[program]));
    return rows - (rows % 64);
  }

  #task(program: number, count: number, slot: number): ComputeTask {
    const { operands = [], results = [] } = this.#programs[program] ?? {};
    const region = (column: number) => ({ values: this.#slab.slotAddress(slot) + 8 * count * column, validity: 0 });
    return {
      kind: 'compute',
      job: program,
      count,
      operands: operands.map((_, index) => region(index)),
      outputs: results.map((_, index) => region(operands.length + index)),
    };
  }
}

/** Float64 operands and results of one row. */
function bytesPerRow(program: Program | undefined): number {
  return 8 * ((program?.operands.length ?? 0) + (program?.results.length ?? 0));
}
