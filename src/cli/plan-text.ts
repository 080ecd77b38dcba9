import type { PlanDescription, PlannedColumn, PlannedFile, PlannedJob, PlannedMemory } from '../index.js';
import { fileText } from './file-text.js';
import { formatTable, oneLine } from './table.js';
import { formatBytes, formatCount, formatCountOf } from './units.js';

/** What `--dry-run` prints: both files, the jobs, the output's columns and the memory arithmetic. */
export function planText(plan: PlanDescription): string {
  return `${[
    formatTable([
      ['input', endText(plan.input)],
      ['output', endText(plan.output)],
      ['memory', memoryText(plan.memory)],
    ]),
    ...plan.jobs.map(jobText),
    'columns of the output',
    formatTable(plan.columns.map(columnCells), '  '),
  ].join('\n')}\n`;
}

function endText(file: PlannedFile): string {
  return `${file.path === '-' ? 'standard stream' : oneLine(file.path)}: ${fileText(file)}`;
}

function memoryText({ slotCount, slotByteLength, totalBytes, budgetBytes, threads }: PlannedMemory): string {
  const product = `${formatCountOf(slotCount, 'slot')} × ${formatBytes(slotByteLength)} = ${formatBytes(totalBytes)}`;
  return `${product} of at most ${formatBytes(budgetBytes)}, ${formatCountOf(threads, 'thread')}`;
}

function jobText({ transform, functions, reads, writes }: PlannedJob): string {
  const written = writes.map(({ name, type, replaces }) =>
    oneLine(`${name} (${type}${replaces === undefined ? ', new' : `, in place of ${replaces}`})`),
  );
  return [
    oneLine(transform),
    formatTable(
      [
        ['computes', functions],
        ['reads', listText(reads.map(oneLine))],
        ['writes', listText(written)],
      ],
      '  ',
    ),
  ].join('\n');
}

/** A row may be thousands of columns wide: the first few tell which they are. */
function listText(names: readonly string[]): string {
  const shown = names.slice(0, 8).join(', ');
  return names.length > 8 ? `${shown} and ${formatCount(names.length - 8)} more` : shown;
}

function columnCells({ name, type, nullable, origin }: PlannedColumn): readonly string[] {
  return [oneLine(name), oneLine(type), nullable ? 'nullable' : 'not null', origin];
}
