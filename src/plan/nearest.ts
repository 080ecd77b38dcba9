import { quote } from './quote.js';

/** Longer names are neither compared nor suggested: nobody mistypes them, and comparing costs the square of the length. */
const MAX_COMPARED_LENGTH = 128;

/**
 * Up to `count` of the names that `wanted` was most likely meant to be, nearest first: by edit distance, case aside, or
 * because one begins with the other.
 */
export function nearestNames(wanted: string, names: Iterable<string>, count = 3): string[] {
  if (wanted.length > MAX_COMPARED_LENGTH) return [];
  const target = wanted.toLowerCase();
  const maxDistance = Math.max(1, Math.floor(target.length / 3));
  const candidates: { readonly name: string; readonly distance: number }[] = [];
  for (const name of new Set(names)) {
    if (name === '' || name.length > MAX_COMPARED_LENGTH) continue;
    const candidate = name.toLowerCase();
    const isPrefix = target.length >= 2 && (candidate.startsWith(target) || target.startsWith(candidate));
    if (!isPrefix && Math.abs(candidate.length - target.length) > maxDistance) continue;
    const distance = editDistance(target, candidate);
    if (distance <= maxDistance) candidates.push({ name, distance });
    else if (isPrefix) candidates.push({ name, distance: maxDistance + distance });
  }
  candidates.sort((a, b) => a.distance - b.distance);
  return candidates.slice(0, count).map(({ name }) => name);
}

/** ` (did you mean "a" or "b"?)` for the end of a message's clause, or nothing where no name is near. */
export function suggestion(wanted: string, names: Iterable<string>): string {
  const nearest = nearestNames(wanted, names).map(quote);
  if (nearest.length === 0) return '';
  const last = nearest.pop();
  return ` (did you mean ${nearest.length === 0 ? last : `${nearest.join(', ')} or ${last}`}?)`;
}

/** Insertions, deletions, substitutions and swaps of neighbours that turn one text into the other. */
export function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let distance = Math.min(current[j - 1]! + 1, previous[j]! + 1, previous[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, beforePrevious[j - 2]! + 1);
      }
      current.push(distance);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length]!;
}
