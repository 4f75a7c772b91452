import { ServiceError } from '../service-error.ts';
import { consumedBy, readUnits, writeUnits } from './capacity.ts';
import { changed, changeOf, type Change, type Changed, type ChangeKind } from './change.ts';
import { project } from './expressions/document.ts';
import { expressionsOf } from './expressions/of-request.ts';
import { keyOf } from './key.ts';
import { asStructure, list, structure, tableName, text, type Members } from './request.ts';
import { invalid } from './service-error.ts';
import type { TableStore } from './table-store.ts';
import { checkedItem } from './value.ts';

const MAX_ACTIONS = 100;
const KINDS: readonly ChangeKind[] = ['ConditionCheck', 'Put', 'Delete', 'Update'];
/** How long a repeat of a transaction is known by its token. */
const TOKEN_MS = 10 * 60_000;

interface Cancelled {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: unknown;
}

/** Transactions by the token of their client, so that a repeat changes nothing; a restart forgets them. */
export class Transactions {
  readonly #done = new Map<string, { readonly request: string; readonly untilMs: number }>();

  write(store: TableStore, members: Members, nowMs: number): object {
    const token = text(members, 'ClientRequestToken');
    const request = JSON.stringify(members['TransactItems']);
    for (const [known, { untilMs }] of this.#done) if (untilMs <= nowMs) this.#done.delete(known);
    const earlier = token === undefined ? undefined : this.#done.get(token);
    if (earlier !== undefined && earlier.request !== request)
      throw new ServiceError(
        'IdempotentParameterMismatchException',
        'The request uses the same client token as a previous, but non-identical request.',
      );
    const reply = earlier === undefined ? transactWriteItems(store, members) : {};
    if (token !== undefined && earlier === undefined) this.#done.set(token, { request, untilMs: nowMs + TOKEN_MS });
    return reply;
  }
}

function transactWriteItems(store: TableStore, members: Members): object {
  const changes = list(members, 'TransactItems', MAX_ACTIONS).map((one) => actionOf(store, asStructure(one)));
  const places = changes.map(({ table, key }) => JSON.stringify([table.number, key.hash, key.range]));
  if (new Set(places).size < places.length)
    throw invalid('Transaction request cannot include multiple operations on one item');
  const outcomes = changes.map((change) => outcomeOf(store, change));
  const reasons = outcomes.map((outcome): Cancelled => ('Code' in outcome ? outcome : { Code: 'None' }));
  if (reasons.some(({ Code }) => Code !== 'None'))
    throw new ServiceError(
      'TransactionCanceledException',
      `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons.map(({ Code }) => Code).join(', ')}]`,
      { CancellationReasons: reasons },
    );
  const units = new Map<string, number>();
  const writes = outcomes.flatMap((outcome, i) => {
    const { before, write } = outcome as Changed;
    const { name } = (changes[i] as Change).table.definition;
    units.set(name, (units.get(name) ?? 0) + 2 * writeUnits(write?.bytes ?? 0, before.stored?.bytes));
    return write === undefined || (changes[i] as Action).kind === 'ConditionCheck' ? [] : [write];
  });
  store.write(writes);
  return consumedBy(members, units);
}

export function transactGetItems(store: TableStore, members: Members): object {
  const units = new Map<string, number>();
  const Responses = list(members, 'TransactItems', MAX_ACTIONS).map((one) => {
    const get = structure(asStructure(one), 'Get');
    const { ProjectionExpression: paths, scope } = expressionsOf(get, ['ProjectionExpression']);
    const table = store.table(tableName(get));
    const stored = table.at(keyOf(table.definition.keys, checkedItem(structure(get, 'Key'))));
    const { name } = table.definition;
    units.set(name, (units.get(name) ?? 0) + 2 * readUnits(stored?.bytes ?? 0, true));
    if (stored === undefined) return {};
    const item = store.item(stored);
    if (paths === undefined) return { Item: item };
    const resolved = paths.map((path) => scope.path(path));
    return { Item: project(item, resolved) };
  });
  return { Responses, ...consumedBy(members, units) };
}

type Action = Change & { readonly kind: ChangeKind };

function actionOf(store: TableStore, one: Members): Action {
  const given = KINDS.filter((kind) => one[kind] !== undefined);
  const [kind] = given;
  if (kind === undefined || given.length > 1)
    throw invalid('TransactItems can only contain one of Check, Put, Update or Delete');
  return { ...changeOf(store, kind, structure(one, kind)), kind };
}

function outcomeOf(store: TableStore, change: Change): Changed | Cancelled {
  try {
    return changed(store, change);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const Code = error.type === 'ValidationException' ? 'ValidationError' : 'ConditionalCheckFailed';
    return { Code, Message: error.message, ...error.members };
  }
}
