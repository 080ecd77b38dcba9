/**
 * Pages that can't be written yet. A row job makes pages of all its outputs at a time, but a column chunk is one piece
 * of the file: the pages of all outputs but the first wait here, a few in memory, more in a spool. A file that stays in
 * the page cache takes less time than fresh memory, and is used again for the next row group.
 */
import type { Spool, WritableFile } from '../../storage/file.js';

interface StoredPage {
  readonly isSpooled: boolean;
  readonly position: number;
  readonly byteLength: number;
}

const LARGEST_WINDOW = 2 << 20;
const COPY_BYTE_LENGTH = 1 << 18;

export class PageStore {
  readonly #limit: number;
  readonly #openSpool: () => Spool;
  readonly #pages = new Map<number, StoredPage[]>();
  #window = new Uint8Array(0);
  #used = 0;
  #spool: Spool | undefined;
  #spooled = 0;
  #copyBuffer = new Uint8Array(0);

  /** @param limit bytes of memory that it may take */
  constructor(limit: number, openSpool: () => Spool) {
    this.#limit = Math.min(limit, LARGEST_WINDOW);
    this.#openSpool = openSpool;
  }

  /** Keeps the bytes of a page, header included, of the output with this index. */
  add(output: number, views: readonly Uint8Array[]): void {
    const byteLength = views.reduce((sum, view) => sum + view.length, 0);
    let pages = this.#pages.get(output);
    if (pages === undefined) {
      pages = [];
      this.#pages.set(output, pages);
    }
    if (this.#used + byteLength <= this.#limit) {
      if (this.#window.length === 0) this.#window = new Uint8Array(this.#limit);
      pages.push({ isSpooled: false, position: this.#used, byteLength });
      for (const view of views) {
        this.#window.set(view, this.#used);
        this.#used += view.length;
      }
    } else {
      this.#spool ??= this.#openSpool();
      this.#spool.write(views, this.#spooled);
      pages.push({ isSpooled: true, position: this.#spooled, byteLength });
      this.#spooled += byteLength;
    }
  }

  /** Writes an output's pages back to back from `position` on; returns where they end. */
  writeTo(file: WritableFile, output: number, position: number): number {
    let at = position;
    for (const page of this.#pages.get(output) ?? []) {
      if (page.isSpooled) this.#copySpooled(file, page, at);
      else file.write([this.#window.subarray(page.position, page.position + page.byteLength)], at);
      at += page.byteLength;
    }
    return at;
  }

  /** Forgets all pages; the memory and the spool stay for the next ones. */
  clear(): void {
    this.#pages.clear();
    this.#used = 0;
    this.#spooled = 0;
  }

  close(): void {
    this.#spool?.close();
  }

  #copySpooled(file: WritableFile, { position, byteLength }: StoredPage, target: number): void {
    if (this.#copyBuffer.length === 0) this.#copyBuffer = new Uint8Array(COPY_BYTE_LENGTH);
    for (let done = 0; done < byteLength; done += COPY_BYTE_LENGTH) {
      const part = this.#copyBuffer.subarray(0, Math.min(COPY_BYTE_LENGTH, byteLength - done));
      this.#spool?.read(part, position + done);
      file.write([part], target + done);
    }
  }
}
