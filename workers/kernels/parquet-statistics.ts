/*
 * The smallest and the largest value of a column, for Parquet's statistics.
 *
 *   min_max_<float64|float32|int32>(source, validity, count, out): i32
 *
 * Looks at the rows whose bit of `validity` is set, at all rows if `validity` is 0. NaN is passed over, as
 * https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift (ColumnOrder) demands, and a zero is
 * written as -0 where it is the smallest and as +0 where it is the largest. Writes the smallest value to `out` and the
 * largest behind it, both of the column's type. Returns how many rows there were; with 0 `out` is left alone.
 */

@inline
function extremes<T>(source: usize, validity: usize, count: i32, out: usize): i32 {
  let seen = 0;
  let low: T = <T>0;
  let high: T = <T>0;
  for (let i = 0; i < count; i++) {
    if (validity && !((<u32>load<u8>(validity + ((<usize>i) >> 3)) >> (i & 7)) & 1)) continue;
    const value = load<T>(source + <usize>i * sizeof<T>());
    if (value != value) continue;
    if (!seen || value < low) low = value;
    if (!seen || value > high) high = value;
    seen++;
  }
  if (seen) {
    if (isFloat<T>()) {
      // Adding +0 makes -0 positive; taking +0 off a negated zero makes it negative.
      high = high + <T>0;
      low = <T>-(<T>0 - low);
    }
    store<T>(out, low);
    store<T>(out + sizeof<T>(), high);
  }
  return seen;
}

export function min_max_float32(source: usize, validity: usize, count: i32, out: usize): i32 {
  return extremes<f32>(source, validity, count, out);
}

export function min_max_int32(source: usize, validity: usize, count: i32, out: usize): i32 {
  return extremes<i32>(source, validity, count, out);
}

export function min_max_float64(source: usize, validity: usize, count: i32, out: usize): i32 {
  if (validity) return extremes<f64>(source, validity, count, out);
  // Two vectors of each, as the latency of a minimum is longer than its cost.
  let lowA = f64x2.splat(Infinity);
  let lowB = lowA;
  let highA = f64x2.splat(-Infinity);
  let highB = highA;
  let numbers = i64x2.splat(0);
  const whole = count & ~3;
  for (let i = 0; i < whole; i += 4) {
    const a = v128.load(source + ((<usize>i) << 3));
    const b = v128.load(source + ((<usize>i) << 3), 16);
    lowA = f64x2.pmin(lowA, a);
    lowB = f64x2.pmin(lowB, b);
    highA = f64x2.pmax(highA, a);
    highB = f64x2.pmax(highB, b);
    numbers = i64x2.sub(numbers, i64x2.add(f64x2.eq(a, a), f64x2.eq(b, b)));
  }
  const lowest = f64x2.pmin(lowA, lowB);
  const highest = f64x2.pmax(highA, highB);
  let low = min(f64x2.extract_lane(lowest, 0), f64x2.extract_lane(lowest, 1));
  let high = max(f64x2.extract_lane(highest, 0), f64x2.extract_lane(highest, 1));
  let seen = <i32>(i64x2.extract_lane(numbers, 0) + i64x2.extract_lane(numbers, 1));
  for (let i = whole; i < count; i++) {
    const value = load<f64>(source + ((<usize>i) << 3));
    if (value != value) continue;
    low = min(low, value);
    high = max(high, value);
    seen++;
  }
  if (seen) {
    store<f64>(out, -(0.0 - low));
    store<f64>(out, high + 0.0, 8);
  }
  return seen;
}
