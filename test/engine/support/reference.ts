/**
 * What the pipeline of these tests must give, the slow and obvious way: the whole list at once, every number computed anew
 * from all records that count. Shares no code with the engine.
 */
export type Input =
  | { readonly kind: 'reading'; readonly key: string; readonly timeMs: number; readonly value: number }
  | { readonly kind: 'garbage'; readonly body: string };

export interface Rules {
  readonly sizeMs: number;
  readonly maxOutOfOrdernessMs: number;
  readonly allowedLatenessMs: number;
}

export interface ReferenceResult {
  readonly key: string;
  readonly windowStartMs: number;
  readonly windowEndMs: number;
  readonly revision: number;
  readonly values: Readonly<Record<string, number>>;
}

export interface Reference {
  readonly results: ReferenceResult[];
  /** Places in the list. */
  readonly late: number[];
  readonly dead: number[];
}

interface Counted {
  readonly key: string;
  readonly startMs: number;
  readonly value: number;
}

export function referenceOf(
  inputs: readonly Input[],
  { sizeMs, maxOutOfOrdernessMs, allowedLatenessMs }: Rules,
): Reference {
  const results: ReferenceResult[] = [];
  const late: number[] = [];
  const dead: number[] = [];
  const counted: Counted[] = [];
  let watermarkMs = -Infinity;

  const fire = (key: string, startMs: number): void => {
    const values = counted.filter((one) => one.key === key && one.startMs === startMs).map(({ value }) => value);
    const total = values.reduce((a, b) => a + b, 0);
    const revision = 1 + results.filter((row) => row.key === key && row.windowStartMs === startMs).length;
    results.push({
      key,
      windowStartMs: startMs,
      windowEndMs: startMs + sizeMs,
      revision,
      values: {
        n: values.length,
        total,
        least: Math.min(...values),
        most: Math.max(...values),
        average: total / values.length,
      },
    });
  };

  inputs.forEach((input, place) => {
    if (input.kind === 'garbage') {
      dead.push(place);
      return;
    }
    let startMs = 0;
    while (startMs > input.timeMs) startMs -= sizeMs;
    while (startMs + sizeMs <= input.timeMs) startMs += sizeMs;
    const endMs = startMs + sizeMs;
    if (endMs + allowedLatenessMs <= watermarkMs) {
      late.push(place);
      return;
    }
    counted.push({ key: input.key, startMs, value: input.value });
    if (endMs <= watermarkMs) fire(input.key, startMs);
    const before = watermarkMs;
    watermarkMs = Math.max(watermarkMs, input.timeMs - maxOutOfOrdernessMs);
    const due = new Map(
      counted
        .filter((one) => one.startMs + sizeMs > before && one.startMs + sizeMs <= watermarkMs)
        .map((one) => [JSON.stringify([one.startMs, one.key]), one]),
    );
    const inOrder = [...due.values()].sort((a, b) => a.startMs - b.startMs || (a.key < b.key ? -1 : 1));
    for (const { key, startMs: start } of inOrder) fire(key, start);
  });
  return { results, late, dead };
}
