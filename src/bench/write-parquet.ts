import { fileWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import { type Batch, batchCount, type Dataset, logitName, makeBatch } from './dataset.js';

/** Batches of the dataset that are written at a time: 1,048,576 rows. */
const WRITTEN_BATCH_COUNT = 16;

/**
 * Writes the dataset as Parquet with SNAPPY pages: continuous logits PLAIN, quantized ones with a dictionary.
 * @param rowGroupRowCount at most as many rows as are written at a time, which is what a row group has if this isn't given
 */
export function writeParquet(path: string, dataset: Dataset, rowGroupRowCount?: number): void {
  let writer: ParquetWriter | undefined;
  for (let first = 0; first < batchCount(dataset); first += WRITTEN_BATCH_COUNT) {
    const end = Math.min(first + WRITTEN_BATCH_COUNT, batchCount(dataset));
    const batches = Array.from({ length: end - first }, (_, index) => makeBatch(dataset, first + index));
    const columnData = columnsOf(batches, dataset);
    writer ??= new ParquetWriter({ writer: fileWriter(path), schema: schemaFromColumnData({ columnData }) });
    const rowCount = batches.reduce((sum, batch) => sum + batch.end - batch.start, 0);
    writer.write({ columnData, rowGroupSize: rowGroupRowCount ?? rowCount });
  }
  writer?.finish();
}

function columnsOf(batches: readonly Batch[], { logitCount, values }: Dataset) {
  const encoding = values === 'quantized' ? ('RLE_DICTIONARY' as const) : ('PLAIN' as const);
  const rowCount = batches.reduce((sum, batch) => sum + batch.end - batch.start, 0);
  const place = (batch: Batch) => batch.start - (batches[0]?.start ?? 0);
  const id = new BigInt64Array(rowCount);
  const count = new Int32Array(rowCount);
  const logits = Array.from({ length: logitCount }, () => new Float64Array(rowCount));
  for (const batch of batches) {
    id.set(batch.id, place(batch));
    count.set(batch.count, place(batch));
    for (const [column, data] of batch.logits.entries()) logits[column]?.set(data, place(batch));
  }
  return [
    { name: 'id', data: id, type: 'INT64' as const, nullable: false, encoding: 'PLAIN' as const },
    ...logits.map((data, index) => ({
      name: logitName(index),
      data,
      type: 'DOUBLE' as const,
      nullable: false,
      encoding,
    })),
    { name: 'count', data: count, type: 'INT32' as const, nullable: false, encoding: 'PLAIN' as const },
  ];
}
