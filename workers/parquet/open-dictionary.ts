/** Dictionaries in the slot whose values are looked up, whatever their type: opened once for all pages that refer to them. */
import type { OpenDictionary, OpenDictionaryTask } from '../../src/abi/recode.js';
import { openDictionary } from './page-body.js';
import { corruptColumn, kernelOf, type PageContext } from './page-context.js';

/** @throws LW_CORRUPT_INPUT where the page doesn't hold the dictionary's values */
export function findDictionaryValues(task: OpenDictionaryTask, context: PageContext): void {
  const { name, page, valueByteLength, opened } = task;
  const { valueCount, places } = opened;
  const { start, end } = openDictionary(name, page, context, opened.address);
  const found =
    places > 0
      ? kernelOf(context, 'byte_arrays_find')(start, end, valueCount, places)
      : Math.floor((end - start) / Math.max(1, valueByteLength));
  if (found < valueCount) throw corruptColumn(name, `a dictionary of ${valueCount} values in ${end - start} bytes`);
}

/** Where a value stands, without its length. */
export function valuePlace(
  { view }: PageContext,
  { address, places }: OpenDictionary,
  valueByteLength: number,
  index: number,
): { readonly address: number; readonly byteLength: number } {
  if (places === 0) return { address: address + index * valueByteLength, byteLength: valueByteLength };
  const place = view.getUint32(places + 4 * index, true);
  return { address: place + 4, byteLength: view.getUint32(place, true) };
}
