/** Two lists of rows in any order: what is in one only. */
export function differencesOf(
  got: ReadonlyArray<Readonly<Record<string, unknown>>>,
  expected: ReadonlyArray<Readonly<Record<string, unknown>>>,
): string[] {
  const left = new Map<string, number>();
  for (const row of expected) left.set(textOf(row), (left.get(textOf(row)) ?? 0) + 1);
  const more: string[] = [];
  for (const row of got) {
    const text = textOf(row);
    const n = left.get(text) ?? 0;
    if (n === 0) more.push(`unexpected ${text}`);
    else left.set(text, n - 1);
  }
  return [...[...left].flatMap(([text, n]) => Array.from({ length: n }, () => `missing ${text}`)), ...more];
}

/** The order of columns says nothing. */
function textOf(row: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
}
