import { instantiateKernels, type Kernels } from '../../workers/kernel-module.js';
import type { Program, Step } from '../abi/program.js';
import { STATIC_BYTE_LENGTH } from '../abi/static-area.js';
import { ROW_SCRATCH_BYTE_LENGTH } from '../abi/thread-area.js';
import { compileKernels } from '../pool/assets.js';
import type { KernelCase } from './kernel-cases.js';
import { type SampleOptions, sample, scaleSummary } from './sample.js';
import type { Summary } from './statistics.js';
import { fillValues } from './values.js';

/** Time and memory traffic of one kernel on one thread. */
export interface KernelTime {
  readonly name: string;
  readonly family: KernelCase['family'];
  readonly width: number;
  /** For each value that goes in. */
  readonly nanosecondsPerValue: Summary;
  /** Bytes of values that go in and come out. */
  readonly bytesPerSecond: number;
}

/** Values that a sample takes at least, so that the clock's steps don't show. */
const SAMPLE_VALUE_COUNT = 65_536;
const PAGE_BYTE_LENGTH = 65_536;

/** Calls a case's kernel over and over on the same `valueCount` values. */
export async function timeKernel(
  { name, family, width, program }: KernelCase,
  valueCount: number,
  options: SampleOptions,
): Promise<KernelTime> {
  const rowCount = Math.max(1, Math.floor(valueCount / width));
  const call = bindKernels(program, rowCount);
  const repeats = Math.max(1, Math.ceil(SAMPLE_VALUE_COUNT / (rowCount * width)));
  const seconds = await sample(() => {
    for (let repeat = 0; repeat < repeats; repeat++) call();
  }, options);
  const nanosecondsPerValue = scaleSummary(seconds, 1e9 / (repeats * rowCount * width));
  const bytesPerValue = (8 * (program.operands.length + program.results.length)) / width;
  return {
    name,
    family,
    width,
    nanosecondsPerValue,
    bytesPerSecond: (1e9 * bytesPerValue) / nanosecondsPerValue.median,
  };
}

/** Lays out a memory with a column for each register, fills the operands, and returns the call of all steps. */
function bindKernels(program: Program, rowCount: number): () => void {
  const columnByteLength = 8 * rowCount;
  const columns = STATIC_BYTE_LENGTH;
  const parameters = columns + program.registerCount * columnByteLength;
  const rowAddresses = parameters + program.steps.length * PAGE_BYTE_LENGTH;
  const scratch = rowAddresses + PAGE_BYTE_LENGTH;
  const pageCount = Math.ceil((scratch + ROW_SCRATCH_BYTE_LENGTH) / PAGE_BYTE_LENGTH);
  const memory = new WebAssembly.Memory({ initial: pageCount, maximum: pageCount, shared: true });
  const kernels = instantiateKernels(compileKernels(), memory);
  const columnAddress = (register: number) => columns + register * columnByteLength;
  fillValues(new Float64Array(memory.buffer, columns, program.operands.length * rowCount));

  const calls = program.steps.map((step, index) => {
    const stepParameters = parameters + index * PAGE_BYTE_LENGTH;
    if (step.kind !== 'multiply') new Float64Array(memory.buffer, stepParameters, step.params.length).set(step.params);
    return bindStep(kernels, step, rowCount, columnAddress, stepParameters, () => {
      const sources = new Uint32Array(memory.buffer, rowAddresses, step.sources.length);
      const targets = new Uint32Array(memory.buffer, rowAddresses + sources.byteLength, step.targets.length);
      sources.set(step.sources.map(columnAddress));
      targets.set(step.targets.map(columnAddress));
      return { sources: sources.byteOffset, targets: targets.byteOffset, scratch };
    });
  });
  return () => {
    for (const call of calls) call();
  };
}

function bindStep(
  kernels: Kernels,
  step: Step,
  rowCount: number,
  columnAddress: (register: number) => number,
  parameters: number,
  placeRow: () => { readonly sources: number; readonly targets: number; readonly scratch: number },
): () => void {
  const kernel = kernels[step.kind === 'multiply' ? 'multiply' : step.kernel];
  if (kernel === undefined) throw new RangeError(`no kernel for a step of kind ${step.kind}`);
  const target = columnAddress(step.targets[0] ?? 0);
  switch (step.kind) {
    case 'elementwise': {
      const source = columnAddress(step.sources[0]);
      return () => kernel(source, target, rowCount, parameters);
    }
    case 'multiply': {
      const [a, b] = [columnAddress(step.sources[0]), columnAddress(step.sources[1])];
      return () => kernel(a, b, target, rowCount);
    }
    case 'row': {
      const { sources, targets, scratch } = placeRow();
      const width = step.width === 'list' ? step.sources.length : step.width;
      return () => kernel(sources, targets, width, rowCount, parameters, scratch);
    }
  }
}
