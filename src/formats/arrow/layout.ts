import { hasOwnNulls, type Job, type OutputColumn } from '../../plan/job.js';
import type { Column } from '../../plan/schema.js';
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

export function layOut(schema: ArrowSchema, jobs: readonly Job[]): BatchLayout {
  const outputs = jobs.flatMap((job) =>
    job.outputs.map((column, result) => ({ job, column, result, node: 0, isFirst: false })),
  );
  const segments: Segment[] = [];
  const nodes: NodeOrigin[] = [];
  const replaced = [...outputs.entries()]
    .flatMap(([output, { column }]) =>
      column.replaces === undefined ? [] : [{ output, ...replacedPart(schema, column, column.replaces) }],
    )
    .sort((a, b) => a.buffer - b.buffer);
  let nextBuffer = 0;
  let nextNode = 0;
  const copyTo = (buffer: number, node: number): void => {
    if (buffer > nextBuffer) segments.push({ kind: 'copy', start: nextBuffer, end: buffer });
    for (; nextNode < node; nextNode++) nodes.push({ kind: 'input', node: nextNode });
  };
  for (const { output, buffer, node, endBuffer, endNode } of replaced) {
    copyTo(buffer, node);
    segments.push({ kind: 'output', output });
    nodes.push({ kind: 'output', output });
    nextBuffer = endBuffer;
    nextNode = endNode;
  }
  copyTo(schema.bufferCount, schema.nodeCount);
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

/** The input's nodes and buffers in whose place an output stands: a list's values, or all of it for one value a list. */
function replacedPart({ places }: ArrowSchema, { shape }: OutputColumn, { index }: Column) {
  const { node, buffer, valuesNode, valuesBuffer } = places[index]!;
  const isWhole = shape.kind === 'flat';
  return {
    buffer: isWhole ? buffer : valuesBuffer,
    node: isWhole ? node : valuesNode,
    endBuffer: valuesBuffer + 2,
    endNode: valuesNode + 1,
  };
}

/** Values that an output has in a partition. */
export function outputValueCount({ job, column }: PlannedOutput, partition: ArrowPartition): number {
  return column.shape.kind === 'flat' ? partition.rowCount : partition.valueCount(job.operands[0]!);
}

/** Whether an output has a validity bitmap in a partition. */
export function outputHasValidity({ job, column, result }: PlannedOutput, partition: ArrowPartition): boolean {
  const { validityFrom } = job.program.results[result]!;
  return hasOwnNulls(job, column, result) || validityFrom.some((operand) => partition.hasNulls(job.operands[operand]!));
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
