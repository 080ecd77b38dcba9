/**
 * Thrift's compact protocol, as far as Parquet needs it, without loss: a struct keeps each field's bytes as they stood
 * in the file until somebody asks for the field or replaces it. What is never touched, of whatever version of the
 * format, is written back byte for byte.
 *
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
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

export interface ThriftList {
  readonly elementType: number;
  readonly elements: readonly ThriftField[];
}

/** Raised where bytes end early or make no sense; whoever knows the file turns it into a message about it. */
function corrupt(what: string): LanewiseError {
  return new LanewiseError('LW_CORRUPT_INPUT', `Parquet metadata is damaged: ${what}`);
}

/** A struct whose fields are parsed when they are asked for. Fields keep the order in which they stood. */
export class ThriftStruct {
  readonly #fields: ThriftField[];

  constructor(fields: readonly ThriftField[] = []) {
    this.#fields = [...fields];
  }

  get fields(): readonly ThriftField[] {
    return this.#fields;
  }

  /** A struct of the same fields, to be changed without changing this one. */
  copy(): ThriftStruct {
    return new ThriftStruct(this.#fields);
  }

  has(id: number): boolean {
    return this.#find(id) !== undefined;
  }

  /** The value of an integer field, or `undefined` where there is none. From 2^53 on an error: no file gets there. */
  integer(id: number): number | undefined {
    const field = this.#find(id);
    if (field === undefined) return undefined;
    if (field.type < WireType.I8 || field.type > WireType.I64) throw corrupt(`field ${id} is no integer`);
    return integerOf(field);
  }

  boolean(id: number): boolean | undefined {
    const field = this.#find(id);
    if (field === undefined) return undefined;
    if (field.type !== WireType.True && field.type !== WireType.False) throw corrupt(`field ${id} is no boolean`);
    return field.type === WireType.True;
  }

  /** The bytes of a binary field, as a view. */
  binary(id: number): Uint8Array | undefined {
    const field = this.#find(id);
    if (field === undefined) return undefined;
    if (field.type !== WireType.Binary) throw corrupt(`field ${id} is no string`);
    return binaryOf(field);
  }

  string(id: number): string | undefined {
    const bytes = this.binary(id);
    return bytes === undefined ? undefined : decoder.decode(bytes);
  }

  struct(id: number): ThriftStruct | undefined {
    const field = this.#find(id);
    return field === undefined ? undefined : structOf(field);
  }

  list(id: number): ThriftList | undefined {
    const field = this.#find(id);
    if (field === undefined) return undefined;
    if (field.type !== WireType.List) throw corrupt(`field ${id} is no list`);
    return listOf(field);
  }

  /** The structs of a list field; empty where there is no such field. */
  structs(id: number): ThriftStruct[] {
    return this.list(id)?.elements.map(structOf) ?? [];
  }

  /** Puts a field in the place of the one with its id, or else in the order of ids. */
  set(field: ThriftField): this {
    const at = this.#fields.findIndex((other) => other.id === field.id);
    if (at >= 0) {
      this.#fields[at] = field;
    } else {
      const next = this.#fields.findIndex((other) => other.id > field.id);
      this.#fields.splice(next < 0 ? this.#fields.length : next, 0, field);
    }
    return this;
  }

  delete(id: number): this {
    const at = this.#fields.findIndex((field) => field.id === id);
    if (at >= 0) this.#fields.splice(at, 1);
    return this;
  }

  #find(id: number): ThriftField | undefined {
    return this.#fields.find((field) => field.id === id);
  }
}

const decoder = new TextDecoder();

/** Reads one struct from `start` on. `end` is the first byte after it. */
export function readStruct(bytes: Uint8Array, start: number): { readonly struct: ThriftStruct; readonly end: number } {
  const cursor = new Cursor(bytes, start, bytes.length);
  const struct = cursor.readStruct(0);
  return { struct, end: cursor.position };
}

export function integerOf(field: ThriftField): number {
  if (field.type === WireType.I8) {
    const byte = field.bytes[field.start] ?? 0;
    return byte < 128 ? byte : byte - 256;
  }
  let value = 0n;
  for (let at = field.start; at < field.end; at++) {
    value |= BigInt((field.bytes[at] ?? 0) & 0x7f) << BigInt(7 * (at - field.start));
  }
  const integer = Number((value >> 1n) ^ -(value & 1n));
  if (!Number.isSafeInteger(integer)) throw corrupt(`${integer} is no size or place`);
  return integer;
}

export function binaryOf(field: ThriftField): Uint8Array {
  const cursor = new Cursor(field.bytes, field.start, field.end);
  const byteLength = cursor.readVarint();
  return field.bytes.subarray(cursor.position, cursor.position + byteLength);
}

export function structOf(field: ThriftField): ThriftStruct {
  if (field.type !== WireType.Struct) throw corrupt(`field ${field.id} is no struct`);
  return new Cursor(field.bytes, field.start, field.end).readStruct(0);
}

export function listOf(field: ThriftField): ThriftList {
  const cursor = new Cursor(field.bytes, field.start, field.end);
  const { elementType, length } = cursor.readListHeader();
  const elements: ThriftField[] = [];
  for (let id = 0; id < length; id++) {
    const start = cursor.position;
    const type =
      elementType === WireType.True ? (field.bytes[start] === 1 ? WireType.True : WireType.False) : elementType;
    cursor.skipElement(elementType, 0);
    elements.push({ id, type, bytes: field.bytes, start, end: cursor.position });
  }
  return { elementType, elements };
}

class Cursor {
  readonly bytes: Uint8Array;
  readonly end: number;
  position: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  readByte(): number {
    if (this.position >= this.end) throw corrupt('it ends in the middle of a value');
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
    throw corrupt('a number takes more than 10 bytes');
  }

  readStruct(depth: number): ThriftStruct {
    const fields: ThriftField[] = [];
    this.#walk(depth, fields);
    return new ThriftStruct(fields);
  }

  /** Passes over a struct, and notes its fields where asked to. */
  #walk(depth: number, fields: ThriftField[] | undefined): void {
    if (depth > MAX_DEPTH) throw corrupt(`structs nest deeper than ${MAX_DEPTH}`);
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

  skipElement(type: number, depth: number): void {
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
        if (depth > MAX_DEPTH) throw corrupt(`lists nest deeper than ${MAX_DEPTH}`);
        const { elementType, length } = this.readListHeader();
        for (let i = 0; i < length; i++) this.skipElement(elementType, depth + 1);
        return;
      }
      case WireType.Map: {
        if (depth > MAX_DEPTH) throw corrupt(`maps nest deeper than ${MAX_DEPTH}`);
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
        throw corrupt(`there is no wire type ${type}`);
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
    if (length > left) throw corrupt(`a list of ${length} elements in the last ${left} bytes`);
  }

  #skipBytes(byteLength: number): void {
    const left = this.end - this.position;
    if (byteLength > left) throw corrupt(`a value of ${byteLength} bytes in the last ${left}`);
    this.position += byteLength;
  }
}
