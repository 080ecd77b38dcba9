import { readFileSync } from 'node:fs';

/** Built, the worker and the kernels lie beside this module's bundle; run from source, they are in the build's folder. */
const here = new URL('.', import.meta.url);
const folder = here.pathname.endsWith('/dist/') ? here : new URL('../../dist/', here);

export const WORKER_URL = new URL('worker.cjs', folder);

/** Compiles the kernels. The module may be used by any number of threads. */
export function compileKernels(): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(new URL('kernels.wasm', folder)));
}
