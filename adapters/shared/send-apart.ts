/**
 * How a sink finds out which row of a call its service will not take. Services refuse a call, or a partition's part of it,
 * as a whole for one record in it, so what was refused together is sent again in halves, in its order:
 *
 *     a b C d ──refused──► a b ──► taken
 *                          C d ──refused──► C ──► refused: the row
 *                                           d ──► taken
 */
import type { TidemarkError } from '../../engine/errors.ts';
import { messageOf } from '../../engine/errors.ts';
import type { ResultRow } from '../../engine/outputs.ts';
import type { SinkReceipt } from '../../engine/ports.ts';
import { RowsRefused } from '../../engine/rows-refused.ts';

/** Of what a refusal speaks: of its row; of every row, such as a missing right; or of either, which the other rows tell. */
export type RefusalOf = 'row' | 'every row' | 'either';

/** A row on its way, in the form in which its service takes it. */
export interface Outgoing {
  readonly row: ResultRow;
}

/** Rows that were refused as one. */
export interface RefusedTogether<R extends Outgoing> {
  readonly rows: readonly R[];
  readonly error: unknown;
  /** Where it is one row, the refusal is known to speak of it alone. */
  readonly isCertain: boolean;
}

export interface RefusedAlone extends Outgoing {
  readonly error: unknown;
  readonly isCertain: boolean;
}

/** What came of some rows. */
export interface Sent {
  /** The service has at least one of them. */
  readonly isTaking: boolean;
  readonly refused: readonly RefusedAlone[];
}

/**
 * Sends rows until the service has each of them or has refused it alone.
 *
 * @param send one call: rows that it does not return, the service has · throws what concerns every row
 */
export async function sendApart<R extends Outgoing>(
  rows: readonly R[],
  send: (some: readonly R[]) => Promise<ReadonlyArray<RefusedTogether<R>>>,
): Promise<Sent> {
  const together = await send(rows);
  const sent: Sent[] = [
    { isTaking: together.reduce((left, some) => left - some.rows.length, rows.length) > 0, refused: [] },
  ];
  for (const { rows: some, error, isCertain } of together) {
    const [first] = some;
    if (first === undefined) continue;
    if (some.length === 1) {
      sent.push({ isTaking: false, refused: [{ row: first.row, error, isCertain }] });
      continue;
    }
    const half = Math.ceil(some.length / 2);
    sent.push(await sendApart(some.slice(0, half), send), await sendApart(some.slice(half), send));
  }
  return allSent(sent);
}

export function allSent(sent: readonly Sent[]): Sent {
  return { isTaking: sent.some(({ isTaking }) => isTaking), refused: sent.flatMap(({ refused }) => refused) };
}

/**
 * Tells refusals of rows from one that concerns every row: a service that takes other rows refuses these for what they are.
 *
 * @throws SINK_REFUSED as RowsRefused when the service will never take some · what `failure` makes of one that may concern all
 */
export function requireTaken(
  sink: string,
  { isTaking, refused }: Sent,
  receipt: SinkReceipt,
  failure: (one: RefusedAlone) => TidemarkError,
): SinkReceipt {
  const general = refused.find(({ isCertain }) => !isCertain && !isTaking);
  if (general !== undefined) throw failure(general);
  if (refused.length === 0) return receipt;
  throw new RowsRefused(
    sink,
    refused.map(({ row, error }) => ({ row, reason: messageOf(error) })),
    receipt,
  );
}
