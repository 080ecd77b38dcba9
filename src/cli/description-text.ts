import type { FileDescription } from '../index.js';
import { fileText } from './file-text.js';
import { formatTable, oneLine } from './table.js';
import { formatBytes, formatCountOf } from './units.js';

/** What `inspect` prints: the file, its columns, and the keys of its metadata. */
export function descriptionText(file: FileDescription): string {
  const lines = [`${oneLine(file.path)}: ${fileText(file)}`, formatCountOf(file.columns.length, 'column')];
  if (file.columns.length > 0) {
    const cells = file.columns.map(({ name, type, nullable, transformable }) => [
      oneLine(name),
      oneLine(type),
      nullable ? 'nullable' : 'not null',
      transformable ? 'numeric' : '',
    ]);
    lines.push(formatTable(cells, '  '));
  }
  if (file.metadata.length > 0) {
    const keys = file.metadata.map(({ key, byteLength }) => `${oneLine(key)} (${formatBytes(byteLength)})`);
    lines.push(`metadata: ${keys.join(', ')}`);
  }
  return `${lines.join('\n')}\n`;
}
