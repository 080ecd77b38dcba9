const FIRST_BYTE_LENGTH = 1 << 12;
const FIRST_SLOT_COUNT = 1 << 8;
/** FNV-1a's. */
const HASH_START = 0x811c9dc5;
const HASH_FACTOR = 0x01000193;

/** Values one behind the other, and where each stands among them: a hash table with open addressing. */
export class DistinctValues {
  count = 0;
  readonly #byteLengthMax: number;
  #bytes = new Uint8Array(FIRST_BYTE_LENGTH);
  #byteLength = 0;
  /** The end of each value, which is the start of the next one. */
  #ends = new Uint32Array(FIRST_SLOT_COUNT / 2);
  /** By hash: one more than a value's place, 0 where there is none. */
  #slots = new Uint32Array(FIRST_SLOT_COUNT);

  /** @param byteLengthMax what the values may take together */
  constructor(byteLengthMax: number) {
    this.#byteLengthMax = byteLengthMax;
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#byteLength);
  }

  /** The place of a value, which is added where it isn't there yet; `undefined` where there is no room for it. */
  placeOf(source: Uint8Array, start: number, end: number): number | undefined {
    const place = (this.#slots[this.#find(source, start, end)] ?? 0) - 1;
    return place >= 0 ? place : this.add(source, start, end);
  }

  /** Adds a value behind the others, be it there or not, and returns its place; `undefined` where there is no room for it. */
  add(source: Uint8Array, start: number, end: number): number | undefined {
    const from = this.#byteLength;
    const to = from + end - start;
    if (to > this.#byteLengthMax) return undefined;
    this.#reserve(to);
    // Most values are shorter than what a call for them costs.
    for (let at = start; at < end; at++) this.#bytes[from + at - start] = source[at]!;
    this.#byteLength = to;
    const place = this.count++;
    this.#ends[place] = to;
    this.#slots[this.#find(source, start, end)] = place + 1;
    return place;
  }

  /** The slot that holds a value, or the free one where it belongs. */
  #find(source: Uint8Array, start: number, end: number): number {
    let hash = HASH_START;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ source[at]!, HASH_FACTOR);
    const mask = this.#slots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (let place = this.#slots[slot]!; place > 0; place = this.#slots[slot]!) {
      if (this.#isAt(place - 1, source, start, end)) break;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #isAt(place: number, source: Uint8Array, start: number, end: number): boolean {
    const bytes = this.#bytes;
    const from = place === 0 ? 0 : this.#ends[place - 1]!;
    if (this.#ends[place]! - from !== end - start) return false;
    for (let at = start; at < end; at++) if (bytes[from + at - start] !== source[at]) return false;
    return true;
  }

  /** Makes room for one more value, which ends at `end`. */
  #reserve(end: number): void {
    if (end > this.#bytes.length) {
      const bytes = new Uint8Array(Math.max(end, 2 * this.#bytes.length));
      bytes.set(this.#bytes);
      this.#bytes = bytes;
    }
    if (2 * this.count < this.#slots.length) return;
    const ends = new Uint32Array(2 * this.count);
    ends.set(this.#ends.subarray(0, this.count));
    this.#ends = ends;
    this.#slots = new Uint32Array(4 * this.count);
    for (let place = 0; place < this.count; place++) {
      const from = place === 0 ? 0 : ends[place - 1]!;
      this.#slots[this.#find(this.#bytes, from, ends[place]!)] = place + 1;
    }
  }
}
