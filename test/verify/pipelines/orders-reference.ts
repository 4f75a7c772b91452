/** All orders and payments at once: DuckDB joins them, and says which orders no payment can pay in time any more. */
import { shardStarts } from '../expected.ts';
import { rowsOf, sqlText, withDuckdb } from '../duckdb.ts';
import { shardOf } from '../records-by-shard.ts';
import { ordersInput } from '../../../local/inputs/orders.ts';
import type { Input } from '../../../local/inputs/input.ts';
import type { Row } from '../compare.ts';
import { arrivalsOf, type Arrived } from './arrivals.ts';
import { countsOf, type Reference } from './reference.ts';

const RECEIVERS = 4;
const WITHIN_MS = 15 * 60_000;
const LATENESS_MS = 60_000;
const DISORDER_MS = { orders: 30_000, payments: 60_000 };

interface Paying {
  readonly orderId: string;
  readonly timeMs: number;
}

const RESULTS = `
  SELECT o.orderId AS key, greatest(o.timeMs, coalesce(p.timeMs, o.timeMs)) AS windowStartMs, windowStartMs + 1 AS windowEndMs,
    o.shop AS shop, o.cents AS cents, p.paymentId AS paymentId, (p.timeMs - o.timeMs) / 1000 AS paidAfterS
  FROM orders o LEFT JOIN payments p
    ON p.orderId = o.orderId AND p.timeMs BETWEEN o.timeMs AND o.timeMs + getvariable('within_ms') AND p.cents >= o.cents
  WHERE p.paymentId IS NOT NULL OR o.timeMs + getvariable('within_ms') + getvariable('lateness_ms') < getvariable('reached_ms')`;

export async function ordersReference(_input: Input, records: number, shards: number): Promise<Reference> {
  const read = (stream: 'orders' | 'payments') =>
    arrivalsOf<Paying>({
      input: ordersInput(stream),
      records,
      shards,
      timeOf: ({ timeMs }) => timeMs,
      maxOutOfOrdernessMs: DISORDER_MS[stream],
    });
  const [orders, payments] = [await read('orders'), await read('payments')];
  const reachedMs = Math.min(...orders.watermarks.values(), ...payments.watermarks.values());
  const results = await withDuckdb(async (connection) => {
    await connection.run(`SET VARIABLE within_ms = ${WITHIN_MS}`);
    await connection.run(`SET VARIABLE lateness_ms = ${LATENESS_MS}`);
    await connection.run(`SET VARIABLE reached_ms = ${reachedMs}`);
    const tableOf = (name: string, form: string, rows: ReadonlyArray<Arrived<Paying>>): string => {
      const text = JSON.stringify(rows.filter(isInTime).map(({ value }) => value));
      return `CREATE TABLE ${name} AS SELECT unnest(from_json(${sqlText(text)}, ${sqlText(`[${form}]`)}), recursive := true)`;
    };
    const times = '"orderId":"VARCHAR","timeMs":"BIGINT","cents":"BIGINT"';
    await connection.run(tableOf('orders', `{${times},"shop":"VARCHAR"}`, orders.records));
    await connection.run(tableOf('payments', `{${times},"paymentId":"VARCHAR"}`, payments.records));
    return rowsOf(connection, RESULTS);
  });
  const starts = shardStarts(RECEIVERS);
  const all = [...orders.records, ...payments.records];
  const late = all
    .filter((one) => !isInTime(one))
    .map(({ value, watermarkMs }): Row => ({
      partition: `by-orderId/r${shardOf(value.orderId, starts)}`,
      key: value.orderId,
      eventTimeMs: value.timeMs,
      watermarkMs,
      data: JSON.stringify(value),
    }));
  return {
    results,
    firings: results,
    late,
    sideOutputs: {},
    counts: countsOf(all.length, { results, firings: results, late }),
  };
}

/** By the shard's own time. */
function isInTime({ value, watermarkMs = Number.NEGATIVE_INFINITY }: Arrived<Paying>): boolean {
  return value.timeMs + LATENESS_MS >= watermarkMs;
}
