/**
 * Pages that can't be written yet. A row job makes pages of all its outputs at a time, but a column chunk is one piece
 * of the file: the pages of all outputs but the first wait here, in memory up to a limit, beyond it in a spool.
 */
import type { Spool, WritableFile } from '../../storage/file.js';

interface StoredPage {
  readonly isSpooled: boolean;
  readonly position: number;
  readonly byteLength: number;
}

const SMALLEST_WINDOW = 1 << 20;
const COPY_BYTE_LENGTH = 1 << 20;

export class PageStore {
  readonly #limit: number;
  readonly #openSpool: () => Spool;
  readonly #pages = new Map<number, StoredPage[]>();
  /** Grows up to the limit and is used again for the next row group. */
  #window = new Uint8Array(0);
  #used = 0;
  #spool: Spool | undefined;
  #spooled = 0;

  constructor(limit: number, openSpool: () => Spool) {
    this.#limit = limit;
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
      this.#reserve(this.#used + byteLength);
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
      if (!page.isSpooled) {
        file.write([this.#window.subarray(page.position, page.position + page.byteLength)], at);
      } else {
        const buffer = new Uint8Array(Math.min(COPY_BYTE_LENGTH, page.byteLength));
        for (let done = 0; done < page.byteLength; done += buffer.length) {
          const piece = buffer.subarray(0, Math.min(buffer.length, page.byteLength - done));
          this.#spool?.read(piece, page.position + done);
          file.write([piece], at + done);
        }
      }
      at += page.byteLength;
    }
    return at;
  }

  /** Forgets all pages; the memory stays for the next ones. */
  clear(): void {
    this.#pages.clear();
    this.#used = 0;
    this.#spooled = 0;
  }

  close(): void {
    this.#spool?.close();
  }

  #reserve(byteLength: number): void {
    if (byteLength <= this.#window.length) return;
    const larger = new Uint8Array(
      Math.min(this.#limit, Math.max(byteLength, 2 * this.#window.length, SMALLEST_WINDOW)),
    );
    larger.set(this.#window.subarray(0, this.#used));
    this.#window = larger;
  }
}
