import { dataError, MAX_KEY_BYTES } from '../decode.ts';
import { requireExact } from '../exact-number.ts';
import type { BoundOperator, DomainTimer, Element, Operator, OperatorContext, Verdict } from '../operator.ts';
import type { Entry, Table, TableSpec } from '../state/table.ts';
import type { TableView } from '../state/table-view.ts';
import type { Timer } from '../state/timer.ts';

export interface Deduplication {
  /** What two records have in common that are the same event, e.g. an event id. Compared within a key; 7 and '7' are one. */
  readonly by: (value: never) => string | number;
  /** How far event time goes on until an id is forgotten, above 0. */
  readonly withinMs: number;
}

interface Seen extends Entry {
  readonly eventTimeMs: number;
}

/** Lets the first record of an id through; those that repeat it count as processed, and do nothing. */
export function deduplicateOperator(id: string, { by, withinMs }: Deduplication): Operator {
  const spec: TableSpec<Seen> = {
    name: `${id}/ids`,
    routedBy: 'group',
    groups: 'text',
    write: (writer, { eventTimeMs }) => writer.number(eventTimeMs),
    read: (reader) => ({ eventTimeMs: reader.definedNumber(), hash: 0 }),
  };
  const forget = (key: string, seenId: string, eventTimeMs: number): DomainTimer => ({
    domain: 'event',
    timer: { timeMs: eventTimeMs + withinMs, startMs: 0, key, kind: seenId },
  });
  /**
   * Behind an exchange a row goes by the watermark that it carries, as if what it has passed were forgotten already: by
   * the receiver's own, which may be behind it, results would depend on which sender came first (PL-44).
   */
  const isRemembered = (entry: Seen | undefined, key: string, context: OperatorContext): boolean => {
    if (entry === undefined) return false;
    const lateFromMs = context.lateFrom(key);
    return lateFromMs === context.watermarkOf(key) || entry.eventTimeMs + withinMs > lateFromMs;
  };
  return Object.freeze({
    id,
    schema: [`${id}: deduplicate`],
    tables: [spec as TableSpec],
    tablesAs: () => [spec as TableSpec],
    delayMs: 0,
    bind: (context: OperatorContext): BoundOperator => {
      const seen = context.tables[0] as TableView<Seen>;
      return {
        process: (element: Element): Verdict => {
          const { key, value, eventTimeMs } = element;
          const seenId = idOf(by(value as never));
          if (isRemembered(seen.get(key, seenId), key, context)) return 'accepted';
          // Older than the memory: whether it was there already is not known, but its window may still want it.
          if (eventTimeMs + withinMs > context.lateFrom(key)) {
            seen.put(key, seenId, { eventTimeMs, hash: 0 });
            context.schedule('event', forget(key, seenId, eventTimeMs).timer);
          }
          return context.forward(element);
        },
        onTimer: ({ key, kind, timeMs }: Timer) => {
          const entry = seen.get(key, kind);
          if (entry !== undefined && entry.eventTimeMs + withinMs <= timeMs) seen.delete(key, kind);
        },
      };
    },
    timersOf: ([table]: readonly Table[]) =>
      [...(table as Table).groups].flatMap(([key, ids]) =>
        [...ids].map(([seenId, entry]) => forget(key as string, seenId, (entry as Seen).eventTimeMs)),
      ),
  });
}

function idOf(given: unknown): string {
  const id = typeof given === 'number' ? String(requireExact('ID_INVALID', 'id for deduplication', given)) : given;
  if (typeof id !== 'string' || id === '' || id.length > MAX_KEY_BYTES || !id.isWellFormed()) {
    throw dataError(
      'ID_INVALID',
      `id for deduplication must be 1 to ${MAX_KEY_BYTES} characters of valid text, got ${typeof id === 'string' ? `${id.length} characters` : typeof id}; correct the producer`,
    );
  }
  return id;
}
