import { GAP_BYTE_LENGTH_LIMIT, type MemoryRange, viewsOf } from '../abi/memory-range.js';
import type { FileRead, FileWrite, Task } from '../abi/task.js';
import type { ReadableFile, WritableFile } from '../storage/file.js';

/** Bytes of a file that are to stand in the slot. */
export interface Read {
  readonly file: ReadableFile;
  readonly position: number;
  readonly address: number;
  byteLength: number;
}

/**
 * What stands in a slot begins at multiples of this, and each allocation may lose as much: kernels and copies run fastest from
 * addresses that start a cache line.
 */
export const ALIGNMENT = 64;

/** Bytes of the slot that are to stand in a file once the tasks are done. */
interface Write {
  readonly file: WritableFile;
  readonly position: number;
  byteLength: number;
  readonly ranges: MemoryRange[];
  isTaken: boolean;
}

/**
 * The filling of one slot: what is read into it, what is computed there, and what goes out of it. It is described first
 * (by the source, a job and the sink, each adding its part), carried out later, so that describing does no I/O.
 *
 *     slot   | read | read ··· | room for results ··· |            | scratch |
 *            ^ address         ^                      ^ next                 ^ end
 *
 * `P` is what else the sink needs to know of a piece of the slot: its place in the output, where that isn't known before the
 * tasks are done.
 */
export class Load<P> {
  readonly slot: number;
  readonly address: number;
  readonly end: number;
  readonly reads: Read[] = [];
  readonly tasks: Task[] = [];
  readonly writes: Write[] = [];
  readonly pieces: P[] = [];
  /** Bytes that are read. */
  readByteLength = 0;
  /** Whether some of it has been. */
  #hasFilled = false;
  #next: number;
  #scratchByteLength = 0;

  constructor(slot: number, address: number, byteLength: number) {
    this.slot = slot;
    this.address = address;
    this.end = address + byteLength;
    this.#next = address;
  }

  get isEmpty(): boolean {
    return this.#next === this.address;
  }

  /** Bytes that one more `allocate` or `read` can take. */
  get free(): number {
    return Math.max(0, this.#scratchStart - align(this.#next));
  }

  get #scratchStart(): number {
    return this.end - this.#scratchByteLength;
  }

  /** Reserves bytes for a result. The caller has made sure that they are free. */
  allocate(byteLength: number): number {
    const address = align(this.#next);
    if (address + byteLength > this.#scratchStart) throw this.#overrun();
    this.#next = address + byteLength;
    return address;
  }

  /** Reserves bytes that a task uses while it runs only: tasks run one after the other, so all of them get the same. */
  scratch(byteLength: number): number {
    this.#scratchByteLength = Math.max(this.#scratchByteLength, this.end - alignDown(this.end - byteLength));
    if (this.#next > this.#scratchStart) throw this.#overrun();
    return alignDown(this.end - byteLength);
  }

  #overrun(): RangeError {
    return new RangeError(`slot of ${this.end - this.address} bytes overrun`);
  }

  /**
   * Has bytes of a file stand in the slot and returns where. What follows the last read within a cache line's distance,
   * in the file as in the slot, becomes one read with it: the buffers of a small record batch come in one call.
   */
  read(file: ReadableFile, position: number, byteLength: number): number {
    const last = this.reads.at(-1);
    if (last !== undefined && last.file === file) {
      const gap = position - (last.position + last.byteLength);
      const address = last.address + (position - last.position);
      if (
        gap >= 0 &&
        gap < ALIGNMENT &&
        last.address + last.byteLength === this.#next &&
        address + byteLength <= this.#scratchStart
      ) {
        last.byteLength += gap + byteLength;
        this.readByteLength += gap + byteLength;
        this.#next = address + byteLength;
        return address;
      }
    }
    const address = this.allocate(byteLength);
    this.readTo(file, position, byteLength, address);
    return address;
  }

  /** Has bytes of a file stand where room for them has been reserved. */
  readTo(file: ReadableFile, position: number, byteLength: number, address: number): void {
    if (byteLength === 0) return;
    this.reads.push({ file, position, address, byteLength });
    this.readByteLength += byteLength;
  }

  /**
   * Has bytes of the slot stand in a file once the tasks are done. What follows the last write at a small distance becomes
   * one write with it, with zeros between.
   */
  write(file: WritableFile, position: number, address: number, byteLength: number): void {
    if (byteLength === 0) return;
    const last = this.writes.at(-1);
    const gap = last?.file === file ? position - (last.position + last.byteLength) : -1;
    if (last === undefined || gap < 0 || gap >= GAP_BYTE_LENGTH_LIMIT) {
      this.writes.push({ file, position, byteLength, ranges: [{ address, byteLength }], isTaken: false });
      return;
    }
    last.byteLength += gap + byteLength;
    const range = last.ranges.at(-1);
    if (range !== undefined && gap === 0 && address === range.address + range.byteLength) {
      range.byteLength += byteLength;
      return;
    }
    if (gap > 0) last.ranges.push({ address: 0, byteLength: gap });
    last.ranges.push({ address, byteLength });
  }

  /** Carries out the reads described so far, into the slab's bytes. */
  fill(slab: Uint8Array): void {
    this.#fillWhere(slab, () => true);
  }

  /** Carries out the reads that can't wait for another thread: of files that only this one can read. */
  fillUnshared(slab: Uint8Array): void {
    this.#fillWhere(slab, ({ descriptor }) => descriptor === undefined);
  }

  get hasUnsharedReads(): boolean {
    return this.reads.some(({ file }) => file.descriptor === undefined);
  }

  /** Whether any thread could carry out all that is to be read and written. */
  get isShared(): boolean {
    return !this.#hasFilled && !this.hasUnsharedReads && this.writes.every(({ file }) => file.descriptor !== undefined);
  }

  /** Hands the reads that are left to whoever carries out the tasks; all of them are of files that any thread can read. */
  takeReads(): readonly FileRead[] {
    return this.reads.splice(0).map(({ file: { descriptor = -1, name }, position, address, byteLength }) => {
      return { descriptor, name, position, address, byteLength };
    });
  }

  /** Hands those writes that any thread can carry out to whoever carries out the tasks. */
  takeWrites(): readonly FileWrite[] {
    return this.writes.flatMap((write) => {
      const { file, position, ranges } = write;
      const { descriptor, name } = file;
      write.isTaken = descriptor !== undefined;
      return descriptor === undefined ? [] : [{ descriptor, name, position, ranges }];
    });
  }

  /** Carries out the writes that nobody has taken, once the tasks are done; the files hear of the others. */
  drain(slab: Uint8Array): void {
    for (const { file, position, byteLength, ranges, isTaken } of this.writes) {
      if (isTaken) file.noteWritten?.(byteLength, position);
      else file.write(viewsOf(slab, ranges), position);
    }
  }

  #fillWhere(slab: Uint8Array, isWanted: (file: ReadableFile) => boolean): void {
    let kept = 0;
    for (const read of this.reads) {
      const { file, position, address, byteLength } = read;
      if (isWanted(file)) {
        file.read(slab.subarray(address, address + byteLength), position);
        this.#hasFilled = true;
      } else this.reads[kept++] = read;
    }
    this.reads.length = kept;
  }

  /** Adds a task and returns its index, by which its result is found. */
  addTask(task: Task): number {
    return this.tasks.push(task) - 1;
  }
}

function align(address: number): number {
  return Math.ceil(address / ALIGNMENT) * ALIGNMENT;
}

function alignDown(address: number): number {
  return Math.floor(address / ALIGNMENT) * ALIGNMENT;
}
