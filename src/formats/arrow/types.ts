/**
 * Arrow's types as far as their layout and their name go. Which buffers a type has is the one thing that has to be
 * known about a column to leave it alone.
 */

import { Date as FbDate } from 'apache-arrow/fb/date';
import { DateUnit } from 'apache-arrow/fb/date-unit';
import { Decimal } from 'apache-arrow/fb/decimal';
import { Duration } from 'apache-arrow/fb/duration';
import type { Field } from 'apache-arrow/fb/field';
import { FixedSizeBinary } from 'apache-arrow/fb/fixed-size-binary';
import { FixedSizeList } from 'apache-arrow/fb/fixed-size-list';
import { FloatingPoint } from 'apache-arrow/fb/floating-point';
import { Int } from 'apache-arrow/fb/int';
import { Interval } from 'apache-arrow/fb/interval';
import { IntervalUnit } from 'apache-arrow/fb/interval-unit';
import { MetadataVersion } from 'apache-arrow/fb/metadata-version';
import { Precision } from 'apache-arrow/fb/precision';
import { Time } from 'apache-arrow/fb/time';
import { TimeUnit } from 'apache-arrow/fb/time-unit';
import { Timestamp } from 'apache-arrow/fb/timestamp';
import { Type } from 'apache-arrow/fb/type';
import { Union } from 'apache-arrow/fb/union';
import { UnionMode } from 'apache-arrow/fb/union-mode';
import type { ByteBuffer } from 'flatbuffers';
import type { NumericType } from '../../abi/types.js';

/** The generated table classes of the types that have parameters. */
interface TypeTable {
  __init(position: number, buffer: ByteBuffer): unknown;
}

/** The field's type table read as the class that its type code asks for; `undefined` where it's absent. */
function typeTable<T extends TypeTable>(field: Field, table: T): T | undefined {
  return (field.type(table) as T | null) ?? undefined;
}

/**
 * Buffers that a field has of itself, its children's not counted, or `undefined` for a type that isn't known.
 * The variadic buffers of views come on top.
 */
export function bufferCountOf(field: Field, version: MetadataVersion): number | undefined {
  // A column of a dictionary holds indices; the values stand in dictionary batches.
  if (field.dictionary() !== null) return 2;
  switch (field.typeType()) {
    case Type.Null:
    case Type.RunEndEncoded:
      return 0;
    case Type.Struct_:
    case Type.FixedSizeList:
      return 1;
    case Type.Int:
    case Type.FloatingPoint:
    case Type.Bool:
    case Type.Decimal:
    case Type.Date:
    case Type.Time:
    case Type.Timestamp:
    case Type.Interval:
    case Type.Duration:
    case Type.FixedSizeBinary:
    case Type.List:
    case Type.LargeList:
    case Type.Map:
    case Type.BinaryView:
    case Type.Utf8View:
      return 2;
    case Type.Binary:
    case Type.Utf8:
    case Type.LargeBinary:
    case Type.LargeUtf8:
    case Type.ListView:
    case Type.LargeListView:
      return 3;
    case Type.Union: {
      const own = typeTable(field, new Union())?.mode() === UnionMode.Dense ? 2 : 1;
      return version === MetadataVersion.V5 ? own : own + 1;
    }
    default:
      return undefined;
  }
}

export function isView(field: Field): boolean {
  const type = field.typeType();
  return field.dictionary() === null && (type === Type.BinaryView || type === Type.Utf8View);
}

/** How lists say where their elements are. */
export type ListForm =
  | { readonly kind: 'fixed_size'; readonly listSize: number }
  | { readonly kind: 'offsets'; readonly offsetByteLength: 4 | 8 };

/** Of a field that is a list or a map. */
export function listForm(field: Field): ListForm {
  if (field.typeType() === Type.FixedSizeList) {
    return { kind: 'fixed_size', listSize: typeTable(field, new FixedSizeList())?.listSize() ?? 0 };
  }
  return { kind: 'offsets', offsetByteLength: field.typeType() === Type.LargeList ? 8 : 4 };
}

/** The kernels' name of a field's type, or `undefined` where they can't load it. */
export function numericTypeOf(field: Field): NumericType | undefined {
  if (field.dictionary() !== null) return undefined;
  switch (field.typeType()) {
    case Type.Bool:
      return 'bool';
    case Type.FloatingPoint:
      switch (typeTable(field, new FloatingPoint())?.precision()) {
        case Precision.HALF:
          return 'float16';
        case Precision.SINGLE:
          return 'float32';
        case Precision.DOUBLE:
          return 'float64';
        default:
          return undefined;
      }
    case Type.Int: {
      const int = typeTable(field, new Int());
      const name = `${int?.isSigned() ? '' : 'u'}int${int?.bitWidth()}`;
      return INTEGER_TYPES.find((type) => type === name);
    }
    default:
      return undefined;
  }
}

const INTEGER_TYPES = ['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64'] as const;

/** Types whose name says all. */
const PLAIN_NAMES: Partial<Record<Type, string>> = {
  [Type.Null]: 'null',
  [Type.Bool]: 'bool',
  [Type.Binary]: 'binary',
  [Type.Utf8]: 'utf8',
  [Type.LargeBinary]: 'large_binary',
  [Type.LargeUtf8]: 'large_utf8',
  [Type.BinaryView]: 'binary_view',
  [Type.Utf8View]: 'utf8_view',
};

const NESTED_NAMES: Partial<Record<Type, string>> = {
  [Type.List]: 'list',
  [Type.LargeList]: 'large_list',
  [Type.ListView]: 'list_view',
  [Type.LargeListView]: 'large_list_view',
  [Type.Struct_]: 'struct',
  [Type.Map]: 'map',
  [Type.RunEndEncoded]: 'run_end_encoded',
};

const TIME_UNITS: Readonly<Record<TimeUnit, string>> = {
  [TimeUnit.SECOND]: 's',
  [TimeUnit.MILLISECOND]: 'ms',
  [TimeUnit.MICROSECOND]: 'us',
  [TimeUnit.NANOSECOND]: 'ns',
};

/** Arrow's name of a type that has no children or a dictionary, such as `timestamp[us, tz=UTC]`. */
function leafTypeName(field: Field): string {
  const type = field.typeType();
  const unit = (value: TimeUnit | undefined): string => (value === undefined ? '?' : TIME_UNITS[value]);
  switch (type) {
    case Type.Int:
    case Type.FloatingPoint:
      return numericTypeName(field);
    case Type.Decimal: {
      const decimal = typeTable(field, new Decimal());
      return `decimal${decimal?.bitWidth()}(${decimal?.precision()}, ${decimal?.scale()})`;
    }
    case Type.Date:
      return typeTable(field, new FbDate())?.unit() === DateUnit.DAY ? 'date32' : 'date64';
    case Type.Time: {
      const time = typeTable(field, new Time());
      return `time${time?.bitWidth()}[${unit(time?.unit())}]`;
    }
    case Type.Timestamp: {
      const timestamp = typeTable(field, new Timestamp());
      const zone = timestamp?.timezone();
      return `timestamp[${unit(timestamp?.unit())}${zone ? `, tz=${zone}` : ''}]`;
    }
    case Type.Duration:
      return `duration[${unit(typeTable(field, new Duration())?.unit())}]`;
    case Type.Interval: {
      const interval = typeTable(field, new Interval())?.unit();
      return `interval[${(interval === undefined ? '?' : IntervalUnit[interval]).toLowerCase()}]`;
    }
    case Type.FixedSizeBinary:
      return `fixed_size_binary[${typeTable(field, new FixedSizeBinary())?.byteWidth()}]`;
    case Type.Union:
      return typeTable(field, new Union())?.mode() === UnionMode.Dense ? 'dense_union' : 'sparse_union';
    default:
      return PLAIN_NAMES[type] ?? NESTED_NAMES[type] ?? `type ${type}`;
  }
}

function numericTypeName(field: Field): string {
  if (field.typeType() === Type.Int) {
    const int = typeTable(field, new Int());
    return `${int?.isSigned() ? '' : 'u'}int${int?.bitWidth()}`;
  }
  const precision = typeTable(field, new FloatingPoint())?.precision();
  return precision === Precision.HALF ? 'float16' : precision === Precision.SINGLE ? 'float32' : 'float64';
}

/** Arrow's name of a field's type, with those of its children: `list<float64>`. */
export function typeNameOf(field: Field, childNames: readonly string[]): string {
  const type = field.typeType();
  const children = childNames.join(', ');
  const value =
    type === Type.FixedSizeList
      ? `fixed_size_list<${children}>[${typeTable(field, new FixedSizeList())?.listSize()}]`
      : childNames.length > 0
        ? `${leafTypeName(field)}<${children}>`
        : leafTypeName(field);
  return field.dictionary() === null ? value : `dictionary<${value}>`;
}
