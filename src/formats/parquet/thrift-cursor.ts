/** The wire format of Thrift's compact protocol: where each value begins and ends, whatever it means. */
import { LanewiseError } from '../../errors.js';

/** Wire types of fields and list elements. A field's boolean value is its type; in a list it is a byte of its own. */
export const WireType = {
  True: 1,
  False: 2,
  I8: 3,
  I16: 4,
  I32: 5,
  I64: 6,
  Double: 7,
  Binary: 8,
  List: 9,
  Set: 10,
  Map: 11,
  Struct: 12,
  Uuid: 13,
} as const;

/** Structs within structs that are followed before the input counts as damaged. The format's own nest 7 deep. */
const MAX_DEPTH = 32;

/** A field as it lies in `bytes`, from `start` to `end`, without its header. */
export interface ThriftField {
  readonly id: number;
  readonly type: number;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** Raised where bytes end early or make no sense; whoever knows the file turns it into a message about it. */
export function corruptThrift(what: string): LanewiseError {
  return new LanewiseError('LW_CORRUPT_INPUT', `Parquet metadata is damaged: ${what}`);
}

/** Reads values one after the other, from `start` to `end` of the bytes, and never beyond. */
export class ThriftCursor {
  readonly bytes: Uint8Array;
  readonly end: number;
  position: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  readByte(): number {
    if (this.position >= this.end) throw corruptThrift('it ends in the middle of a value');
    return this.bytes[this.position++] as number;
  }

  readVarint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      const byte = this.readByte();
      value += (byte & 0x7f) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
    throw corruptThrift('a number takes more than 10 bytes');
  }

  /** The fields of the struct that begins here, none of them parsed. */
  readFields(): ThriftField[] {
    const fields: ThriftField[] = [];
    this.#walk(0, fields);
    return fields;
  }

  /** Passes over a struct, and notes its fields where asked to. */
  #walk(depth: number, fields: ThriftField[] | undefined): void {
    if (depth > MAX_DEPTH) throw corruptThrift(`structs nest deeper than ${MAX_DEPTH}`);
    let id = 0;
    for (;;) {
      const header = this.readByte();
      if (header === 0) return;
      const type = header & 0x0f;
      const delta = header >> 4;
      if (delta > 0) {
        id += delta;
      } else {
        const zigzag = this.readVarint();
        id = zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
      }
      const start = this.position;
      this.#skipField(type, depth);
      fields?.push({ id, type, bytes: this.bytes, start, end: this.position });
    }
  }

  #skipField(type: number, depth: number): void {
    if (type !== WireType.True && type !== WireType.False) this.skipElement(type, depth);
  }

  /** Passes over a list's element, or over a field that isn't boolean. `depth` is how many structs and lists it stands in. */
  skipElement(type: number, depth = 0): void {
    switch (type) {
      case WireType.True:
      case WireType.False:
      case WireType.I8:
        this.#skipBytes(1);
        return;
      case WireType.I16:
      case WireType.I32:
      case WireType.I64:
        this.readVarint();
        return;
      case WireType.Double:
        this.#skipBytes(8);
        return;
      case WireType.Binary:
        this.#skipBytes(this.readVarint());
        return;
      case WireType.Uuid:
        this.#skipBytes(16);
        return;
      case WireType.List:
      case WireType.Set: {
        if (depth > MAX_DEPTH) throw corruptThrift(`lists nest deeper than ${MAX_DEPTH}`);
        const { elementType, length } = this.readListHeader();
        for (let i = 0; i < length; i++) this.skipElement(elementType, depth + 1);
        return;
      }
      case WireType.Map: {
        if (depth > MAX_DEPTH) throw corruptThrift(`maps nest deeper than ${MAX_DEPTH}`);
        const length = this.readVarint();
        if (length === 0) return;
        this.#requireElements(length);
        const types = this.readByte();
        for (let i = 0; i < length; i++) {
          this.skipElement(types >> 4, depth + 1);
          this.skipElement(types & 0x0f, depth + 1);
        }
        return;
      }
      case WireType.Struct:
        this.#walk(depth + 1, undefined);
        return;
      default:
        throw corruptThrift(`there is no wire type ${type}`);
    }
  }

  readListHeader(): { elementType: number; length: number } {
    const header = this.readByte();
    const length = header >> 4 === 15 ? this.readVarint() : header >> 4;
    this.#requireElements(length);
    return { elementType: header & 0x0f, length };
  }

  /** No element takes less than a byte, so a list can't have more elements than there are bytes. */
  #requireElements(length: number): void {
    const left = this.end - this.position;
    if (length > left) throw corruptThrift(`a list of ${length} elements in the last ${left} bytes`);
  }

  #skipBytes(byteLength: number): void {
    const left = this.end - this.position;
    if (byteLength > left) throw corruptThrift(`a value of ${byteLength} bytes in the last ${left}`);
    this.position += byteLength;
  }
}
