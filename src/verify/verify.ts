import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { CATALOGUE } from '../activations/catalogue.js';
import { LanewiseError } from '../errors.js';
import { compilePattern } from '../plan/pattern.js';
import { functionNames, resolveFunction, unknownFunction } from '../plan/resolve.js';
import { WORKER_URL } from '../pool/assets.js';
import { availableCores } from '../storage/host.js';
import { type VerifyCase, verifyCases } from './cases.js';
import type { VerifyReply, VerifyWorkerData } from './worker.js';

export interface VerifyOptions {
  /**
   * Functions to measure, by name or with `*` and `?` for several; a derivative goes by its function's name.
   * @default all of them
   */
  readonly functions?: readonly string[] | undefined;
  /**
   * Points at which each kernel is compared with the oracle, in round numbers.
   * @default 2000
   */
  readonly points?: number | undefined;
  /**
   * Decides the points.
   * @default 1
   */
  readonly seed?: number | undefined;
  /** Stops the measurement, which rejects with `LW_ABORTED`. */
  readonly signal?: AbortSignal | undefined;
}

/** The largest error found of one function, with one set of parameters and, for a row function, at one width. */
export interface VerifiedFunction {
  /** As a transform names it. */
  readonly function: string;
  /** The parameters that aren't the defaults: `approximate=tanh`. */
  readonly parameters: string;
  /** Values in a row; 1 for a function of one value. */
  readonly width: number;
  readonly points: number;
  readonly worstUlp: number;
  /** The value, or what the row's values are like. */
  readonly worstInput: string;
  readonly maxUlp: number;
  readonly ok: boolean;
}

/** Built, the measuring threads' module lies beside the worker's. */
const VERIFY_WORKER_URL = new URL('verify-worker.cjs', WORKER_URL);

const DEFAULT_POINTS = 2000;
const MOST_POINTS = 1e8;

/**
 * Measures the largest error of the kernels on this machine, against decimals of 75 digits, on all cores.
 * @returns a line for each function, parameters and width, in the catalogue's order
 * @throws LW_UNKNOWN_FUNCTION, LW_USAGE
 */
export async function verify(options: VerifyOptions = {}): Promise<readonly VerifiedFunction[]> {
  const cases = casesOf(options.functions ?? []);
  const pointCount = wholeNumber('points', options.points ?? DEFAULT_POINTS, 1, MOST_POINTS);
  const seed = wholeNumber('seed', options.seed ?? 1, 0, 2 ** 31 - 1);
  const nextCase = new Int32Array(new SharedArrayBuffer(4));
  const workerData: VerifyWorkerData = { cases, pointCount, seed, nextCase };
  const replies: VerifyReply[] = [];
  const workers = Array.from({ length: Math.min(availableCores(), cases.length) }, () => {
    const worker = new Worker(VERIFY_WORKER_URL, { workerData });
    worker.on('message', (reply: VerifyReply) => replies.push(reply));
    return worker;
  });
  try {
    await Promise.all(workers.map((worker) => exited(worker, options.signal)));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return replies.sort((a, b) => a.index - b.index).map((reply) => describe(cases[reply.index]!, reply));
}

function casesOf(names: readonly string[]): readonly VerifyCase[] {
  const wanted = new Set(names.flatMap(expand).map((name) => resolveFunction(name, CATALOGUE).entry.name));
  return CATALOGUE.filter(({ name }) => wanted.size === 0 || wanted.has(name)).flatMap(verifyCases);
}

/** The functions that a name with `*` and `?` stands for. */
function expand(name: string): readonly string[] {
  if (!/[*?]/.test(name)) return [name];
  const pieces = name.split(/([*?])/).filter((text) => text !== '');
  const match = compilePattern({
    kind: 'pattern',
    text: name,
    pieces: pieces.map((text) => (text === '*' || text === '?' ? { wildcard: text } : text)),
  });
  const matches = functionNames(CATALOGUE).filter((candidate) => match(candidate) !== undefined);
  if (matches.length === 0) throw unknownFunction(name, CATALOGUE);
  return matches;
}

function wholeNumber(option: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new LanewiseError('LW_USAGE', `${option} must be a whole number from ${min} to ${max}, not ${value}`);
}

async function exited(worker: Worker, signal: AbortSignal | undefined): Promise<void> {
  try {
    await once(worker, 'exit', { ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    if (signal?.aborted) throw new LanewiseError('LW_ABORTED', 'stopped before all functions were measured');
    const reason = error instanceof Error ? error.message : String(error);
    throw new LanewiseError('LW_WORKER_FAILED', `a measuring thread failed: ${reason}`, { cause: error });
  }
}

function describe(verifyCase: VerifyCase, { measurement }: VerifyReply): VerifiedFunction {
  const { name, parameterText, row, maxUlp } = verifyCase;
  const { pointCount, worstUlp, worstInput } = measurement;
  return {
    function: name,
    parameters: parameterText,
    width: row?.width ?? 1,
    points: pointCount,
    worstUlp,
    worstInput,
    maxUlp,
    ok: worstUlp <= maxUlp,
  };
}
