// The compiled module inside @foxglove/wasm-zstd. Its own entry copies every result into a fresh Buffer.
declare module '@foxglove/wasm-zstd/dist/wasm-zstd.js' {
  export interface ZstdModule {
    readonly HEAPU8: Uint8Array;
    _malloc(byteLength: number): number;
    _free(address: number): void;
    _compressBound(byteLength: number): number;
    /** Bytes written, or -1. */
    _compress(target: number, capacity: number, source: number, byteLength: number, level: number): number;
    /** Bytes written, or -1. */
    _decompress(target: number, capacity: number, source: number, byteLength: number): number;
  }
  export default function load(): Promise<ZstdModule>;
}
