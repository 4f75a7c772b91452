/** One row of anything: text and numbers by name. */
export type Row = Readonly<Record<string, unknown>>;

/** What was held against what, and where they differ. */
export interface Comparison {
  readonly what: string;
  /** Rows on both sides. */
  readonly compared: number;
  readonly differences: number;
  /** The first differences, in words. */
  readonly first: readonly string[];
}

const SHOWN = 5;

/** Collects differences, and keeps the first few. */
class Differences {
  readonly first: string[] = [];
  count = 0;

  add(text: string): void {
    this.count += 1;
    if (this.first.length < SHOWN) this.first.push(text);
  }
}

/**
 * Two sets of rows, matched by `idOf`: none missing, none extra, none twice, each with the same fields, each field equal
 * bit for bit.
 */
export function compareRows(
  what: string,
  idOf: (row: Row) => string,
  { expected, actual }: { readonly expected: readonly Row[]; readonly actual: readonly Row[] },
): Comparison {
  const differences = new Differences();
  const rest = new Map(expected.map((row) => [idOf(row), row]));
  if (rest.size !== expected.length)
    differences.add(`${expected.length - rest.size} expected rows share their id with another`);
  const seen = new Set<string>();
  for (const row of actual) {
    const id = idOf(row);
    const counterpart = rest.get(id);
    rest.delete(id);
    if (counterpart !== undefined) compareFields(id, counterpart, row, differences);
    else differences.add(`${id}: ${seen.has(id) ? 'there twice' : 'not expected'}: ${JSON.stringify(row)}`);
    seen.add(id);
  }
  for (const [id, row] of rest) differences.add(`${id}: missing: ${JSON.stringify(row)}`);
  return { what, compared: seen.size, differences: differences.count, first: differences.first };
}

/** Single figures by name. */
export function compareCounts(what: string, expected: Row, actual: Row): Comparison {
  const differences = new Differences();
  compareFields(what, expected, actual, differences);
  return { what, compared: Object.keys(expected).length, differences: differences.count, first: differences.first };
}

function compareFields(id: string, expected: Row, actual: Row, differences: Differences): void {
  for (const name of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
    if (!Object.is(expected[name], actual[name]))
      differences.add(`${id}: ${name} must be ${show(expected[name])}, got ${show(actual[name])}`);
  }
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
