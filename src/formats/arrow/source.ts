import type { Job } from '../../plan/job.js';
import type { Source } from '../format.js';
import type { ArrowPartition, DictionaryMessage } from './batch.js';
import type { BodyCodec } from './compression.js';
import type { ArrowFooter } from './footer.js';
import type { ArrowSchema } from './schema.js';

/** What sinks need of an Arrow source beyond record batches. */
export interface ArrowSource extends Source {
  readonly form: 'file' | 'stream';
  readonly arrowSchema: ArrowSchema;
  /** Of a file. */
  readonly footer: ArrowFooter | undefined;
  /** How the first record batch is compressed. */
  readonly codec: BodyCodec | undefined;
  /**
   * The slot bytes with which each job can hold a whole record batch, judged by the first one, before it was taken with
   * `next`; 0 where any slot will do, since the bodies aren't compressed. A smaller slot costs the decompression's speed.
   */
  wantedSlotByteLength(jobs: readonly Job[]): number;
  /** Tells how large the slots are and what is computed in them: to be called before the first `next`. */
  useSlots(slotByteLength: number, jobs: readonly Job[]): void;
  next(): Promise<ArrowPartition | undefined>;
  /** Dictionary batches that no partition has brought: after the last one, or where there is none. */
  takeDictionaries(): readonly DictionaryMessage[];
}
