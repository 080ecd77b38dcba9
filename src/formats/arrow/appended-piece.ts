import type { AppendedPartition } from './appended-partition.js';
import type { BatchMessageWriter } from './batch-writer.js';
import type { BodyCompression, CompressedBlock } from './block-encoding.js';
import type { HeldBytes, HoldingArea } from './holding-area.js';
import type { NullCountPiece } from './planned-partition.js';

/** What the writer of a compressed body does with a part of a load that is done, in the order of the pieces. */
export type AppendedPiece =
  | {
      readonly kind: 'dictionary';
      readonly partition: AppendedPartition;
      readonly index: number;
      readonly offset: number;
      readonly address: number;
      readonly byteLength: number;
    }
  | {
      readonly kind: 'copied';
      readonly partition: AppendedPartition;
      readonly run: CopyRun;
      readonly address: number;
      readonly byteLength: number;
    }
  | {
      readonly kind: 'block';
      readonly partition: AppendedPartition;
      readonly buffer: GrowingBuffer;
      readonly block: CompressedBlock;
    }
  | NullCountPiece;

/** Buffers that stand side by side in the input and are copied as they are. */
export interface CopyRun {
  readonly from: number;
  end: number;
  /** Output's buffers, with where they stand from the run's start. */
  readonly buffers: { readonly index: number; readonly offset: number; readonly byteLength: number }[];
  isPlaced: boolean;
}

/** A buffer that is compressed, block by block. */
export interface GrowingBuffer {
  readonly index: number;
  /** Uncompressed. */
  readonly byteLength: number;
  /** Uncompressed, of the blocks that have come. */
  taken: number;
  readonly held: HeldBytes[];
}

/** Where an appended partition's bytes go. */
export interface AppendTarget {
  readonly memory: Uint8Array;
  readonly compression: BodyCompression;
  readonly holding: HoldingArea;
  readonly messages: BatchMessageWriter;
  add(view: Uint8Array, position: number): void;
  flush(): void;
  /** Called at the end; the partition's place is taken then. */
  end(partition: AppendedPartition): Promise<void>;
}
