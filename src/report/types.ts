/**
 * What a run tells its user, as plain data: the library's callers read it, the command prints it as text or JSON.
 * Sizes are bytes, times are seconds.
 */

/** How far a run has come; what isn't known before the end (of standard input, for one) is `undefined`. */
export interface Progress {
  readonly rowsDone: number;
  readonly rowsTotal: number | undefined;
  readonly bytesRead: number;
  readonly bytesTotal: number | undefined;
  readonly bytesWritten: number;
  readonly elapsedSeconds: number;
}

/** A column that a run wrote. */
export interface WrittenColumn {
  readonly name: string;
  readonly type: string;
  readonly nullCount: number;
}

/** What a run did. */
export interface TransformResult {
  /** The path of the output, `-` for standard output. */
  readonly output: string;
  readonly rows: number;
  /** Record batches or row groups. */
  readonly batches: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly seconds: number;
  /** Threads that computed, the calling one included. */
  readonly threads: number;
  /** The largest resident size of the process so far, where the system tells it. */
  readonly peakMemoryBytes?: number;
  readonly columns: readonly WrittenColumn[];
}

/** What a run would do: everything that is known from the options and the input's metadata. */
export interface PlanDescription {
  readonly input: PlannedFile;
  readonly output: PlannedFile;
  /** The output's columns in their order. */
  readonly columns: readonly PlannedColumn[];
  readonly jobs: readonly PlannedJob[];
  readonly memory: PlannedMemory;
}

/** One end of a planned run. */
export interface PlannedFile {
  /** The path, `-` for standard input or output. */
  readonly path: string;
  /** The format as `inspect` names it: `Arrow IPC file`, `Arrow IPC stream`, `Parquet`. */
  readonly format: string;
  readonly codec: string;
  readonly rows: number | undefined;
  readonly batches: number | undefined;
  readonly byteLength: number | undefined;
}

/** A column of the output. */
export interface PlannedColumn {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  /** Whether its bytes are the input's, a job's that stand in a column's place, or a new column's. */
  readonly origin: 'untouched' | 'replaced' | 'new';
}

/** One unit of computation: a column of an elementwise transform, or a row function. */
export interface PlannedJob {
  /** The transform as the user wrote it. */
  readonly transform: string;
  /** The calls in their order, with every parameter: `clip(min=-30, max=30), softmax(temperature=1)`. */
  readonly functions: string;
  readonly reads: readonly string[];
  readonly writes: readonly PlannedWrite[];
}

export interface PlannedWrite {
  readonly name: string;
  readonly type: string;
  /** The column whose place it takes. */
  readonly replaces: string | undefined;
}

/** The memory that holds the chunks in flight: `slotCount` × `slotByteLength` = `totalBytes` ≤ `budgetBytes`. */
export interface PlannedMemory {
  readonly slotByteLength: number;
  readonly slotCount: number;
  /** Threads that compute, the calling one included. */
  readonly threads: number;
  readonly totalBytes: number;
  readonly budgetBytes: number;
}

/** What `inspect` finds in a file's metadata. */
export interface FileDescription {
  readonly path: string;
  readonly format: string;
  readonly byteLength: number;
  readonly rows: number;
  /** Record batches or row groups. */
  readonly batches: number;
  readonly codec: string;
  readonly columns: readonly ColumnDescription[];
  /** Keys of the schema's metadata with the byte length of each value. */
  readonly metadata: readonly MetadataDescription[];
}

/** A column of a file: a top-level field, or what is in one by its dotted path. */
export interface ColumnDescription {
  readonly name: string;
  /** The type in the format's own words. */
  readonly type: string;
  readonly nullable: boolean;
  /** Whether a transform can name it. */
  readonly transformable: boolean;
}

export interface MetadataDescription {
  readonly key: string;
  readonly byteLength: number;
}
