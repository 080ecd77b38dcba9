import type { Program } from '../src/abi/program.js';
import type { CompressTask, DecompressTask, Task, TaskResult } from '../src/abi/task.js';
import { isOverLists, layOutThreadArea, parameterByteLength } from '../src/abi/thread-area.js';
import { LanewiseError } from '../src/errors.js';
import { compressBlock, decompressBlock } from './codecs/block-codec.js';
import type { Zstd } from './codecs/zstd.js';
import { instantiateKernels } from './kernel-module.js';
import { ListRunner } from './list-runner.js';
import { decodePages } from './parquet/decode.js';
import { encodePage } from './parquet/encode.js';
import type { PageContext } from './parquet/page-context.js';
import { recodePage } from './parquet/recode.js';
import { ProgramRunner } from './program-runner.js';

/** What a thread needs to compute slots: shared with every other thread, but for the address of its own area. */
export interface ExecutorOptions {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** The program of each job; jobs of the same computation share one. */
  readonly programs: readonly Program[];
  /** Where the thread's own area of the slab starts. */
  readonly areaAddress: number;
}

/** Computes slots on the thread that it was made on: a worker's, or the coordinator's. */
export class Executor {
  readonly #runners: readonly (ProgramRunner | ListRunner)[];
  readonly #context: PageContext;
  #zstd: Zstd | undefined;

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
    const loadedZstd = () => {
      if (this.#zstd === undefined) throw new RangeError('ZSTD was not loaded before it was needed');
      return this.#zstd;
    };
    this.#context = {
      memory: new Uint8Array(buffer),
      view: new DataView(buffer),
      kernels,
      scratch: area.rowScratch,
      codecScratch: area.codecScratch,
      get zstd() {
        return loadedZstd();
      },
    };
  }

  /** Whether `load` has to be awaited before the tasks can be run. */
  needsLoading(tasks: readonly Task[]): boolean {
    return this.#zstd === undefined && tasks.some(compressesWithZstd);
  }

  /** Loads what compresses with ZSTD, a module of its own. */
  async load(): Promise<void> {
    const { Zstd } = await import('./codecs/zstd.js');
    this.#zstd ??= await Zstd.load();
  }

  /** Carries out the tasks of a slot in their order. */
  run(tasks: readonly Task[]): readonly TaskResult[] {
    return tasks.map((task) => this.#runTask(task));
  }

  #runTask(task: Task): TaskResult {
    switch (task.kind) {
      case 'compute': {
        const runner = this.#runners[task.job];
        if (runner === undefined) throw new RangeError(`no job ${task.job}`);
        return runner.run(task);
      }
      case 'decompress':
        return this.#decompress(task);
      case 'compress':
        return this.#compress(task);
      case 'decode_pages':
        decodePages(task, this.#context);
        return [];
      case 'encode_page':
        return encodePage(task, this.#context);
      case 'recode_page':
        return recodePage(task, this.#context);
    }
  }

  #decompress({ codec, source, sourceByteLength, target, targetByteLength }: DecompressTask): TaskResult {
    const byteLength = decompressBlock(this.#context, codec, source, sourceByteLength, target, targetByteLength);
    if (byteLength !== targetByteLength) {
      throw new LanewiseError(
        'LW_CORRUPT_INPUT',
        `a ${codec} block of ${sourceByteLength} bytes doesn't decompress to the ${targetByteLength} bytes that its metadata names; write the file again from its source`,
      );
    }
    return [];
  }

  #compress({ codec, level, source, sourceByteLength, target, targetCapacity }: CompressTask): TaskResult {
    const byteLength = compressBlock(this.#context, codec, level, source, sourceByteLength, target, targetCapacity);
    return [byteLength];
  }
}

function compressesWithZstd(task: Task): boolean {
  return (
    (task.kind === 'compress' || task.kind === 'encode_page' || task.kind === 'recode_page') && task.codec === 'zstd'
  );
}
