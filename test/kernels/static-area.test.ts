import { expect, it } from 'vitest';
import { STATIC_BYTE_LENGTH } from '../../src/abi/static-area.js';
import { compileKernels } from '../../src/pool/assets.js';

it("the kernels' static tables end before what is laid out behind them", () => {
  const memory = new WebAssembly.Memory({ initial: 4, maximum: 4, shared: true });
  const { exports } = new WebAssembly.Instance(compileKernels(), { env: { memory } });
  const end = (exports.heapBase as WebAssembly.Global).value as number;
  expect(end).toBeGreaterThan(0);
  expect(end).toBeLessThanOrEqual(STATIC_BYTE_LENGTH);
});
