"""Parquet files of random schemas, values and writer's options by pyarrow, and what has to hold of the outputs.

    random_files.py write FOLDER SEED COUNT    writes NAME.parquet and NAME.arrow, and how each is to be transformed to standard output
    random_files.py compare FOLDER             reads NAME.out.parquet and NAME.out.arrow beside each, and says what is wrong
"""
import decimal
import json
import math
import os
import pathlib
import random
import sys

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
from deep_numbers import added, read, replaced, type_text

NUMBERS = [pa.float64(), pa.float32(), pa.float16(), pa.bool_()] + [
    pa.int8(), pa.uint8(), pa.int16(), pa.uint16(), pa.int32(), pa.uint32(), pa.int64(), pa.uint64()]
OTHERS = [pa.string(), pa.large_string(), pa.binary(), pa.binary(5), pa.date32(), pa.timestamp('us', 'UTC'),
          pa.timestamp('ns'), pa.time64('us'), pa.decimal128(9, 2), pa.decimal128(25, 3), pa.duration('ms')]


def value_of(rng, kind):
    if pa.types.is_boolean(kind):
        return rng.random() < 0.5
    if pa.types.is_floating(kind):
        special = [0.0, -0.0, math.inf, -math.inf, math.nan]
        value = rng.choice(special) if rng.random() < 0.05 else round(rng.gauss(0, 8), 3)
        return value
    if pa.types.is_integer(kind):
        signed = pa.types.is_signed_integer(kind)
        low = -2 ** (kind.bit_width - 1) if signed else 0
        return rng.randint(low, low + 2 ** kind.bit_width - 1)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return rng.choice(['', 'ab', 'prefix/']) + ''.join(rng.choice('abé∞') for _ in range(rng.randrange(12)))
    if pa.types.is_fixed_size_binary(kind):
        return rng.randbytes(kind.byte_width)
    if pa.types.is_binary(kind):
        return rng.randbytes(rng.randrange(9))
    if pa.types.is_decimal(kind):
        return decimal.Decimal(rng.randint(-10 ** 8, 10 ** 8)).scaleb(-kind.scale)
    return rng.randrange(20000 if pa.types.is_date(kind) else 86_000_000)


def values_of(rng, kind, count, null_share):
    """Few different values or many, some of them null."""
    distinct = rng.choice([1, 3, 40, 10 ** 6])
    pool = [value_of(rng, kind) for _ in range(min(distinct, count))]
    pick = (lambda: rng.choice(pool)) if distinct < count else (lambda: value_of(rng, kind))
    return pa.array([None if rng.random() < null_share else pick() for _ in range(count)], kind)


def column_of(rng, count, depth=0):
    null_share = rng.choice([0, 0, 0.1, 0.6])
    shape = rng.choice(['flat'] * 3 + ['list', 'struct', 'map']) if depth < 2 else 'flat'
    mask = pa.array([rng.random() < null_share for _ in range(count)], pa.bool_())
    if shape == 'flat':
        return values_of(rng, rng.choice(NUMBERS + OTHERS), count, null_share)
    if shape == 'struct':
        children = [column_of(rng, count, depth + 1) for _ in range(rng.randrange(1, 3))]
        return pa.StructArray.from_arrays(children, [f'f{i}' for i in range(len(children))], mask=mask)
    offsets = [0]
    for is_null in mask.to_pylist():
        offsets.append(offsets[-1] + (0 if is_null else rng.choice([0, 0, 1, 2, 5, 30])))
    if shape == 'map':
        keys = values_of(rng, pa.string(), offsets[-1], 0)
        return pa.MapArray.from_arrays(pa.array(offsets, pa.int32()), keys, column_of(rng, offsets[-1], depth + 1))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), column_of(rng, offsets[-1], depth + 1), mask=mask)


def encodings_of(rng, schema):
    """An encoding for some of the flat columns."""
    encodings = {}
    for field in schema:
        choices = ['PLAIN']
        if field.type in (pa.float64(), pa.float32(), pa.float16()) or pa.types.is_fixed_size_binary(field.type):
            choices.append('BYTE_STREAM_SPLIT')
        elif pa.types.is_boolean(field.type):
            choices.append('RLE')
        elif pa.types.is_integer(field.type) or pa.types.is_timestamp(field.type):
            choices.append('DELTA_BINARY_PACKED')
        elif pa.types.is_string(field.type) or pa.types.is_binary(field.type):
            choices += ['DELTA_BYTE_ARRAY', 'DELTA_LENGTH_BYTE_ARRAY']
        if not pa.types.is_nested(field.type):
            encodings[field.name] = rng.choice(choices)
    return encodings


def number_paths(kind, path):
    """Paths to numbers that a transform can replace: lists add nothing to them, maps the name of their values."""
    if pa.types.is_struct(kind):
        return [found for field in kind for found in number_paths(field.type, [*path, field.name])]
    if pa.types.is_map(kind):
        return number_paths(kind.item_type, [*path, 'value'])
    if pa.types.is_list(kind):
        return number_paths(kind.value_type, path)
    return [path] if kind in NUMBERS else []


def write_arrow(rng, table, path):
    options = pa.ipc.IpcWriteOptions(compression=rng.choice([None, 'lz4', 'zstd']))
    with pa.ipc.new_file(path, table.schema, options=options) as file:
        for batch in table.to_batches(max_chunksize=rng.choice([100, 999, 10 ** 6])):
            file.write_batch(batch)


def write_file(rng, path):
    count = rng.choice([1, 65, 900, 2500])
    columns = {f'c{i}': column_of(rng, count) for i in range(rng.randrange(1, 5))}
    columns['x'] = values_of(rng, rng.choice(NUMBERS[:2]), count, rng.choice([0, 0.2]))
    table = pa.table(columns)
    has_dictionary = rng.random() < 0.5
    pq.write_table(
        table, path,
        row_group_size=rng.choice([97, 1000, count]),
        compression=rng.choice(['none', 'snappy', 'zstd', 'gzip', 'lz4', 'brotli']),
        data_page_version=rng.choice(['1.0', '2.0']),
        data_page_size=rng.choice([200, 5000, 1 << 20]),
        write_batch_size=rng.choice([16, 1024]),
        use_dictionary=has_dictionary,
        column_encoding=None if has_dictionary else encodings_of(rng, table.schema),
        write_page_index=rng.random() < 0.5,
        write_page_checksum=rng.random() < 0.3)
    write_arrow(rng, table, path.replace('.parquet', '.arrow'))
    nested = [found for name in columns if name != 'x' for found in number_paths(table.schema.field(name).type, [name])]
    return {
        'nested': ['.'.join(found) for found in rng.sample(nested, min(len(nested), 2))],
        'target': rng.choice(['x', 'y']),
        'rowGroupRows': rng.choice([None, 100, 640, 1000, count]),
        'pageChecksums': rng.random() < 0.3,
    }


def write(folder, seed, count):
    jobs = {}
    for index in range(int(count)):
        # Each file by itself can be made again.
        rng = random.Random(f'{seed} {index}')
        jobs[f'{seed}-{index}'] = write_file(rng, os.path.join(folder, f'{seed}-{index}.parquet'))
    with open(os.path.join(folder, 'jobs.json'), 'w') as file:
        json.dump(jobs, file)
    print(json.dumps(jobs))


def check_statistics(table, rows, group, problems):
    for index in range(group.num_columns):
        chunk = group.column(index)
        statistics = chunk.statistics
        if statistics is None or '.' in chunk.path_in_schema:
            continue
        own = table[chunk.path_in_schema].slice(*rows)
        if statistics.has_null_count and statistics.null_count != own.null_count:
            problems.append(f'{chunk.path_in_schema}: {statistics.null_count} nulls, {own.null_count} are there')
        values = [value for value in own.to_pylist() if value is not None and value == value]
        # Durations have the bounds of their integers.
        if not statistics.has_min_max or not values or type(values[0]) is not type(statistics.min):
            continue
        if statistics.min > min(values) or statistics.max < max(values):
            problems.append(f'{chunk.path_in_schema}: bounds {statistics.min!r} to {statistics.max!r}')


def text(column):
    """All values: NaN is NaN here, and nanoseconds in maps need no pandas."""
    everything = 1 << 30
    return column.combine_chunks().to_string(window=everything, container_window=everything)


def same(a, b):
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return a == b or (a != a and b != b)


def compare_nested(before, after, paths, problems):
    """The first path is where the results are to stand, the second what a new column is made of."""
    for path, has_place in zip(paths, (True, False)):
        name, *rest = path.split('.')
        result = name if has_place else 'nested'
        kind = type_text(before.schema.field(name).type, rest, has_place)
        if type_text(after.schema.field(result).type, None, True) != kind:
            problems.append(f'{path}: type {after.schema.field(result).type}, not {kind}')
        of = replaced if has_place else added
        expected = [of(value, rest) for value in before[name].to_pylist()]
        for row, (value, own) in enumerate(zip(after[result].to_pylist(), expected)):
            if not same(value, own):
                problems.append(f'{path} in row {row} of {result}: {value!r}, not {own!r}')
                break


def compare_file(path, out_path, job):
    problems = []
    before, after = pq.read_table(path), pq.read_table(out_path, page_checksum_verification=True)
    after.validate(full=True)
    # Below nulls there may be values in Arrow, which Parquet doesn't have.
    arrow_before, arrow = (read(pathlib.Path(each.replace('.parquet', '.arrow'))) for each in (path, out_path))
    arrow.validate(full=True)
    for table in (after, arrow):
        compare_nested(before, table, job['nested'], problems)
    for field in before.schema:
        if field.name == job['target'] or field.name == ''.join(job['nested'][:1]).split('.')[0]:
            continue
        if arrow.schema.field(field.name) != field or text(arrow_before[field.name]) != text(arrow[field.name]):
            problems.append(f'{field.name}: other values in Arrow')
        if after.schema.field(field.name) != field:
            problems.append(f'{field.name}: {after.schema.field(field.name)}, was {field}')
        elif text(before[field.name]) != text(after[field.name]):
            problems.append(f'{field.name}: other values')
    for value, result in zip(before['x'].to_pylist(), after[job['target']].to_pylist()):
        expected = None if value is None else value if value != value else max(0, value)
        if expected != result and not (expected != expected and result != result):
            problems.append(f'relu({value}) is {result}')
            break
    metadata = pq.read_metadata(out_path)
    sizes = [metadata.row_group(index).num_rows for index in range(metadata.num_row_groups)]
    rows = job['rowGroupRows']
    if rows is not None and sizes != [min(rows, before.num_rows - at) for at in range(0, before.num_rows, rows)]:
        problems.append(f'row groups of {sizes} rows')
    start = 0
    for index, size in enumerate(sizes):
        check_statistics(after, (start, size), metadata.row_group(index), problems)
        start += size
    return problems


def compare(folder):
    with open(os.path.join(folder, 'jobs.json')) as file:
        jobs = json.load(file)
    path = lambda name: os.path.join(folder, name)
    print(json.dumps({
        name: compare_file(path(f'{name}.parquet'), path(f'{name}.out.parquet'), job) for name, job in jobs.items()}))


if __name__ == '__main__':
    {'write': write, 'compare': compare}[sys.argv[1]](*sys.argv[2:])
