import type { ComputeTask, Region, Task, TaskResult } from '../../../src/abi/task.js';
import { BITS_PER_VALUE, type NumericType } from '../../../src/abi/types.js';
import { LanewiseError } from '../../../src/errors.js';
import { ArrowFileSink } from '../../../src/formats/arrow/file-sink.js';
import { decompressLz4Frame } from '../../../src/formats/arrow/lz4-frame.js';
import { openArrow, openArrowStream } from '../../../src/formats/arrow/open.js';
import type { ArrowSourceOptions } from '../../../src/formats/arrow/options.js';
import type { ArrowSink, ArrowSinkOptions } from '../../../src/formats/arrow/sink.js';
import type { ArrowSource } from '../../../src/formats/arrow/source.js';
import { ArrowPipeSink, ArrowStreamSink } from '../../../src/formats/arrow/stream-sink.js';
import type { Sink, Source } from '../../../src/formats/format.js';
import type { Job } from '../../../src/plan/job.js';
import type { Column, Schema } from '../../../src/plan/schema.js';
import { JobChunks } from '../../../src/run/job-chunks.js';
import { Load } from '../../../src/slab/load.js';
import type { ByteReader, ReadableFile, Spool, WritableFile } from '../../../src/storage/file.js';
import { MemoryFile } from '../../../src/storage/memory-file.js';
import { Zstd } from '../../../workers/codecs/zstd.js';

/** A file that grows in memory. */
export class GrowingFile implements WritableFile {
  readonly name = 'output';
  #bytes = new Uint8Array(1 << 16);
  #byteLength = 0;
  writeCount = 0;

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#byteLength);
  }

  write(views: readonly Uint8Array[], position: number): void {
    this.writeCount++;
    let at = position;
    for (const view of views) {
      while (at + view.length > this.#bytes.length) {
        const grown = new Uint8Array(2 * this.#bytes.length);
        grown.set(this.#bytes);
        this.#bytes = grown;
      }
      this.#bytes.set(view, at);
      at += view.length;
    }
    this.#byteLength = Math.max(this.#byteLength, at);
  }
}

/** Adds the operands of each row, and `1` so that the result differs from a single operand. */
export interface SumSpec {
  readonly name?: string;
  readonly operands: readonly string[];
  readonly type?: NumericType;
  /** Replace the first operand rather than add a column. */
  readonly replace?: boolean;
}

export function columnOf(schema: Schema, name: string): Column {
  const column = schema.columns.find((candidate) => candidate.name === name);
  if (column === undefined) throw new Error(`no column ${name}`);
  return column;
}

export function sumJob(schema: Schema, spec: SumSpec): Job {
  const operands = spec.operands.map((name) => columnOf(schema, name));
  const first = operands[0]!;
  const type = spec.type ?? first.type!;
  const all = operands.map((_, index) => index);
  return {
    transform: `sum(${spec.operands.join(', ')})`,
    domain: first.shape.kind === 'flat' ? 'rows' : 'elements',
    program: {
      operands: operands.map((column) => column.type!),
      steps: [],
      results: [{ register: operands.length, type, validityFrom: all, nullWhere: 'any', nanIsNull: false }],
      registerCount: operands.length + 1,
    },
    operands,
    outputs: [
      {
        name: spec.name ?? first.name,
        type,
        shape: first.shape,
        nullable: operands.some((column) => column.nullable),
        replaces: spec.replace ? first : undefined,
      },
    ],
  };
}

/** Carries a source through a sink on one thread, slot by slot. */
export async function runSerially<P>(
  source: Source,
  sink: Sink<P>,
  jobs: readonly Job[],
  memory: Uint8Array,
  slotByteLength: number,
): Promise<void> {
  for (let partition = await source.next(); partition !== undefined; partition = await source.next()) {
    const sinkPartition = await sink.begin(partition);
    const newLoad = () => new Load<P>(0, 64, slotByteLength);
    let load = newLoad();
    const carryOut = () => {
      load.fill(memory);
      sink.write(load, runTasks(load.tasks, jobs, memory));
      load.drain(memory);
      load = newLoad();
    };
    for (const item of sinkPartition.items) {
      const part =
        item.kind === 'copy' ? item : new JobChunks(item.job, jobs.indexOf(item.job), partition, sinkPartition);
      for (let start = 0; start < part.length; ) {
        const end = part.add(load, start);
        if (end === start) {
          if (load.isEmpty) throw new Error('slot too small');
          carryOut();
        }
        start = end;
      }
    }
    carryOut();
    await sinkPartition.end();
  }
  await sink.finish();
  sink.close();
  await source.close();
}

export interface RunOptions {
  readonly to?: 'file' | 'stream';
  readonly slotByteLength?: number;
  readonly windowByteLength?: number;
  readonly compression?: ArrowSinkOptions['compression'];
}

/** Transforms the bytes of an Arrow file or stream. */
export async function transformBytes(
  input: Uint8Array | ReadableFile,
  specs: readonly SumSpec[],
  options: RunOptions = {},
): Promise<Uint8Array> {
  const file = input instanceof Uint8Array ? new MemoryFile('input', input) : input;
  const output = new GrowingFile();
  const { to = 'file' } = options;
  const source = await openArrow(file, sourceOptions(options));
  await transformSource(source, specs, options, (sinkOptions) =>
    to === 'file'
      ? new ArrowFileSink({ ...sinkOptions, file: output })
      : new ArrowStreamSink({ ...sinkOptions, file: output }),
  );
  return output.bytes;
}

/** Transforms an Arrow stream from a pipe to a pipe, the bytes coming and going in small pieces. */
export async function transformPiped(
  input: Uint8Array,
  specs: readonly SumSpec[],
  options: RunOptions = {},
): Promise<Uint8Array> {
  const output = new GrowingFile();
  let position = 0;
  const writer = {
    name: 'output',
    async write(view: Uint8Array) {
      output.write([view], position);
      position += view.length;
    },
  };
  const source = await openArrowStream(memoryReader(input), sourceOptions(options));
  await transformSource(source, specs, options, (sinkOptions) => new ArrowPipeSink({ ...sinkOptions, writer }));
  return output.bytes;
}

export function memoryReader(bytes: Uint8Array): ByteReader {
  let position = 0;
  return {
    name: 'input',
    async read(target) {
      const part = bytes.subarray(position, position + target.length);
      target.set(part);
      position += part.length;
      return part.length;
    },
    close() {},
  };
}

/** Adds a column for every column that can be transformed, so that all of the input's metadata is followed. */
export async function transformAll(input: Uint8Array | ByteReader, options: RunOptions = {}): Promise<Uint8Array> {
  const output = new GrowingFile();
  const source =
    input instanceof Uint8Array
      ? await openArrow(new MemoryFile('input', input), sourceOptions(options))
      : await openArrowStream(input, sourceOptions(options));
  const specs = source.schema.columns
    .filter((column) => column.type !== undefined && column.type !== 'float16')
    .filter((column, _, all) => all.filter(({ name }) => name === column.name).length === 1)
    .map((column) => ({ operands: [column.name], name: `${column.name}_sum`, type: 'float64' as const }));
  await transformSource(source, specs, options, (sinkOptions) => new ArrowStreamSink({ ...sinkOptions, file: output }));
  return output.bytes;
}

async function transformSource(
  source: ArrowSource,
  specs: readonly SumSpec[],
  { slotByteLength = 1 << 16, windowByteLength = 1 << 20, compression = 'sameAsInput' }: RunOptions,
  makeSink: (options: Omit<ArrowSinkOptions, 'file'>) => ArrowSink,
): Promise<void> {
  const jobs = specs.map((spec) => sumJob(source.schema, spec));
  source.useSlots(slotByteLength, jobs);
  const memory = new Uint8Array(new SharedArrayBuffer(slotByteLength + 64));
  const sink = makeSink({ source, jobs, memory, compression, windowByteLength, openSpool: makeSpool });
  await runSerially(source, sink, jobs, memory, slotByteLength);
}

export function sourceOptions({ windowByteLength = 1 << 20 }: RunOptions = {}): ArrowSourceOptions {
  return { windowByteLength, openSpool: makeSpool, loadZstd: () => Zstd.load() };
}

/** A spool that is memory. */
export function makeSpool(): Spool {
  const file = new GrowingFile();
  return {
    name: 'spool',
    get byteLength() {
      return file.bytes.length;
    },
    read: (target, position) => target.set(file.bytes.subarray(position, position + target.length)),
    write: (views, position) => file.write(views, position),
    close: () => {},
  };
}

const zstd = await Zstd.load();

function runTasks(tasks: readonly Task[], jobs: readonly Job[], memory: Uint8Array): readonly TaskResult[] {
  return tasks.map((task) => {
    switch (task.kind) {
      case 'compute':
        return sum(task, jobs[task.job]!, memory);
      case 'decompress': {
        const source = memory.subarray(task.source, task.source + task.sourceByteLength);
        const target = memory.subarray(task.target, task.target + task.targetByteLength);
        if (decompress(task.codec, source, target) !== target.length) {
          throw new LanewiseError('LW_CORRUPT_INPUT', `a damaged ${task.codec} block`);
        }
        return [];
      }
      case 'compress': {
        const source = memory.subarray(task.source, task.source + task.sourceByteLength);
        const target = memory.subarray(task.target, task.target + task.targetCapacity);
        const byteLength =
          task.codec === 'zstd' ? zstd.compress(source, target, task.level) : compressLz4Block(source, target);
        if (byteLength < 0) throw new Error('a target that is too small');
        return [byteLength];
      }
      default:
        throw new Error(`no ${task.kind} here`);
    }
  });
}

function decompress(codec: string, source: Uint8Array, target: Uint8Array): number {
  if (codec === 'zstd') return zstd.decompress(source, target);
  let written = 0;
  const failure = decompressLz4Frame(
    source.length,
    target.length,
    (part, position) => part.set(source.subarray(position, position + part.length)),
    (part) => {
      if (written + part.length <= target.length) target.set(part, written);
      written += part.length;
    },
  );
  return failure === undefined ? written : -1;
}

/** A plain LZ4 block compressor: takes the last place of the same four bytes as the match. */
function compressLz4Block(source: Uint8Array, target: Uint8Array): number {
  const view = new DataView(source.buffer, source.byteOffset, source.length);
  const places = new Map<number, number>();
  let to = 0;
  let anchor = 0;
  const putLength = (length: number) => {
    for (let rest = length - 15; rest >= 0; rest -= 255) target[to++] = Math.min(rest, 255);
  };
  const putSequence = (end: number, matchLength: number, distance: number) => {
    const literals = end - anchor;
    target[to++] = (Math.min(15, literals) << 4) | (matchLength === 0 ? 0 : Math.min(15, matchLength - 4));
    putLength(literals);
    target.set(source.subarray(anchor, end), to);
    to += literals;
    if (matchLength === 0) return;
    target[to++] = distance & 255;
    target[to++] = distance >> 8;
    putLength(matchLength - 4);
  };
  for (let i = 0; i < source.length - 12; ) {
    const word = view.getUint32(i, true);
    const place = places.get(word);
    places.set(word, i);
    if (place === undefined || i - place > 65535) {
      i++;
      continue;
    }
    let length = 4;
    while (i + length < source.length - 5 && source[place + length] === source[i + length]) length++;
    putSequence(i, length, i - place);
    i += length;
    anchor = i;
  }
  putSequence(source.length, 0, 0);
  return to;
}

function sum(task: ComputeTask, { program }: Job, memory: Uint8Array): TaskResult {
  const view = new DataView(memory.buffer, memory.byteOffset);
  return program.results.map(({ type, validityFrom }, index) => {
    const output = task.outputs[index]!;
    let nullCount = 0;
    for (let i = 0; i < task.count; i++) {
      let total = 1;
      for (const [k, operand] of task.operands.entries()) total += read(view, program.operands[k]!, operand, i);
      const isValid = validityFrom.every((k) => isValidAt(view, task.operands[k]!, i));
      if (!isValid) nullCount++;
      write(view, type, output, i, total);
      if (output.validity !== 0) writeBit(view, output.validity, i, isValid);
    }
    return nullCount;
  });
}

function isValidAt(view: DataView, { validity }: Region, i: number): boolean {
  return validity === 0 || ((view.getUint8(validity + (i >> 3)) >> (i & 7)) & 1) === 1;
}

function writeBit(view: DataView, address: number, i: number, bit: boolean): void {
  const at = address + (i >> 3);
  const mask = 1 << (i & 7);
  // What stands after the last bit is zero, as the kernels have it.
  const bits = mask === 1 ? 0 : view.getUint8(at);
  view.setUint8(at, bit ? bits | mask : bits);
}

function read(view: DataView, type: NumericType, { values }: Region, i: number): number {
  const at = values + (i * BITS_PER_VALUE[type]) / 8;
  switch (type) {
    case 'float64':
      return view.getFloat64(at, true);
    case 'float32':
      return view.getFloat32(at, true);
    case 'int64':
      return Number(view.getBigInt64(at, true));
    case 'uint64':
      return Number(view.getBigUint64(at, true));
    case 'int32':
      return view.getInt32(at, true);
    case 'uint32':
      return view.getUint32(at, true);
    case 'int16':
      return view.getInt16(at, true);
    case 'uint16':
      return view.getUint16(at, true);
    case 'int8':
      return view.getInt8(at);
    case 'uint8':
      return view.getUint8(at);
    case 'bool':
      return (view.getUint8(values + (i >> 3)) >> (i & 7)) & 1;
    default:
      throw new Error(`no ${type} here`);
  }
}

function write(view: DataView, type: NumericType, { values }: Region, i: number, value: number): void {
  const at = values + (i * BITS_PER_VALUE[type]) / 8;
  switch (type) {
    case 'float64':
      view.setFloat64(at, value, true);
      return;
    case 'float32':
      view.setFloat32(at, value, true);
      return;
    case 'int32':
      view.setInt32(at, value, true);
      return;
    default:
      throw new Error(`no ${type} here`);
  }
}
