import type { Program } from '../src/abi/program.js';
import type { StorageTask, Task, TaskResult } from '../src/abi/task.js';
import { isOverLists, layOutThreadArea, parameterByteLength } from '../src/abi/thread-area.js';
import type { Zstd } from './codecs/zstd.js';
import { instantiateKernels } from './kernel-module.js';
import { ListRunner } from './list-runner.js';
import type { PageContext } from './parquet/page-context.js';
import { ProgramRunner } from './program-runner.js';
import type { runStorageTask } from './storage-tasks.js';
import { needsZstdLibrary } from './zstd-level.js';

/** What a thread needs to compute slots: shared with every other thread, but for the address of its own area. */
export interface ExecutorOptions {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** The program of each job; jobs of the same computation share one. */
  readonly programs: readonly Program[];
  /** Where the thread's own area of the slab starts. */
  readonly areaAddress: number;
}

/** Modules that are loaded when a task takes them. */
interface LoadedModules {
  runStorageTask: typeof runStorageTask | undefined;
  zstd: Zstd | undefined;
}

/** Computes slots on the thread that it was made on: a worker's, or the coordinator's. */
export class Executor {
  readonly #runners: readonly (ProgramRunner | ListRunner)[];
  readonly #context: PageContext;
  readonly #loaded: LoadedModules = { runStorageTask: undefined, zstd: undefined };

  constructor({ module, memory, programs, areaAddress }: ExecutorOptions) {
    const { buffer } = memory;
    const kernels = instantiateKernels(module, memory);
    const area = layOutThreadArea(areaAddress, programs);
    let parameters = area.parameters;
    const runners = new Map<Program, ProgramRunner | ListRunner>();
    for (const program of new Set(programs)) {
      const Runner = isOverLists(program) ? ListRunner : ProgramRunner;
      runners.set(program, new Runner(kernels, buffer, area, program, parameters));
      parameters += parameterByteLength(program);
    }
    this.#runners = programs.flatMap((program) => runners.get(program) ?? []);
    const loaded = this.#loaded;
    this.#context = {
      memory: new Uint8Array(buffer),
      view: new DataView(buffer),
      kernels,
      scratch: area.rowScratch,
      codecScratch: area.codecScratch,
      get zstd() {
        return required(loaded.zstd);
      },
    };
  }

  /** Whether `load` has to be awaited before the tasks can be run. */
  needsLoading(tasks: readonly Task[]): boolean {
    const { runStorageTask, zstd } = this.#loaded;
    return (
      (runStorageTask === undefined && tasks.some(isStorageTask)) || (zstd === undefined && tasks.some(needsLibrary))
    );
  }

  /** Loads what the tasks take that is a module of its own. */
  async load(tasks: readonly Task[]): Promise<void> {
    if (tasks.some(isStorageTask)) this.#loaded.runStorageTask ??= (await import('./storage-tasks.js')).runStorageTask;
    if (tasks.some(needsLibrary)) this.#loaded.zstd ??= await (await import('./codecs/zstd.js')).Zstd.load();
  }

  /** Carries out the tasks of a slot in their order. */
  run(tasks: readonly Task[]): readonly TaskResult[] {
    return tasks.map((task) => this.#runTask(task));
  }

  #runTask(task: Task): TaskResult {
    if (task.kind !== 'compute') return required(this.#loaded.runStorageTask)(task, this.#context);
    const runner = this.#runners[task.job];
    if (runner === undefined) throw new RangeError(`no job ${task.job}`);
    return runner.run(task);
  }
}

function isStorageTask(task: Task): task is StorageTask {
  return task.kind !== 'compute';
}

function needsLibrary(task: Task): boolean {
  return (task.kind === 'compress' || task.kind === 'encode_page') && needsZstdLibrary(task.codec, task.level);
}

function required<T>(module: T | undefined): T {
  if (module === undefined) throw new RangeError('what the task takes was not loaded before it was needed');
  return module;
}
