import { LanewiseError } from '../../errors.js';
import type { Job, OutputColumn } from '../../plan/job.js';
import type { ArrowPartition } from './batch.js';
import type { ArrowSchema } from './schema.js';

/** An output column and the job that computes it. */
export interface PlannedOutput {
  readonly job: Job;
  readonly column: OutputColumn;
  /** Place among the job's results. */
  readonly result: number;
  /** Whether it is the first of its job's in the order of the body: the job stands there. */
  isFirst: boolean;
  /** Its node among the output's. */
  node: number;
}

/** A stretch of the output's buffers. Buffers are counted as in `Place`. */
export type Segment =
  | { readonly kind: 'copy'; readonly start: number; readonly end: number }
  /** The validity and the values of an output. */
  | { readonly kind: 'output'; readonly output: number };

/** What a node of the output is: the input's, or an output's. */
export type NodeOrigin =
  | { readonly kind: 'input'; readonly node: number }
  | { readonly kind: 'output'; readonly output: number };

/** How the record batches of the output are made up of the input's and of outputs: the same for all of a run. */
export interface BatchLayout {
  readonly outputs: readonly PlannedOutput[];
  readonly outputIndex: ReadonlyMap<OutputColumn, number>;
  readonly segments: readonly Segment[];
  readonly nodes: readonly NodeOrigin[];
}

/** @throws LW_COLUMN_TYPE for jobs whose results Arrow output can't hold yet */
export function layOut(schema: ArrowSchema, jobs: readonly Job[]): BatchLayout {
  const outputs = jobs.flatMap((job) =>
    job.outputs.map((column, result) => ({ job, column, result, node: 0, isFirst: false })),
  );
  refuseLists(jobs);
  const segments: Segment[] = [];
  const nodes: NodeOrigin[] = [];
  for (let node = 0; node < schema.nodeCount; node++) nodes.push({ kind: 'input', node });
  const replaced = [...outputs.entries()]
    .flatMap(([output, { column }]) =>
      column.replaces === undefined ? [] : [{ output, place: schema.places[column.replaces.index]! }],
    )
    .sort((a, b) => a.place.valuesBuffer - b.place.valuesBuffer);
  let next = 0;
  for (const { output, place } of replaced) {
    if (place.valuesBuffer > next) segments.push({ kind: 'copy', start: next, end: place.valuesBuffer });
    segments.push({ kind: 'output', output });
    nodes[place.valuesNode] = { kind: 'output', output };
    next = place.valuesBuffer + 2;
  }
  if (schema.bufferCount > next) segments.push({ kind: 'copy', start: next, end: schema.bufferCount });
  for (const [output, { column, job }] of outputs.entries()) {
    if (column.replaces !== undefined) continue;
    if (column.shape.kind !== 'flat') {
      // The lists are the first operand's: same validity, same offsets.
      const place = schema.places[job.operands[0]!.index]!;
      segments.push({ kind: 'copy', start: place.buffer, end: place.valuesBuffer });
      nodes.push({ kind: 'input', node: place.node });
    }
    segments.push({ kind: 'output', output });
    nodes.push({ kind: 'output', output });
  }
  for (const [node, origin] of nodes.entries()) if (origin.kind === 'output') outputs[origin.output]!.node = node;
  const seen = new Set<Job>();
  for (const segment of segments) {
    if (segment.kind === 'copy') continue;
    const output = outputs[segment.output]!;
    output.isFirst = !seen.has(output.job);
    seen.add(output.job);
  }
  return { outputs, outputIndex: new Map(outputs.map(({ column }, index) => [column, index])), segments, nodes };
}

/** @throws LW_COLUMN_TYPE for row functions over lists, which Arrow's side doesn't write */
export function refuseLists(jobs: readonly Job[]): void {
  const job = jobs.find(({ domain }) => domain === 'lists');
  if (job === undefined) return;
  throw new LanewiseError(
    'LW_COLUMN_TYPE',
    `${job.transform}: '${job.operands[0]?.name}' is a list column, and row functions over lists aren't supported for Arrow; use columns, or an elementwise function`,
  );
}

/** Values that an output has in a partition. */
export function outputValueCount({ job, column }: PlannedOutput, partition: ArrowPartition): number {
  return column.shape.kind === 'flat' ? partition.rowCount : partition.valueCount(job.operands[0]!);
}

/** Whether an output has a validity bitmap in a partition. */
export function outputHasValidity({ job, result }: PlannedOutput, partition: ArrowPartition): boolean {
  const { nanIsNull, validityFrom } = job.program.results[result]!;
  return nanIsNull || validityFrom.some((operand) => partition.hasNulls(job.operands[operand]!));
}

/** Length and null count of the output's nodes; the null counts of outputs are added up as they come. */
export function outputNodes(layout: BatchLayout, partition: ArrowPartition): number[] {
  const nodes: number[] = [];
  for (const origin of layout.nodes) {
    if (origin.kind === 'input') nodes.push(partition.nodeLength(origin.node), partition.nullCount(origin.node));
    else nodes.push(outputValueCount(layout.outputs[origin.output]!, partition), 0);
  }
  return nodes;
}

/** Buffers of the output's record batch, variadic ones included. */
export function outputBufferCount({ segments }: BatchLayout, partition: ArrowPartition): number {
  let count = 0;
  for (const segment of segments) {
    count += segment.kind === 'output' ? 2 : partition.bufferIndex(segment.end) - partition.bufferIndex(segment.start);
  }
  return count;
}
