import load, { type ZstdModule } from '@foxglove/wasm-zstd/dist/wasm-zstd.js';

/** What ZSTD compresses with where no level is asked for, as its own command does. */
const DEFAULT_LEVEL = 3;

/** A block of the codec's own memory that is kept from call to call: fresh pages cost more than the codec. */
class ReusedBlock {
  readonly #module: ZstdModule;
  #address = 0;
  #byteLength = 0;

  constructor(module: ZstdModule) {
    this.#module = module;
  }

  reserve(byteLength: number): number {
    if (byteLength > this.#byteLength) {
      if (this.#address !== 0) this.#module._free(this.#address);
      this.#address = this.#module._malloc(byteLength);
      this.#byteLength = this.#address === 0 ? 0 : byteLength;
    }
    return this.#address;
  }
}

/** ZSTD over views of any memory. */
export class Zstd {
  readonly #module: ZstdModule;
  readonly #source: ReusedBlock;
  readonly #target: ReusedBlock;

  static async load(): Promise<Zstd> {
    return new Zstd(await load());
  }

  private constructor(module: ZstdModule) {
    this.#module = module;
    this.#source = new ReusedBlock(module);
    this.#target = new ReusedBlock(module);
  }

  /** @returns bytes written, or -1 where the source is damaged or comes to more than the target holds */
  decompress(source: Uint8Array, target: Uint8Array): number {
    const [from, to] = this.#stage(source, target.byteLength);
    if (from === 0 || to === 0) return -1;
    return this.#collect(target, to, this.#module._decompress(to, target.byteLength, from, source.byteLength));
  }

  /** @returns bytes written, or -1 where the target is too small */
  compress(source: Uint8Array, target: Uint8Array, level = DEFAULT_LEVEL): number {
    const capacity = this.#module._compressBound(source.byteLength);
    const [from, to] = this.#stage(source, capacity);
    if (from === 0 || to === 0) return -1;
    const byteLength = this.#module._compress(to, capacity, from, source.byteLength, level);
    return byteLength > target.byteLength ? -1 : this.#collect(target, to, byteLength);
  }

  #stage(source: Uint8Array, targetByteLength: number): readonly [from: number, to: number] {
    const from = this.#source.reserve(Math.max(1, source.byteLength));
    const to = this.#target.reserve(Math.max(1, targetByteLength));
    if (from !== 0) this.#module.HEAPU8.set(source, from);
    return [from, to];
  }

  #collect(target: Uint8Array, address: number, byteLength: number): number {
    // The codec's status is a size_t: its error is the largest one, or -1, as the sign is read.
    if (byteLength < 0 || byteLength > target.byteLength) return -1;
    target.set(this.#module.HEAPU8.subarray(address, address + byteLength));
    return byteLength;
  }
}
