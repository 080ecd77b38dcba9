import type { EncodingOption } from '../../../src/abi/pages.js';
import { type NumericType, valuesByteLength } from '../../../src/abi/types.js';
import { CATALOGUE } from '../../../src/activations/catalogue.js';
import { openArrow } from '../../../src/formats/arrow/open.js';
import { ParquetConvertSink } from '../../../src/formats/convert/parquet-sink.js';
import type { Sink, Source, SourcePartition } from '../../../src/formats/format.js';
import { RecutSink } from '../../../src/formats/parquet/recut/recut-sink.js';
import { RecutSource } from '../../../src/formats/parquet/recut/recut-source.js';
import { ParquetSink, type ParquetSinkOptions } from '../../../src/formats/parquet/sink.js';
import { openParquet } from '../../../src/formats/parquet/source.js';
import { bindTransforms } from '../../../src/plan/bind.js';
import type { Column } from '../../../src/plan/schema.js';
import { compileKernels } from '../../../src/pool/assets.js';
import { Describer, type OpenPartition } from '../../../src/run/describer.js';
import { Load } from '../../../src/slab/load.js';
import { layOutSlab, Slab } from '../../../src/slab/slab.js';
import { MemoryFile } from '../../../src/storage/memory-file.js';
import { Zstd } from '../../../workers/codecs/zstd.js';
import { Executor } from '../../../workers/executor.js';
import { instantiateKernels } from '../../../workers/kernel-module.js';
import { decodePages } from '../../../workers/parquet/decode.js';
import type { PageContext } from '../../../workers/parquet/page-context.js';
import { PageReader } from '../../../workers/parquet/page-reader.js';
import { GrowingFile, makeSpool, sourceOptions } from '../arrow/support.js';

export type Value = number | bigint | boolean | null;

/** Where the one slot of these tests starts: behind the kernels' data and their scratch. */
const SCRATCH_ADDRESS = 1 << 20;
const CODEC_SCRATCH_ADDRESS = SCRATCH_ADDRESS + (1 << 16);
const SLOT_ADDRESS = 2 << 20;
const WASM_PAGE_BYTE_LENGTH = 1 << 16;

const module = compileKernels();

export async function openPageReader(): Promise<PageReader> {
  return new PageReader(module, 0);
}

export interface TestContext extends PageContext {
  readonly slotByteLength: number;
}

/** A slab of one slot, and what a thread needs to decode pages in it. */
export async function createTestContext(slotByteLength: number): Promise<TestContext> {
  const pages = Math.ceil((SLOT_ADDRESS + slotByteLength) / WASM_PAGE_BYTE_LENGTH);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const kernels = instantiateKernels(module, memory);
  const { buffer } = memory;
  return {
    memory: new Uint8Array(buffer),
    view: new DataView(buffer),
    kernels,
    zstd: await Zstd.load(),
    scratch: SCRATCH_ADDRESS,
    codecScratch: CODEC_SCRATCH_ADDRESS,
    slotByteLength,
  };
}

/** All values of a column of a file. */
export async function readColumn(
  context: TestContext,
  bytes: Uint8Array,
  name: string,
  chunkLength?: number,
): Promise<Value[]> {
  const source = openParquet(new MemoryFile('input', bytes), openPageReader);
  const column = source.schema.columns.find((other) => other.name === name);
  if (column === undefined) throw new RangeError(`no column "${name}"`);
  const values: Value[] = [];
  for (let partition = await source.next(); partition !== undefined; partition = await source.next()) {
    for (const value of readPartition(context, partition, column, chunkLength)) values.push(value);
  }
  return values;
}

function readPartition(
  context: TestContext,
  partition: SourcePartition,
  column: Column,
  chunkLength = Number.POSITIVE_INFINITY,
): Value[] {
  const values: Value[] = [];
  const { type } = column;
  if (type === undefined) throw new RangeError(`"${column.name}" is no numeric column`);
  for (let start = 0; start < partition.rowCount; ) {
    const limit = Math.min(partition.rowCount, start + chunkLength);
    const end = partition.chunkEnd([column], start, limit, 8);
    const load = new Load<never>(0, SLOT_ADDRESS, context.slotByteLength);
    const { free } = load;
    const region = partition.load(load, column, start, end);
    const promised =
      partition.loadByteLength(column, start, end) + (partition.scratchByteLength?.(column, start, end) ?? 0);
    if (free - load.free > promised) throw new RangeError(`a load took ${free - load.free} bytes, not ${promised}`);
    load.fill(context.memory);
    for (const task of load.tasks) {
      if (task.kind !== 'decode_pages') throw new RangeError(`unexpected task ${task.kind}`);
      decodePages(task, context);
    }
    for (let i = 0; i < end - start; i++) {
      const isValid = region.validity === 0 || ((context.memory[region.validity + (i >> 3)] ?? 0) >> (i & 7)) & 1;
      values.push(isValid ? valueAt(context, type, region.values, i) : null);
    }
    start = end;
  }
  return values;
}

export interface TransformOptions {
  readonly slotByteLength?: number;
  readonly windowByteLength?: number;
  readonly compression?: ParquetSinkOptions['compression'];
  readonly encoding?: EncodingOption;
  readonly pageChecksum?: boolean;
  readonly rowGroupRows?: number | undefined;
}

/** Applies transforms to the bytes of a Parquet file. */
export function transformBytes(
  bytes: Uint8Array,
  transforms: readonly string[],
  { compression = 'sameAsInput', rowGroupRows, ...options }: TransformOptions = {},
): Promise<Uint8Array> {
  const source = openParquet(new MemoryFile('input', bytes), openPageReader);
  const isRecut = rowGroupRows !== undefined;
  const rows = isRecut ? new RecutSource(source, rowGroupRows) : source;
  const Sink = isRecut ? RecutSink : ParquetSink;
  return runSerially(rows, transforms, options, (common) => new Sink({ ...common, source, compression }));
}

/** Applies transforms to the bytes of an Arrow file and writes Parquet. */
export async function convertBytes(
  bytes: Uint8Array,
  transforms: readonly string[],
  options: Omit<TransformOptions, 'compression' | 'rowGroupRows'> = {},
): Promise<Uint8Array> {
  const source = await openArrow(new MemoryFile('input', bytes), sourceOptions());
  return runSerially(source, transforms, options, (common) =>
    ParquetConvertSink.open({ ...common, source, compression: undefined }),
  );
}

type CommonOptions = Omit<ParquetSinkOptions, 'source' | 'compression'>;

/** Carries out one load after the other. */
async function runSerially<P>(
  source: Source,
  transforms: readonly string[],
  {
    slotByteLength = 1 << 20,
    windowByteLength = 1 << 20,
    ...rest
  }: Omit<TransformOptions, 'compression' | 'rowGroupRows'>,
  makeSink: (options: CommonOptions) => Sink<P> | Promise<Sink<P>>,
): Promise<Uint8Array> {
  const { jobs } = bindTransforms(transforms, source.schema, { outType: undefined }, CATALOGUE);
  const programs = jobs.map((job) => job.program);
  const layout = layOutSlab(programs, 1, 1, slotByteLength);
  const slab = new Slab(layout);
  const file = new GrowingFile();
  source.useSlots(slotByteLength, jobs);
  const sink = await makeSink({
    jobs,
    memory: slab.bytes,
    slotByteLength,
    file,
    windowByteLength,
    openSpool: makeSpool,
    ...rest,
  });
  const executor = new Executor({ module, memory: slab.memory, programs, areaAddress: layout.areaAddresses[0] ?? 0 });
  const open: OpenPartition[] = [];
  const describer = new Describer(source, sink, jobs, slab, async (partition) => {
    open.push(partition);
  });
  for (let next = await describer.next(0); next !== undefined; next = await describer.next(0)) {
    await executor.load(next.load.tasks);
    sink.write(next.load, executor.run(next.load.tasks));
    for (const partition of next.partitions) partition.pendingLoads--;
    while (open[0]?.isDescribed && open[0].pendingLoads === 0) await open.shift()?.sink.end();
  }
  await sink.finish();
  sink.close();
  return file.bytes;
}

function valueAt({ memory, view }: PageContext, type: NumericType, address: number, index: number): Value {
  const at = address + valuesByteLength(type, index);
  switch (type) {
    case 'float64':
      return view.getFloat64(at, true);
    case 'float32':
      return view.getFloat32(at, true);
    case 'float16':
      return halfToNumber(view.getUint16(at, true));
    case 'int8':
      return view.getInt8(at);
    case 'int16':
      return view.getInt16(at, true);
    case 'int32':
      return view.getInt32(at, true);
    case 'int64':
      return view.getBigInt64(at, true);
    case 'uint8':
      return view.getUint8(at);
    case 'uint16':
      return view.getUint16(at, true);
    case 'uint32':
      return view.getUint32(at, true);
    case 'uint64':
      return view.getBigUint64(at, true);
    case 'bool':
      return (((memory[address + (index >> 3)] ?? 0) >> (index & 7)) & 1) === 1;
  }
}

function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
