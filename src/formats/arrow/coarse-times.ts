/**
 * Times in units that Parquet has no annotation for. Readers would take them for plain integers, so they are written
 * in the next finer unit that Parquet knows, dates in milliseconds as days, as Arrow's C++ writers do.
 */
import { Date as FbDate } from 'apache-arrow/fb/date';
import { DateUnit } from 'apache-arrow/fb/date-unit';
import type { Field } from 'apache-arrow/fb/field';
import { Time } from 'apache-arrow/fb/time';
import { TimeUnit } from 'apache-arrow/fb/time-unit';
import { Timestamp } from 'apache-arrow/fb/timestamp';
import { Type } from 'apache-arrow/fb/type';
import type { Builder, Offset } from 'flatbuffers';
import { LanewiseError } from '../../errors.js';

export type CoarseTime = 'timestamp[s]' | 'time32[s]' | 'date64';

const MILLISECONDS = 1000;
const MILLISECONDS_A_DAY = 86_400_000n;
/** Seconds from 1970 whose milliseconds have 64 bits. */
const SECONDS_MAX = 2n ** 63n / 1000n - 1n;

/** What a field is of it, or `undefined`. */
export function coarseTimeOf(field: Field): CoarseTime | undefined {
  if (field.dictionary() !== null) return undefined;
  switch (field.typeType()) {
    case Type.Timestamp: {
      const type: Timestamp | null = field.type(new Timestamp());
      return type?.unit() === TimeUnit.SECOND ? 'timestamp[s]' : undefined;
    }
    case Type.Time: {
      const type: Time | null = field.type(new Time());
      return type?.unit() === TimeUnit.SECOND ? 'time32[s]' : undefined;
    }
    case Type.Date: {
      const type: FbDate | null = field.type(new FbDate());
      return type?.unit() === DateUnit.MILLISECOND ? 'date64' : undefined;
    }
    default:
      return undefined;
  }
}

/** The type that it is written as; the type of the Type union stays. */
export function createFineType(builder: Builder, field: Field, time: CoarseTime): Offset {
  if (time === 'date64') return FbDate.createDate(builder, DateUnit.DAY);
  if (time === 'time32[s]') return Time.createTime(builder, TimeUnit.MILLISECOND, 32);
  const type: Timestamp | null = field.type(new Timestamp());
  const name = type?.timezone() ?? null;
  const timezone = name === null ? 0 : builder.createString(name);
  return Timestamp.createTimestamp(builder, TimeUnit.MILLISECOND, timezone);
}

/**
 * The values in the finer unit.
 * @param values little-endian, as Arrow has them
 * @param isValid whether the value of a row isn't null
 * @throws LW_UNSUPPORTED_OPTION for a time that has no milliseconds in 64 bits
 */
export function refineTimes(
  values: Uint8Array,
  time: CoarseTime,
  name: string,
  isValid: (row: number) => boolean,
): Uint8Array {
  if (time === 'time32[s]') {
    const seconds = new Int32Array(values.slice().buffer, 0, values.length >> 2);
    return new Uint8Array(seconds.map((value) => value * MILLISECONDS).buffer);
  }
  const coarse = new BigInt64Array(values.slice().buffer, 0, values.length >> 3);
  if (time === 'date64') {
    return new Uint8Array(Int32Array.from(coarse, (value) => Number(floorDivide(value, MILLISECONDS_A_DAY))).buffer);
  }
  for (const [row, value] of coarse.entries()) {
    if ((value > SECONDS_MAX || value < -SECONDS_MAX) && isValid(row)) {
      throw new LanewiseError(
        'LW_UNSUPPORTED_OPTION',
        `column "${name}" has the time ${value} seconds, which Parquet can't hold as milliseconds; write Arrow`,
      );
    }
    coarse[row] = value * BigInt(MILLISECONDS);
  }
  return new Uint8Array(coarse.buffer);
}

function floorDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return value < 0n && quotient * divisor !== value ? quotient - 1n : quotient;
}
