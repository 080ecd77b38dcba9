/** What `lanewise bench` finds out, as plain data. */
import type { KernelTime } from './kernel-times.js';
import type { Rate, ScalingPoint } from './scaling.js';
import type { Summary } from './statistics.js';

export interface BenchReport {
  readonly lanewise: string;
  readonly machine: BenchMachine;
  /** One thread, values in cache. */
  readonly kernels: readonly KernelTime[];
  readonly bandwidth: Bandwidth;
  readonly functions: readonly FunctionScaling[];
  readonly pipeline: readonly PipelineScaling[];
  /** One sentence for each thing measured over threads. */
  readonly bounds: readonly string[];
  /** Says so where samples of one measurement are far apart. */
  readonly noise: string | undefined;
}

export interface BenchMachine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  readonly node: string;
}

/** What memory gives to kernels that do next to nothing. */
export interface Bandwidth {
  readonly streams: readonly { readonly name: string; readonly rates: readonly Rate[] }[];
  /** The highest of the medians. */
  readonly ceilingBytesPerSecond: number;
}

/** A function over threads, from cache and from memory. */
export interface FunctionScaling {
  readonly name: string;
  readonly inCache: readonly ScalingPoint[];
  readonly fromMemory: readonly ScalingPoint[];
}

/** The whole line, from file to file, over threads. */
export interface PipelineScaling {
  readonly format: string;
  readonly transform: string;
  readonly rowCount: number;
  /** Bytes read and written are counted. */
  readonly points: readonly ScalingPoint[];
  readonly rowsPerSecond: readonly Summary[];
}
