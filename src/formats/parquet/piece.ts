/** What a load holds for the output: bytes that are copied, and pages that its tasks make. */
import type { Region } from '../../abi/task.js';
import type { OutputColumn } from '../../plan/job.js';
import type { ChunkWriter } from './chunk-writer.js';
import type { ColumnChunkWriter } from './column-chunk-writer.js';
import type { DataPageInfo, DictionaryPageInfo } from './page-header.js';
import type { MadeHashes } from './recut/hash-task.js';
import type { RecutChunkWriter } from './recut/recut-chunk-writer.js';
import type { MadePage } from './recut/recut-task.js';
import type { StatedPage } from './recut/stated-pages.js';
import type { RowGroupWriter } from './row-group-writer.js';

/** Bytes of the input that are copied as one. */
export interface CopyRun {
  readonly start: number;
  end: number;
  /** Where it stands in the output, once its first byte has been written. */
  outputStart: number | undefined;
}

export type ParquetPiece =
  | CopiedPiece
  | PagePiece
  | DictionaryPiece
  | IndicesPiece
  | RecutPiece
  | HashesPiece
  | FiltersPiece
  | BridgedPiece;

interface CopiedPiece {
  readonly kind: 'copied';
  readonly rowGroup: RowGroupWriter;
  readonly run: CopyRun;
  readonly address: number;
  readonly byteLength: number;
}

export interface PagePiece {
  readonly kind: 'page';
  readonly rowGroup: RowGroupWriter;
  readonly chunk: ColumnChunkWriter;
  /** Under which the page waits, if it does. */
  readonly storeKey: number;
  readonly task: number;
  readonly region: Region;
  /** Where the body stands, or 0 where levels and values aren't put together. */
  readonly body: number;
  /** Whether the page must wait until those of the outputs before it are written. */
  readonly waits: boolean;
  /** Whether with it all pages of the job have been seen, and those that wait can follow. */
  readonly releases: boolean;
}

/** The dictionary of an output, whose pages of indices follow. */
interface DictionaryPiece {
  readonly kind: 'dictionary';
  readonly rowGroup: RowGroupWriter;
  readonly output: OutputColumn;
  readonly task: number;
  readonly body: number;
  /** Of the column chunk. */
  readonly nullCount: number;
}

/** The body of a page of the input with indices into a dictionary. */
interface IndicesPiece {
  readonly kind: 'indices';
  readonly rowGroup: RowGroupWriter;
  readonly output: OutputColumn;
  readonly page: DataPageInfo;
  readonly address: number;
}

/** Values `start` to `end` of a result that doesn't become pages here. */
export interface BridgedPiece {
  readonly kind: 'bridged';
  readonly rowGroup: RowGroupWriter;
  readonly output: OutputColumn;
  readonly start: number;
  readonly end: number;
  readonly region: Region;
  /** Find its null count among the load's results. */
  readonly task: number;
  readonly index: number;
}

/** A page of the input that is copied, with what its header doesn't say. */
export interface CopiedPage {
  readonly page: StatedPage;
  /** Rows that begin in it. */
  readonly rowCount: number;
  readonly startsRow: boolean;
}

/** Hashes of a column chunk's values. */
export interface HashesPiece extends MadeHashes {
  readonly kind: 'hashes';
  readonly rowGroup: RowGroupWriter;
  readonly writer: RecutChunkWriter;
  /** Different values of the column chunk, at most. */
  readonly valueCount: number;
  readonly isLast: boolean;
}

/** The bloom filters of a row group. */
interface FiltersPiece {
  readonly kind: 'filters';
  readonly rowGroup: RowGroupWriter;
}

/** Parts of a column chunk whose rows aren't those of one of the input's. */
export type RecutPiece = { readonly rowGroup: RowGroupWriter; readonly writer: ChunkWriter } & (
  | {
      readonly kind: 'copied_pages';
      /** Those that begin in the piece. */
      readonly pages: readonly CopiedPage[];
      readonly address: number;
      readonly byteLength: number;
    }
  | { readonly kind: 'copied_dictionary'; readonly page: DictionaryPageInfo; readonly address: number }
  | ({ readonly kind: 'made_dictionary' } & MadePage)
  | ({ readonly kind: 'made_page'; readonly encoding: number } & MadePage)
);
