/** Ascending lists of different numbers. */

/** How many are below the value: where it is, or belongs. */
export function placeIn(list: readonly number[], value: number): number {
  let from = 0;
  let to = list.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((list[middle] as number) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** How many are at or below the value. */
export function placeAfter(list: readonly number[], value: number): number {
  const place = placeIn(list, value);
  return list[place] === value ? place + 1 : place;
}

/** What is in one of them or both. */
export function union(a: readonly number[], b: readonly number[]): number[] {
  const both: number[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    const next = Math.min(a[i] ?? Infinity, b[j] ?? Infinity);
    both.push(next);
    if (a[i] === next) i++;
    if (b[j] === next) j++;
  }
  return both;
}
