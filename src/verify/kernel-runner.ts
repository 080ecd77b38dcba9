import { instantiateKernels, type Kernel, type Kernels } from '../../workers/kernel-module.js';
import { STATIC_BYTE_LENGTH } from '../abi/static-area.js';
import { ROW_SCRATCH_BYTE_LENGTH } from '../abi/thread-area.js';
import { compileKernels } from '../pool/assets.js';

const PAGE_COUNT = 256;

/** Calls kernels on arrays, in a memory of its own. At most 16 MiB of values and results fit into it. */
export class KernelRunner {
  readonly #memory = new WebAssembly.Memory({ initial: PAGE_COUNT, maximum: PAGE_COUNT, shared: true });
  readonly #kernels: Kernels = instantiateKernels(compileKernels(), this.#memory);
  #top = STATIC_BYTE_LENGTH;

  /** An elementwise kernel's results for `values`. */
  runElementwise(name: string, values: Float64Array, params: readonly number[]): Float64Array {
    this.#top = STATIC_BYTE_LENGTH;
    const source = this.#place(values);
    const target = this.#allocate(values.byteLength);
    this.#kernel(name)(source, target, values.length, this.#place(Float64Array.from(params)));
    return this.#read(target, values.length);
  }

  /**
   * A row kernel's results for rows of equal width, one row of `outputCount` for each.
   * @param columns the rows' columns, then those of the gradients where the kernel takes them
   */
  runRows(
    name: string,
    columns: readonly Float64Array[],
    width: number,
    outputCount: number,
    params: readonly number[],
  ): Float64Array[] {
    this.#top = STATIC_BYTE_LENGTH;
    const rowCount = columns[0]?.length ?? 0;
    const sources = this.#place(Uint32Array.from(columns, (column) => this.#place(column)));
    const targets = Array.from({ length: outputCount }, () => this.#allocate(8 * rowCount));
    const targetList = this.#place(Uint32Array.from(targets));
    const parameters = this.#place(Float64Array.from(params));
    const scratch = this.#allocate(ROW_SCRATCH_BYTE_LENGTH);
    this.#kernel(name)(sources, targetList, width, rowCount, parameters, scratch);
    const outputs = targets.map((target) => this.#read(target, rowCount));
    return Array.from({ length: rowCount }, (_, row) => Float64Array.from(outputs, (output) => output[row] ?? NaN));
  }

  #kernel(name: string): Kernel {
    const kernel = this.#kernels[name];
    if (kernel === undefined) throw new RangeError(`there is no kernel ${name}`);
    return kernel;
  }

  #place(values: Float64Array | Uint32Array): number {
    const address = this.#allocate(values.byteLength);
    new Uint8Array(this.#memory.buffer).set(
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
      address,
    );
    return address;
  }

  #allocate(byteLength: number): number {
    const address = this.#top;
    this.#top += Math.ceil(byteLength / 16) * 16;
    return address;
  }

  #read(address: number, count: number): Float64Array {
    return new Float64Array(this.#memory.buffer, address, count).slice();
  }
}
