/**
 * Thrift's compact protocol, as far as Parquet needs it, without loss: a struct keeps each field's bytes as they stood
 * in the file until somebody asks for the field or replaces it. What is never touched, of whatever version of the
 * format, is written back byte for byte.
 *
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
import { corruptThrift, ThriftCursor, type ThriftField, WireType } from './thrift-cursor.js';

export interface ThriftList {
  readonly elementType: number;
  readonly elements: readonly ThriftField[];
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
    if (field.type < WireType.I8 || field.type > WireType.I64) throw corruptThrift(`field ${id} is no integer`);
    return integerOf(field);
  }

  boolean(id: number): boolean | undefined {
    const field = this.#find(id);
    if (field === undefined) return undefined;
    if (field.type !== WireType.True && field.type !== WireType.False) throw corruptThrift(`field ${id} is no boolean`);
    return field.type === WireType.True;
  }

  /** The bytes of a binary field, as a view. */
  binary(id: number): Uint8Array | undefined {
    const field = this.#find(id);
    if (field === undefined) return undefined;
    if (field.type !== WireType.Binary) throw corruptThrift(`field ${id} is no string`);
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
    if (field.type !== WireType.List) throw corruptThrift(`field ${id} is no list`);
    return listOf(field);
  }

  /** The structs of a list field; empty where there is no such field. */
  structs(id: number): ThriftStruct[] {
    return this.list(id)?.elements.map(structOf) ?? [];
  }

  /** The bytes of a list of binary fields, as views. */
  binaries(id: number): Uint8Array[] {
    return this.list(id)?.elements.map(binaryOf) ?? [];
  }

  integers(id: number): number[] {
    return this.list(id)?.elements.map(integerOf) ?? [];
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
  const cursor = new ThriftCursor(bytes, start, bytes.length);
  const struct = new ThriftStruct(cursor.readFields());
  return { struct, end: cursor.position };
}

function integerOf(field: ThriftField): number {
  if (field.type === WireType.I8) {
    const byte = field.bytes[field.start] ?? 0;
    return byte < 128 ? byte : byte - 256;
  }
  let value = 0n;
  for (let at = field.start; at < field.end; at++) {
    value |= BigInt((field.bytes[at] ?? 0) & 0x7f) << BigInt(7 * (at - field.start));
  }
  const integer = Number((value >> 1n) ^ -(value & 1n));
  if (!Number.isSafeInteger(integer)) throw corruptThrift(`${integer} is no size or place`);
  return integer;
}

function binaryOf(field: ThriftField): Uint8Array {
  const cursor = new ThriftCursor(field.bytes, field.start, field.end);
  const byteLength = cursor.readVarint();
  return field.bytes.subarray(cursor.position, cursor.position + byteLength);
}

function structOf(field: ThriftField): ThriftStruct {
  if (field.type !== WireType.Struct) throw corruptThrift(`field ${field.id} is no struct`);
  return new ThriftStruct(new ThriftCursor(field.bytes, field.start, field.end).readFields());
}

function listOf(field: ThriftField): ThriftList {
  const cursor = new ThriftCursor(field.bytes, field.start, field.end);
  const { elementType, length } = cursor.readListHeader();
  const elements: ThriftField[] = [];
  for (let id = 0; id < length; id++) {
    const start = cursor.position;
    const type =
      elementType === WireType.True ? (field.bytes[start] === 1 ? WireType.True : WireType.False) : elementType;
    cursor.skipElement(elementType);
    elements.push({ id, type, bytes: field.bytes, start, end: cursor.position });
  }
  return { elementType, elements };
}
