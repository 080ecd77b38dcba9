/** The Arrow schema of a Parquet file of nothing but flat columns of numbers and booleans. */
import { MemoryFile } from '../../storage/memory-file.js';
import type { ArrowSchema } from '../arrow/schema.js';
import { streamSchema } from '../arrow/stream-messages.js';
import { FileMessageReader } from '../arrow/stream-source.js';
import { readArrowSchema } from '../parquet/arrow-schema.js';
import { ARROW_SCHEMA_KEY, FileMetaData, KeyValue } from '../parquet/definitions.js';
import type { ParquetSource } from '../parquet/source.js';
import { miniatureOf } from './miniature.js';
import { ParquetLibrary } from './parquet-library.js';

/** `undefined` where a column isn't such, or Arrow is to have it as another type than Parquet stores. */
export async function numericArrowSchema(source: ParquetSource): Promise<ArrowSchema | undefined> {
  const { columns } = source.schema;
  if (columns.some(({ type, path, shape }) => type === undefined || path.length > 1 || shape.kind !== 'flat'))
    return undefined;
  const schema = storedSchema(source) ?? (await librarySchema(source));
  const arrowColumns = schema.schema.columns;
  const isSame =
    arrowColumns.length === columns.length &&
    columns.every(({ name, type }, index) => {
      const other = arrowColumns[index];
      return other?.name === name && other.type === type && other.shape.kind === 'flat';
    });
  return isSame ? schema : undefined;
}

/** What the file was made of, where it tells, and where the file's own metadata has nothing beyond it. */
function storedSchema({ footer }: ParquetSource): ArrowSchema | undefined {
  const schema = readArrowSchema(footer);
  if (schema === undefined) return undefined;
  const { table } = schema;
  const keys = new Set(Array.from({ length: table.customMetadataLength() }, (_, i) => table.customMetadata(i)?.key()));
  keys.add(ARROW_SCHEMA_KEY);
  const entries = footer.metadata.structs(FileMetaData.keyValueMetadata);
  return entries.every((entry) => keys.has(entry.string(KeyValue.key))) ? schema : undefined;
}

async function librarySchema({ file, footer }: ParquetSource): Promise<ArrowSchema> {
  const library = await ParquetLibrary.load();
  const stream = library.decode(miniatureOf(file, footer, []), 0, 0, file.name);
  const message = await new FileMessageReader(new MemoryFile(file.name, stream)).next();
  return streamSchema(message?.message, file.name);
}
