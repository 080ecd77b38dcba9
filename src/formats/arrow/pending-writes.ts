import { GAP_BYTE_LENGTH_LIMIT, zeros } from '../../abi/memory-range.js';
import type { WritableFile } from '../../storage/file.js';

/** Joins what is written side by side into one call. A small gap of zeros is written with its neighbours. */
export class PendingWrites {
  readonly #file: WritableFile;
  readonly #views: Uint8Array[] = [];
  #start = 0;
  #end = 0;

  constructor(file: WritableFile) {
    this.#file = file;
  }

  /** Takes bytes for a position; they have to stay as they are until `flush`. */
  add(view: Uint8Array, position: number): void {
    const gap = position - this.#end;
    if (this.#views.length > 0 && (gap < 0 || gap >= GAP_BYTE_LENGTH_LIMIT)) this.flush();
    if (this.#views.length === 0) this.#start = position;
    else if (gap > 0) this.#views.push(zeros(gap));
    this.#views.push(view);
    this.#end = position + view.length;
  }

  flush(): void {
    if (this.#views.length > 0) this.#file.write(this.#views, this.#start);
    this.#views.length = 0;
  }
}
