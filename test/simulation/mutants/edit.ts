/** One change to a file: the text `find`, which must occur once, becomes `replace`. White space is the formatter's. */
export interface Edit {
  /** From the root of the repository. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/**
 * Where a text stands in a source, however a formatter has broken the lines of either: white space and the comma
 * behind a last element do not count.
 *
 * @returns the offset at which each place begins and the one behind it
 */
export function placesOf(source: string, find: string): Array<readonly [start: number, end: number]> {
  const inSource = visible(source);
  const sought = visible(find).text;
  const places: Array<readonly [number, number]> = [];
  for (let at = inSource.text.indexOf(sought); at >= 0; at = inSource.text.indexOf(sought, at + 1)) {
    places.push([inSource.offsets[at]!, inSource.offsets[at + sought.length - 1]! + 1]);
  }
  return places;
}

/** @returns the source with the edit made, or undefined unless its text occurs once */
export function edited(source: string, { find, replace }: Edit): string | undefined {
  const [place, ...others] = placesOf(source, find);
  if (place === undefined || others.length > 0) return undefined;
  return `${source.slice(0, place[0])} ${replace} ${source.slice(place[1])}`;
}

/** The characters that count, and at which offset each stands. */
function visible(source: string): { readonly text: string; readonly offsets: readonly number[] } {
  const offsets: number[] = [];
  for (const { 0: character, index } of source.matchAll(/\S/g)) {
    if (/[)\]}]/.test(character) && source[offsets.at(-1) ?? -1] === ',') offsets.pop();
    offsets.push(index);
  }
  return { text: offsets.map((offset) => source[offset]).join(''), offsets };
}
