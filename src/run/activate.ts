import { Executor } from '../../workers/executor.js';
import { CATALOGUE } from '../activations/catalogue.js';
import type { Dialect } from '../activations/dialects.js';
import type { ActivationEntry } from '../activations/entry.js';
import { LanewiseError } from '../errors.js';
import { bindTransforms } from '../plan/bind.js';
import { float64Columns } from '../plan/float64-columns.js';
import type { Job } from '../plan/job.js';
import { resolveFunction } from '../plan/resolve.js';
import { compileKernels } from '../pool/assets.js';
import { layOutSlab, Slab } from '../slab/slab.js';
import { catalogueOf } from './options.js';

/** Values computed at a time. */
const CHUNK_LENGTH = 8192;
/** Validity of the one result of a row that can be null. */
const BITMAP_BYTE_LENGTH = 8;
/** Functions with their parameters that are kept ready. */
const READY_LIMIT = 64;

/** Parameters of a function by name: a number, or one of the words it takes (`{ clip: 'none' }`). */
export type ActivationParameters = Readonly<Record<string, number | string>>;

/** Options of `activate`. */
export interface ActivateOptions {
  /**
   * Whose defaults the parameters have that are left out: the guide's, or those of PyTorch, ONNX Runtime or Keras.
   * @default guide
   */
  readonly dialect?: Dialect | undefined;
}

let kernels: WebAssembly.Module | undefined;
const ready = new Map<string, ReadyFunction>();

/**
 * Computes a function of an array on this thread, without a pool: an elementwise function or derivative of each value
 * (`sigmoid`, `tanh_deriv`), or a row function of all of them as one row (`softmax`).
 *
 * @param name the function, as a transform names it
 * @param values not changed
 * @param parameters the function's parameters; those that are left out have their defaults
 * @param options whose defaults
 * @returns a new array, as long as `values` unless the function makes something else of a row
 * @throws LW_UNKNOWN_FUNCTION, LW_UNKNOWN_PARAMETER, LW_PARAMETER_RANGE, LW_USAGE for a dialect that there isn't;
 *   LW_UNSUPPORTED_OPTION for a row too wide
 */
export function activate(
  name: string,
  values: Float64Array,
  parameters: ActivationParameters = {},
  { dialect = 'guide' }: ActivateOptions = {},
): Float64Array {
  const { entry } = resolveFunction(name, CATALOGUE);
  const width = entry.kind === 'row' ? values.length : 1;
  if (width === 0) return new Float64Array(0);
  if (entry.kind === 'row' && width > entry.maxWidth) {
    throw new LanewiseError(
      'LW_UNSUPPORTED_OPTION',
      `${name} takes rows of ${entry.maxWidth} values at most, not ${width}`,
    );
  }
  return readyFunction(callText(name, parameters), width, dialect).run(values);
}

function callText(name: string, parameters: ActivationParameters): string {
  const words = Object.entries(parameters).map(([parameter, value]) => `, ${parameter}=${value}`);
  return `${name}(*${words.join('')})`;
}

function readyFunction(text: string, width: number, dialect: Dialect): ReadyFunction {
  const key = `${dialect} ${width} ${text}`;
  let found = ready.get(key);
  if (found === undefined) {
    const oldest = ready.keys().next().value;
    if (ready.size >= READY_LIMIT && oldest !== undefined) ready.delete(oldest);
    found = new ReadyFunction(text, width, catalogueOf(dialect));
    ready.set(key, found);
  }
  return found;
}

/** A function bound to `width` columns of a slab of its own. */
class ReadyFunction {
  readonly #job: Job;
  readonly #executor: Executor;
  readonly #width: number;
  readonly #address: number;
  readonly #buffer: SharedArrayBuffer | ArrayBuffer;

  constructor(text: string, width: number, catalogue: readonly ActivationEntry[]) {
    const [job] = bindTransforms([text], float64Columns(width), {}, catalogue).jobs;
    if (job === undefined) throw new RangeError(`${text} came to no job`);
    const programs = [job.program];
    const columnCount = width + job.outputs.length;
    const slab = new Slab(layOutSlab(programs, 1, 1, 8 * columnCount * chunkLength(width) + BITMAP_BYTE_LENGTH));
    kernels ??= compileKernels();
    this.#job = job;
    this.#width = width;
    this.#executor = new Executor({
      module: kernels,
      memory: slab.memory,
      programs,
      areaAddress: slab.layout.areaAddresses[0] ?? 0,
    });
    this.#address = slab.slotAddress(0);
    this.#buffer = slab.memory.buffer;
  }

  run(values: Float64Array): Float64Array {
    if (this.#width > 1) return this.#runChunk(values, 1).slice();
    const results = new Float64Array(values.length);
    for (let start = 0; start < values.length; start += CHUNK_LENGTH) {
      const chunk = values.subarray(start, start + CHUNK_LENGTH);
      results.set(this.#runChunk(chunk, chunk.length), start);
    }
    return results;
  }

  /** @returns a view of the slab, valid until the next run */
  #runChunk(values: Float64Array, count: number): Float64Array {
    const columnByteLength = 8 * chunkLength(this.#width);
    const region = (column: number, validity = 0) => ({ values: this.#address + column * columnByteLength, validity });
    const bitmap = region(this.#width + this.#job.outputs.length).values;
    new Float64Array(this.#buffer, this.#address, values.length).set(values);
    const outputs = this.#job.program.results.map(({ nanIsNull }, index) =>
      region(this.#width + index, nanIsNull ? bitmap : 0),
    );
    this.#executor.run([
      { kind: 'compute', job: 0, count, operands: this.#job.operands.map((_, index) => region(index)), outputs },
    ]);
    const address = outputs[0]?.values ?? 0;
    if (this.#job.outputs[0]?.type === 'int32') return this.#readPlace(address, bitmap);
    return new Float64Array(this.#buffer, address, this.#width > 1 ? outputs.length : count);
  }

  /** The one result that isn't a float64, the place of a row's maximum: NaN where it is null. */
  #readPlace(address: number, bitmap: number): Float64Array {
    const isValid = (new Uint8Array(this.#buffer)[bitmap] ?? 0) & 1;
    return Float64Array.of(isValid ? (new Int32Array(this.#buffer, address, 1)[0] ?? 0) : Number.NaN);
  }
}

function chunkLength(width: number): number {
  return width > 1 ? 1 : CHUNK_LENGTH;
}
