import type { Spool } from '../../storage/file.js';

/** Bytes put by. */
export type HeldBytes =
  | { readonly kind: 'memory'; readonly bytes: Uint8Array }
  | { readonly kind: 'spool'; readonly position: number; readonly byteLength: number };

const PIECE_BYTE_LENGTH = 1 << 20;

/** Keeps bytes whose place isn't known yet: in memory as far as it goes, in a temporary file beyond. */
export class HoldingArea {
  readonly #byteLengthMax: number;
  readonly #openSpool: () => Spool;
  #heldByteLength = 0;
  #inMemory = 0;
  #spool: Spool | undefined;
  #spoolEnd = 0;

  constructor(byteLengthMax: number, openSpool: () => Spool) {
    this.#byteLengthMax = byteLengthMax;
    this.#openSpool = openSpool;
  }

  /** Copies bytes. */
  hold(bytes: Uint8Array): HeldBytes {
    this.#heldByteLength += bytes.length;
    if (this.#inMemory + bytes.length <= this.#byteLengthMax) {
      this.#inMemory += bytes.length;
      return { kind: 'memory', bytes: bytes.slice() };
    }
    this.#spool ??= this.#openSpool();
    const position = this.#spoolEnd;
    this.#spool.write([bytes], position);
    this.#spoolEnd += bytes.length;
    return { kind: 'spool', position, byteLength: bytes.length };
  }

  /** Gives bytes back, in pieces that may be overwritten after `take` returns, and forgets them. */
  release(held: HeldBytes, take: (bytes: Uint8Array) => void): void {
    if (held.kind === 'memory') {
      take(held.bytes);
      this.#inMemory -= held.bytes.length;
      this.#heldByteLength -= held.bytes.length;
    } else {
      const piece = new Uint8Array(Math.min(PIECE_BYTE_LENGTH, held.byteLength));
      for (let at = 0; at < held.byteLength; at += piece.length) {
        const bytes = piece.subarray(0, Math.min(piece.length, held.byteLength - at));
        this.#spool!.read(bytes, held.position + at);
        take(bytes);
      }
      this.#heldByteLength -= held.byteLength;
    }
    if (this.#heldByteLength === 0) this.#spoolEnd = 0;
  }

  close(): void {
    this.#spool?.close();
  }
}
