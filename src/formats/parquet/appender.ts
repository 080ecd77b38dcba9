import type { WritableFile } from '../../storage/file.js';
import type { PageStore } from './page-store.js';

/** Puts bytes one behind the other at the end of a file, many of them with one call. */
export class Appender {
  readonly #file: WritableFile;
  readonly #views: Uint8Array[] = [];
  #flushed: number;
  #position: number;

  /** @param position the end of what the file has already */
  constructor(file: WritableFile, position = 0) {
    this.#file = file;
    this.#flushed = position;
    this.#position = position;
  }

  /** Returns where the bytes will stand. They are read when the appender is flushed. */
  append(views: readonly Uint8Array[]): number {
    const position = this.#position;
    this.#views.push(...views);
    this.#position = views.reduce((end, view) => end + view.length, position);
    return position;
  }

  /** Puts an output's stored pages there; returns where they stand. */
  appendStored(store: PageStore, output: number): number {
    this.flush();
    const position = this.#position;
    this.#position = store.writeTo(this.#file, output, position);
    this.#flushed = this.#position;
    return position;
  }

  flush(): void {
    if (this.#views.length > 0) this.#file.write(this.#views, this.#flushed);
    this.#views.length = 0;
    this.#flushed = this.#position;
  }
}
