const GAP = '  ';

/** Breaks a text between words into lines of at most `width` characters; a longer word stands on a line of its own. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && characterCount(last) + 1 + characterCount(word) <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else {
      lines.push(word);
    }
  }
  return lines;
}

/**
 * Lays out rows in columns as wide as their texts. Where that is too wide together the widest are wrapped, but never
 * within a word, so that a table of long words may come out wider than `width`.
 */
export function tableLines(rows: readonly (readonly string[])[], width: number): string[] {
  const widths: number[] = [];
  const minWidths: number[] = [];
  for (const [column, cell] of rows.flatMap((row) => [...row.entries()])) {
    widths[column] = Math.max(widths[column] ?? 0, characterCount(cell));
    minWidths[column] = Math.max(minWidths[column] ?? 0, ...cell.split(/\s+/).map(characterCount));
  }
  let excess = widths.reduce((sum, value) => sum + value, GAP.length * (widths.length - 1)) - width;
  while (excess > 0) {
    const shrinkable = widths.map((value, column) => (value > minWidths[column]! ? value : 0));
    const widest = shrinkable.indexOf(Math.max(...shrinkable));
    if (widest < 0 || shrinkable[widest] === 0) break;
    widths[widest]!--;
    excess--;
  }
  return rows.flatMap((row) => rowLines(row, widths));
}

function rowLines(row: readonly string[], widths: readonly number[]): string[] {
  const cells = widths.map((width, column) => wrap(row[column] ?? '', width));
  const height = Math.max(...cells.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) =>
    cells
      .map((cell, column) => pad(cell[line] ?? '', widths[column]!))
      .join(GAP)
      .trimEnd(),
  );
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - characterCount(text)));
}

function characterCount(text: string): number {
  return [...text].length;
}
