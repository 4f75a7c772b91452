/** One value of each of many rows, so that equal and rising ones take little room: `{by: 20, steps: [50, 3]}` is 1,000 and 1,060. */
export type Column = readonly unknown[] | Steps | Texts;

/** The first one, and of each other by how much it is above the one before: so many times `by`. */
interface Steps {
  readonly by: number;
  readonly steps: readonly number[];
}

/** Each text once, and where it is. */
interface Texts {
  readonly texts: readonly string[];
  readonly at: readonly number[];
}

/** Numbers from here on are times or counters: what they rise by is shorter than they are. */
const WORTH_STEPS = 1e6;

export function packed(values: readonly unknown[]): Column {
  const [first] = values;
  if (typeof first === 'string') return asTexts(values) ?? values;
  if (typeof first === 'number' && Math.abs(first) >= WORTH_STEPS) return asSteps(values) ?? values;
  return values;
}

/** Only where adding them up gives the very same: doubles hold no more than 2^53. */
function asSteps(values: readonly unknown[]): Steps | undefined {
  const steps: number[] = [];
  let by = 0;
  let before = 0;
  for (const value of values) {
    const step = (value as number) - before;
    if (!Number.isSafeInteger(value) || !Number.isSafeInteger(step)) return undefined;
    steps.push(step);
    if (by !== 1) by = commonDivisor(by, step);
    before = value as number;
  }
  return { by, steps: by === 1 ? steps : steps.map((step) => step / by) };
}

export function commonDivisor(a: number, b: number): number {
  let [divisor, rest] = [Math.abs(a), Math.abs(b)];
  while (rest > 0) [divisor, rest] = [rest, divisor % rest];
  return divisor;
}

/** Only where they repeat. */
function asTexts(values: readonly unknown[]): Texts | undefined {
  const places = new Map<string, number>();
  const at: number[] = [];
  for (const value of values) {
    if (typeof value !== 'string') return undefined;
    const place = places.get(value) ?? places.size;
    places.set(value, place);
    at.push(place);
  }
  return places.size * 2 > values.length ? undefined : { texts: [...places.keys()], at };
}

export function unpacked(column: Column): readonly unknown[] {
  if ('texts' in column) return column.at.map((place) => column.texts[place]);
  if (!('steps' in column)) return column;
  let sum = 0;
  return column.steps.map((step) => (sum += step * column.by));
}
