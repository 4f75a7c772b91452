/** Rows as Flink's tests write them. */
export type Row = Readonly<Record<string, unknown>>;

/** The columns that are in the rows; computed ones and watermarks are not. */
export function rowOf(schema: readonly string[], [, ...values]: readonly unknown[]): Row {
  const columns = schema
    .filter((column) => !/ AS |^WATERMARK /i.test(column))
    .map((column) => (column.split(' ')[0] as string).replaceAll('`', ''));
  return Object.fromEntries(columns.map((column, i) => [column, values[i]]));
}

/** @example changeText(['+I', 1, null]) // '+I[1, null]' */
export function changeText(row: string | readonly unknown[]): string {
  if (typeof row === 'string') return row;
  const [kind, ...values] = row;
  return `${String(kind)}[${values.map((value) => String(value)).join(', ')}]`;
}

/** @example timeOf('2020-10-10 00:00:01') // as UTC, in ms since 1970 */
export const timeOf = (text: string): number => Date.parse(`${text.replace(' ', 'T')}Z`);

/** Without seconds that are 0. @example timeText(0) // '1970-01-01T00:00' */
export const timeText = (timeMs: number): string =>
  new Date(timeMs)
    .toISOString()
    .replace(/\.000Z$/, '')
    .replace(/:00$/, '');
