/** The writing side of thrift.ts: structs as bytes again, and fields to put into them. */
import { ThriftStruct } from './thrift.js';
import { type ThriftField, WireType } from './thrift-cursor.js';

const encoder = new TextEncoder();

/** Bytes appended one after the other, in a buffer that doubles as needed. */
export class ByteWriter {
  #bytes = new Uint8Array(256);
  #length = 0;

  get byteLength(): number {
    return this.#length;
  }

  /** What has been written, as a view that later writing may leave behind. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Starts again from nothing; what `finish` returned is written over. */
  clear(): void {
    this.#length = 0;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  bytes(values: Uint8Array): void {
    this.#reserve(values.length);
    this.#bytes.set(values, this.#length);
    this.#length += values.length;
  }

  varint(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.byte((rest % 128) | 0x80);
      rest = Math.floor(rest / 128);
    }
    this.byte(rest);
  }

  zigzag(value: number): void {
    // Twice the value may be beyond what numbers hold.
    let rest = value < 0 ? -2n * BigInt(value) - 1n : 2n * BigInt(value);
    for (; rest >= 128n; rest >>= 7n) this.byte(Number(rest & 0x7fn) | 0x80);
    this.byte(Number(rest));
  }

  struct(struct: ThriftStruct): void {
    let last = 0;
    for (const field of struct.fields) {
      const delta = field.id - last;
      if (delta > 0 && delta <= 15) {
        this.byte((delta << 4) | field.type);
      } else {
        this.byte(field.type);
        this.zigzag(field.id);
      }
      this.bytes(field.bytes.subarray(field.start, field.end));
      last = field.id;
    }
    this.byte(0);
  }

  listHeader(elementType: number, length: number): void {
    if (length < 15) {
      this.byte((length << 4) | elementType);
    } else {
      this.byte(0xf0 | elementType);
      this.varint(length);
    }
  }

  #reserve(byteLength: number): void {
    const needed = this.#length + byteLength;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

export function writeStruct(struct: ThriftStruct): Uint8Array {
  const writer = new ByteWriter();
  writer.struct(struct);
  return writer.finish();
}

/** Fields are small and many: a writer for each would be most of what they cost. */
const scratch = new ByteWriter();

function fieldOf(id: number, type: number, write: (writer: ByteWriter) => void): ThriftField {
  scratch.clear();
  write(scratch);
  const bytes = scratch.finish().slice();
  return { id, type, bytes, start: 0, end: bytes.length };
}

const NO_BYTES = new Uint8Array(0);

export function booleanField(id: number, value: boolean): ThriftField {
  return { id, type: value ? WireType.True : WireType.False, bytes: NO_BYTES, start: 0, end: 0 };
}

export function i8Field(id: number, value: number): ThriftField {
  return { id, type: WireType.I8, bytes: Uint8Array.of(value), start: 0, end: 1 };
}

export function i16Field(id: number, value: number): ThriftField {
  return fieldOf(id, WireType.I16, (writer) => writer.zigzag(value));
}

export function i32Field(id: number, value: number): ThriftField {
  return fieldOf(id, WireType.I32, (writer) => writer.zigzag(value));
}

export function i64Field(id: number, value: number): ThriftField {
  return fieldOf(id, WireType.I64, (writer) => writer.zigzag(value));
}

export function binaryField(id: number, value: Uint8Array): ThriftField {
  return fieldOf(id, WireType.Binary, (writer) => {
    writer.varint(value.length);
    writer.bytes(value);
  });
}

export function stringField(id: number, value: string): ThriftField {
  return binaryField(id, encoder.encode(value));
}

export function structField(id: number, value: ThriftStruct): ThriftField {
  return fieldOf(id, WireType.Struct, (writer) => writer.struct(value));
}

export function structsField(id: number, values: readonly ThriftStruct[]): ThriftField {
  return fieldOf(id, WireType.List, (writer) => {
    writer.listHeader(WireType.Struct, values.length);
    for (const value of values) writer.struct(value);
  });
}

/** A list of structs as `writeStruct` makes them. */
export function encodedStructsField(id: number, values: readonly Uint8Array[]): ThriftField {
  return fieldOf(id, WireType.List, (writer) => {
    writer.listHeader(WireType.Struct, values.length);
    for (const value of values) writer.bytes(value);
  });
}

/** A list whose elements are fields (their ids don't matter), all of one type. */
export function listField(id: number, elementType: number, elements: readonly ThriftField[]): ThriftField {
  return fieldOf(id, WireType.List, (writer) => {
    writer.listHeader(elementType, elements.length);
    for (const element of elements) {
      if (elementType === WireType.True) writer.byte(element.type);
      else writer.bytes(element.bytes.subarray(element.start, element.end));
    }
  });
}

export function structOfFields(...fields: readonly ThriftField[]): ThriftStruct {
  return new ThriftStruct(fields);
}
