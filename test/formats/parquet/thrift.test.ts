import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readStruct, ThriftStruct } from '../../../src/formats/parquet/thrift.js';
import { type ThriftField, WireType } from '../../../src/formats/parquet/thrift-cursor.js';
import {
  binaryField,
  booleanField,
  i8Field,
  i16Field,
  i32Field,
  i64Field,
  listField,
  stringField,
  structField,
  structOfFields,
  structsField,
  writeStruct,
} from '../../../src/formats/parquet/thrift-writer.js';

const SEED = 20251124;

const leafField = fc.oneof(
  fc.record({ make: fc.constant(i32Field), value: fc.integer() }),
  fc.record({ make: fc.constant(i64Field), value: fc.maxSafeInteger() }),
  fc.record({ make: fc.constant(i16Field), value: fc.integer({ min: -32768, max: 32767 }) }),
);

describe('thrift', () => {
  it('writes a struct back as it was read, whatever its fields', () => {
    const structs = fc.array(fc.tuple(fc.integer({ min: 1, max: 4000 }), leafField), { maxLength: 20 });
    fc.assert(
      fc.property(structs, (entries) => {
        const struct = new ThriftStruct();
        for (const [id, { make, value }] of entries) struct.set(make(id, value));
        const bytes = writeStruct(struct);
        const read = readStruct(bytes, 0);
        expect(read.end).toBe(bytes.length);
        expect(writeStruct(read.struct)).toEqual(bytes);
        for (const [id, { value }] of new Map(entries)) expect(read.struct.integer(id)).toBe(value);
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  it('keeps fields that nobody asked for when one is replaced', () => {
    const inner = structOfFields(stringField(1, 'kept'), booleanField(40, true));
    const struct = structOfFields(
      i32Field(1, 7),
      structField(2, inner),
      structsField(3, [inner, inner]),
      i8Field(99, -5),
    );
    const read = readStruct(writeStruct(struct), 0).struct;
    read.set(i64Field(1, 2 ** 40));
    const again = readStruct(writeStruct(read), 0).struct;
    expect(again.integer(1)).toBe(2 ** 40);
    expect(again.integer(99)).toBe(-5);
    expect(again.struct(2)?.string(1)).toBe('kept');
    expect(again.struct(2)?.boolean(40)).toBe(true);
    expect(again.structs(3)).toHaveLength(2);
  });

  it('reads lists of booleans, whose elements are bytes', () => {
    const list = listField(1, WireType.True, [booleanField(0, true), booleanField(0, false)]);
    const elements = readStruct(writeStruct(structOfFields(list)), 0).struct.list(1)?.elements ?? [];
    expect(elements.map((element: ThriftField) => element.type)).toEqual([WireType.True, WireType.False]);
  });

  it('refuses a list that claims more elements than there are bytes', () => {
    const bytes = Uint8Array.of(0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x00);
    expect(() => readStruct(bytes, 0)).toThrow('a list of 4294967295 elements in the last 1 bytes');
  });

  it('refuses structs without end within each other', () => {
    const bytes = new Uint8Array(100_000).fill(0x1c);
    expect(() => readStruct(bytes, 0)).toThrow('structs nest deeper than 32');
  });

  it('refuses what ends early', () => {
    const bytes = writeStruct(structOfFields(binaryField(1, new Uint8Array(100))));
    for (const end of [1, 2, 50, bytes.length - 1]) {
      expect(() => readStruct(bytes.subarray(0, end), 0)).toThrow('Parquet metadata is damaged');
    }
  });
});
