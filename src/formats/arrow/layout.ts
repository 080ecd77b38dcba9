import { hasOwnNulls, type Job, type OutputColumn } from '../../plan/job.js';
import type { Column } from '../../plan/schema.js';
import type { ArrowPartition } from './batch.js';
import { jointNullCount } from './joint-validity.js';
import type { ArrowSchema, FieldPlace } from './schema.js';
import { listForm } from './types.js';

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
  /** One bitmap that has a bit set where all of the fields have. */
  | { readonly kind: 'validity'; readonly level: readonly FieldPlace[] }
  /** The validity and the values of an output. */
  | { readonly kind: 'output'; readonly output: number };

/** What a node of the output is: the input's, but perhaps null where one of the structs around it is, or an output's. */
export type NodeOrigin =
  | { readonly kind: 'input'; readonly node: number }
  | { readonly kind: 'validity'; readonly level: readonly FieldPlace[] }
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
      // The lists are the first operand's, without the structs that they are in.
      for (const level of schema.places[job.operands[0]!.index]!.levels.slice(0, -1)) {
        const { field, node, buffer } = level.at(-1)!;
        const end = buffer + (listForm(field).kind === 'offsets' ? 2 : 1);
        if (level.length === 1) {
          segments.push({ kind: 'copy', start: buffer, end });
          nodes.push({ kind: 'input', node });
        } else {
          segments.push({ kind: 'validity', level }, { kind: 'copy', start: buffer + 1, end });
          nodes.push({ kind: 'validity', level });
        }
      }
    }
    segments.push({ kind: 'output', output });
    nodes.push({ kind: 'output', output });
  }
  for (const [node, origin] of nodes.entries()) if (origin.kind === 'output') outputs[origin.output]!.node = node;
  const seen = new Set<Job>();
  for (const segment of segments) {
    if (segment.kind !== 'output') continue;
    const output = outputs[segment.output]!;
    output.isFirst = !seen.has(output.job);
    seen.add(output.job);
  }
  return { outputs, outputIndex: new Map(outputs.map(({ column }, index) => [column, index])), segments, nodes };
}

/** The input's nodes and buffers in whose place an output stands: a list's values, or all of it for one value a list. */
export function replacedPart({ places }: ArrowSchema, { shape }: OutputColumn, { index }: Column) {
  const { values, ...own } = places[index]!;
  const { buffer, node } = shape.kind === 'flat' ? own : values;
  return { buffer, node, endBuffer: values.buffer + 2, endNode: values.node + 1 };
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
    else if (origin.kind === 'validity')
      nodes.push(partition.nodeLength(origin.level[0]!.node), jointNullCount(partition, origin.level));
    else nodes.push(outputValueCount(layout.outputs[origin.output]!, partition), 0);
  }
  return nodes;
}

/** Buffers of the output's record batch, variadic ones included. */
export function outputBufferCount({ segments }: BatchLayout, partition: ArrowPartition): number {
  let count = 0;
  for (const segment of segments) {
    if (segment.kind === 'copy') count += partition.bufferIndex(segment.end) - partition.bufferIndex(segment.start);
    else count += segment.kind === 'output' ? 2 : 1;
  }
  return count;
}
