import { readFileSync } from 'node:fs';
import { seededRandom } from '../../src/seeded-random.js';

/** Every kernel takes numbers; what a pointer and what a count is stands in the kernel's own file. */
type Kernel = (...args: number[]) => number;

/** The kernels over a fresh memory, with a bump allocator that surrounds every block with guard bytes. */
export interface KernelMemory {
  readonly call: (name: string, ...args: number[]) => number;
  readonly buffer: SharedArrayBuffer;
  /** The address of `byteLength` bytes of 0xa5, `misalignment` bytes past a multiple of 16. */
  readonly allocate: (byteLength: number, misalignment?: number) => number;
  /** The address of a copy of `bytes`. */
  readonly put: (bytes: ArrayBufferView, misalignment?: number) => number;
  readonly bytes: (address: number, byteLength: number) => Uint8Array;
  readonly float64: (address: number, count: number) => Float64Array;
  /** Whether every byte outside the blocks still holds what it held when the block was made. */
  readonly guardsIntact: () => boolean;
  /** Forgets all blocks. */
  readonly reset: () => void;
}

const GUARD = 64;
const GUARD_BYTE = 0xa5;
const wasm = new WebAssembly.Module(readFileSync(new URL('../../dist/kernels.wasm', import.meta.url)));

export function kernelMemory(pages = 64): KernelMemory {
  const memory = new WebAssembly.Memory({ initial: pages, maximum: 65_536, shared: true });
  const exports = new WebAssembly.Instance(wasm, { env: { memory } }).exports;
  const buffer = memory.buffer as unknown as SharedArrayBuffer;
  const all = new Uint8Array(buffer);
  const heapBase = (exports.heapBase as WebAssembly.Global).value as number;
  let top = heapBase;
  let blocks: { start: number; end: number }[] = [];

  const allocate = (byteLength: number, misalignment = 0): number => {
    const start = Math.ceil((top + GUARD) / 16) * 16 + misalignment;
    const end = start + byteLength;
    if (end + GUARD > all.length)
      throw new Error(`the test memory holds ${all.length} bytes, ${end + GUARD} are needed`);
    all.fill(GUARD_BYTE, top, end + GUARD);
    blocks.push({ start, end });
    top = end;
    return start;
  };

  return {
    buffer,
    allocate,
    call: (name, ...args) => {
      const kernel = exports[name];
      if (typeof kernel !== 'function') throw new Error(`the module has no kernel ${name}`);
      return (kernel as Kernel)(...args);
    },
    put: (bytes, misalignment = 0) => {
      const address = allocate(bytes.byteLength, misalignment);
      all.set(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), address);
      return address;
    },
    bytes: (address, byteLength) => all.slice(address, address + byteLength),
    float64: (address, count) => new Float64Array(all.slice(address, address + count * 8).buffer),
    guardsIntact: () => {
      let at = heapBase;
      for (const { start, end } of [...blocks, { start: top + GUARD, end: top + GUARD }]) {
        for (; at < start; at++) if (all[at] !== GUARD_BYTE) return false;
        at = end;
      }
      return true;
    },
    reset: () => {
      top = heapBase;
      blocks = [];
    },
  };
}

/** What the codec tests compress, by name. */
export const CODEC_INPUTS = makeCodecInputs();

function makeCodecInputs(): Readonly<Record<string, Uint8Array>> {
  const random = seededRandom(10);
  const repeated = (pattern: string, times: number): Buffer => Buffer.from(pattern.repeat(times));
  const inputs: Record<string, Uint8Array> = {
    empty: new Uint8Array(),
    'one byte': repeated('a', 1),
    text: repeated('the quick brown fox jumps over the lazy dog. ', 20).subarray(0, 700),
    doubles: new Uint8Array(Float64Array.from({ length: 64 }, (_, i) => i / 4).buffer),
    'period 3': Buffer.concat([repeated('abc', 100), repeated('xyzw', 30)]),
  };
  for (const length of [12, 13, 15, 16, 17, 63, 64, 255, 256, 270, 65_535, 65_536, 65_537, 200_000]) {
    inputs[`${length} zeros`] = new Uint8Array(length);
    inputs[`${length} random bytes`] = Uint8Array.from({ length }, () => random() * 256);
    inputs[`${length} of three bytes`] = Uint8Array.from({ length }, () => random() * 3);
  }
  for (let period = 1; period <= 20; period++) {
    inputs[`period ${period} again`] = Uint8Array.from({ length: 300 }, (_, i) => (i % period) * 7);
  }
  return Object.fromEntries(Object.entries(inputs).map(([name, bytes]) => [name, Uint8Array.from(bytes)]));
}
