import { z } from 'zod/mini';
import { from, hours, kafka, kinesis, minutes, pipeline, resultTable, type Pipeline } from '../../../engine/index.ts';
import type { UnionWorld } from '../exchange/union-world.ts';
import { rowText, type Event, type Rules } from './naive-join.ts';

/** Before all of a test's rows; the world's clock stands two hours later. */
export const START_MS = 1_000_000 * 60_000;

const ORDER = z.object({ id: z.string(), key: z.nullable(z.string()), timeMs: z.number(), amount: z.number() });
/** Other names for the same things. */
const PAYMENT = z.object({ no: z.string(), of: z.nullable(z.string()), paidMs: z.number(), amount: z.number() });

export interface JoinRules extends Rules {
  readonly receivers?: readonly [number, ...number[]];
  readonly maxRowsPerKey?: number;
  /** In the place of a comparison of amounts. */
  readonly where?: (amounts: readonly [left: number, right: number]) => boolean;
  /** Called with what comes out. */
  readonly selected?: (left: string | null, right: string | null) => void;
}

export const RULES: JoinRules = {
  kind: 'inner',
  lowerMs: 0,
  upperMs: 10,
  allowedLatenessMs: 0,
  disorderMs: { left: 0, right: 0 },
  isAbove: false,
};

/** Orders of a stream with payments of a topic, which has other names for key and time. */
export function joinedStream(rules: JoinRules) {
  const { kind, lowerMs, upperMs, allowedLatenessMs, disorderMs, isAbove, maxRowsPerKey, receivers = [2] } = rules;
  const where = rules.where ?? (isAbove ? ([left, right]: readonly [number, number]) => right > left : undefined);
  const settings = { idleTimeoutMs: minutes(1), maxClockSkewMs: hours(1) };
  return pipeline('joined')
    .source(kinesis({ stream: 'orders', schema: ORDER }))
    .eventTime(({ timeMs }) => timeMs, { ...settings, maxOutOfOrdernessMs: disorderMs.left })
    .join(
      from(kafka({ topic: 'payments', schema: PAYMENT })).eventTime(({ paidMs }) => paidMs, {
        ...settings,
        maxOutOfOrdernessMs: disorderMs.right,
      }),
      {
        kind,
        on: { left: 'key', right: 'of' },
        lowerMs,
        upperMs,
        allowedLatenessMs,
        ...(maxRowsPerKey === undefined ? {} : { maxRowsPerKey }),
        ...(where === undefined ? {} : { where: (left, right) => where([left.amount, right.amount]) }),
        exchange: { receivers },
        results: { left: 'text', right: 'text' },
        select: (left, right) => {
          const ids = { left: left?.id ?? null, right: right?.no ?? null };
          rules.selected?.(ids.left, ids.right);
          return ids;
        },
      },
    );
}

export function joinedOrders(rules: JoinRules): Pipeline {
  return joinedStream(rules).to(resultTable());
}

export const orderOf = ({ id, key, timeMs, amount }: Event) => ({ id, key, timeMs: START_MS + timeMs, amount });
export const paymentOf = ({ id, key, timeMs, amount }: Event) => ({
  no: id,
  of: key,
  paidMs: START_MS + timeMs,
  amount,
});

/** All that has come out, as the oracle writes it. */
export function rowsOf({ world }: UnionWorld): string[] {
  const byPlace = new Map(world.sink.results.map((row) => [`${row.key}/${row.sequence}`, row]));
  return [...byPlace.values()]
    .map(({ values, windowStartMs }) =>
      rowText(values.left as string | null, values.right as string | null, windowStartMs - START_MS),
    )
    .sort();
}

/** Until all sources are idle and have been followed to their end. */
export async function bringOut(world: UnionWorld, sources: readonly string[]): Promise<void> {
  await world.world.clock.sleep(hours(2));
  for (let round = 0; round < 3; round++)
    for (const source of sources) {
      await world.tick(source);
      await world.receiveAll();
    }
}
