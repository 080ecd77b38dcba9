// TensorFlow.js on its WebAssembly backend, which knows float32 only.
import { version_wasm } from '@tensorflow/tfjs-backend-wasm';
import { setBackend, sigmoid, softmax, stack, tanh, tensor1d, tidy, unstack } from '@tensorflow/tfjs-core';
import { run } from './batches.mjs';

const OPERATIONS = {
  sigmoid: (columns) => columns.map(sigmoid),
  tanh: (columns) => columns.map(tanh),
  softmax: (columns) => unstack(softmax(stack(columns, 1)), 1),
};

await setBackend('wasm');
await run({ 'tfjs-backend-wasm': version_wasm }, (name, columns) => {
  let results;
  tidy(() => {
    const inputs = columns.map((column) => tensor1d(Float32Array.from(column)));
    results = OPERATIONS[name](inputs).map((result) => Float64Array.from(result.dataSync()));
  });
  return results;
});
