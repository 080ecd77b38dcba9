import type { WritableFile } from '../../storage/file.js';

/** A gap of zeros is written with its neighbours rather than left out at the cost of another call. */
const GAP_BYTE_LENGTH_MAX = 64;
const ZEROS = new Uint8Array(GAP_BYTE_LENGTH_MAX);

/** Joins what is written side by side into one call, and what stands side by side in the slab into one view. */
export class PendingWrites {
  readonly #file: WritableFile;
  readonly #memory: Uint8Array;
  readonly #views: Uint8Array[] = [];
  #start = 0;
  #end = 0;
  /** Bytes of the slab that end at `#end` and have no view yet. */
  #address = 0;
  #byteLength = 0;

  /** @param memory what addresses are counted in */
  constructor(file: WritableFile, memory: Uint8Array) {
    this.#file = file;
    this.#memory = memory;
  }

  /** Takes bytes of the slab for a position; they have to stay as they are until `flush`. */
  addSlab(address: number, byteLength: number, position: number): void {
    if (this.#byteLength > 0 && address === this.#address + this.#byteLength && position === this.#end) {
      this.#byteLength += byteLength;
      this.#end += byteLength;
      return;
    }
    this.#goTo(position);
    this.#address = address;
    this.#byteLength = byteLength;
    this.#end = position + byteLength;
  }

  /** Takes other bytes for a position, under the same condition. */
  add(view: Uint8Array, position: number): void {
    this.#goTo(position);
    this.#views.push(view);
    this.#end = position + view.length;
  }

  flush(): void {
    this.#closeRun();
    if (this.#views.length > 0) this.#file.write(this.#views, this.#start);
    this.#views.length = 0;
  }

  #goTo(position: number): void {
    this.#closeRun();
    const gap = position - this.#end;
    if (this.#views.length > 0 && (gap < 0 || gap > GAP_BYTE_LENGTH_MAX)) this.flush();
    if (this.#views.length === 0) this.#start = position;
    else if (gap > 0) this.#views.push(ZEROS.subarray(0, gap));
  }

  #closeRun(): void {
    if (this.#byteLength === 0) return;
    this.#views.push(this.#memory.subarray(this.#address, this.#address + this.#byteLength));
    this.#byteLength = 0;
  }
}
