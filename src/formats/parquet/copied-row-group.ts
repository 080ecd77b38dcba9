/** A row group of which results take the places of some column chunks or stand behind all; the others are copied. */
import type { Job } from '../../plan/job.js';
import type { CopyItem, JobItem } from '../format.js';
import type { ChunkWriter } from './chunk-writer.js';
import { copyRoom } from './copy-room.js';
import { mapChunk } from './mapped-chunk.js';
import type { OutputLeaf } from './output-leaf.js';
import { PagedRowGroup, type PagedRowGroupOptions } from './paged-row-group.js';
import type { RowGroupPartition } from './partition.js';
import type { CopyRun, ParquetPiece } from './piece.js';

/** A column chunk of the output: one that was copied, and by how much it has moved, or a written one. */
export type OutputChunk =
  | { readonly kind: 'copied'; readonly index: number; readonly delta: number }
  | { readonly kind: 'written'; readonly writer: ChunkWriter };

export interface CopiedRowGroupOptions extends PagedRowGroupOptions {
  readonly partition: RowGroupPartition;
  /** Whether the output has the input's column chunks already, in their places. */
  readonly isKept: boolean;
  readonly slotByteLength: number;
  readonly onEnd: (chunks: readonly OutputChunk[]) => void;
}

export class CopiedRowGroup extends PagedRowGroup {
  readonly items: readonly (CopyItem<ParquetPiece> | JobItem)[];
  readonly #options: CopiedRowGroupOptions;
  /** The run that each of the input's column chunks is copied with; none for one that is replaced or there already. */
  readonly #runs = new Map<number, CopyRun>();

  constructor(options: CopiedRowGroupOptions) {
    super(options);
    this.#options = options;
    this.items = this.#layOut();
  }

  async end(): Promise<void> {
    const written = (leaf: OutputLeaf): OutputChunk => ({ kind: 'written', writer: this.finished(leaf) });
    const chunks = this.#options.partition.chunks.map((_, index): OutputChunk => {
      const leaf = this.leaves.find((output) => output.replaces?.index === index);
      if (leaf !== undefined) return written(leaf);
      const run = this.#runs.get(index);
      return { kind: 'copied', index, delta: run?.outputStart === undefined ? 0 : run.outputStart - run.start };
    });
    const added = this.leaves.filter((leaf) => leaf.replaces === undefined).map(written);
    this.#options.onEnd([...chunks, ...added]);
  }

  /** Copies in the order of the input's bytes, with each job where the first column is that it replaces. */
  #layOut(): (CopyItem<ParquetPiece> | JobItem)[] {
    const { partition, isKept, jobs } = this.#options;
    const { leaves } = this;
    const items: (CopyItem<ParquetPiece> | JobItem)[] = [];
    const placed = new Set<Job>();
    const place = (job: Job | undefined): void => {
      if (job === undefined) return;
      if (!placed.has(job)) items.push(...(this.#mapped(job) ?? [{ kind: 'job', job } as const]));
      placed.add(job);
    };
    const order = partition.chunks.map((_, index) => index);
    order.sort((a, b) => (partition.chunks[a]?.start ?? 0) - (partition.chunks[b]?.start ?? 0));
    let run: CopyRun | undefined;
    for (const index of order) {
      const replacedBy = leaves.find((leaf) => leaf.replaces?.index === index);
      const chunk = partition.chunks[index];
      if (replacedBy !== undefined) {
        place(jobs.find((job) => job === replacedBy.job));
        run = undefined;
      } else if (!isKept && chunk !== undefined && chunk.end > chunk.start) {
        if (run?.end === chunk.start) {
          run.end = chunk.end;
        } else {
          run = { start: chunk.start, end: chunk.end, outputStart: undefined };
          items.push(this.#copyItem(run));
        }
        this.#runs.set(index, run);
      }
    }
    for (const job of jobs) place(job);
    return items;
  }

  /** The job's column chunk, if computing its dictionary is all there is to do. */
  #mapped(job: Job): readonly CopyItem<ParquetPiece>[] | undefined {
    const { file, partition, jobs, slotByteLength, pageChecksum } = this.#options;
    const leaf = this.leaves.find((output) => output.job === job);
    const [column] = job.operands;
    if (leaf === undefined || column === undefined || job.operands.length > 1) return undefined;
    const pages = partition.columnPages(column);
    const chunk = partition.chunks[pages.leaf.index];
    if (chunk === undefined) return undefined;
    const jobIndex = jobs.indexOf(job);
    return mapChunk({ file, rowGroup: this, job, jobIndex, leaf, chunk, pages, slotByteLength, pageChecksum });
  }

  #copyItem(run: CopyRun): CopyItem<ParquetPiece> {
    return {
      kind: 'copy',
      // The run grows while the row group is laid out.
      get length() {
        return run.end - run.start;
      },
      add: (load, start) => {
        const byteLength = Math.min(copyRoom(load), run.end - run.start - start);
        if (byteLength === 0) return start;
        const address = load.read(this.#options.file, run.start + start, byteLength);
        load.pieces.push({ kind: 'copied', rowGroup: this, run, address, byteLength });
        return start + byteLength;
      },
    };
  }
}
