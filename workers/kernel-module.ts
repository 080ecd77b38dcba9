/** The kernels as they are called: addresses and counts in, a count or a status out. */
export type Kernel = (...args: number[]) => number;

export type Kernels = Readonly<Record<string, Kernel>>;

/** Binds the compiled kernels to a memory. Any number of instances may share one. */
export function instantiateKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernels {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return exports as Kernels;
}
