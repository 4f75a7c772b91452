/** Runs a process function: its state in tables, its timers in one more. */
import { dataError } from '../decode.ts';
import type {
  BoundOperator,
  DomainTimer,
  Element,
  Operator,
  OperatorContext,
  TimeDomain,
  Verdict,
} from '../operator.ts';
import type { Entry, Table, TableSpec } from '../state/table.ts';
import type { TableView } from '../state/table-view.ts';
import type { Timer } from '../state/timer.ts';
import { MAX_EVENT_TIME_MS, MIN_EVENT_TIME_MS } from '../time/watermark.ts';
import type { ProcessContext, ProcessFunction, ProcessTimer } from './process-function.ts';
import type { StateDescriptor } from './state-descriptors.ts';
import { handleOf, isExpired, MAX_ENTRIES, type StateTable } from './state-handles.ts';
import { storedTable, type Stored } from './stored.ts';

type AnyFunction = ProcessFunction<
  unknown,
  Readonly<Record<string, StateDescriptor>>,
  Readonly<Record<string, 'json'>>,
  string
>;

export function processOperator(id: string, given: AnyFunction): Operator {
  const states = Object.entries(given.state ?? {});
  const timers: TableSpec = {
    name: `${id}/timers`,
    routedBy: 'group',
    groups: 'text',
    write: () => undefined,
    read: () => ({ hash: 0 }),
  };
  const tables = [timers, ...states.map(([name, descriptor]) => storedTable(id, name, descriptor) as TableSpec)];
  return Object.freeze({
    id,
    schema: [
      `${id}: process(version=${given.version ?? 1})`,
      ...states.map(
        ([name, { kind, ttlMs }]) => `${id} state ${name}: ${kind}${ttlMs === undefined ? '' : ' with time'}`,
      ),
    ],
    tables,
    tablesAs: () => tables,
    delayMs: 0,
    bind: (context: OperatorContext) => new ProcessRun(context, given, states),
    timersOf: ([timerTable, ...stored]: readonly Table[]) => [
      ...[...(timerTable as Table).groups].flatMap(([key, entries]) =>
        [...entries.keys()].map((text) => timerFrom(key as string, text)),
      ),
      ...stored.flatMap((table, i) => forgetTimers(table, i, states[i]?.[1].ttlMs)),
    ],
  });
}

/** Inside of its key, a timer is named by its clock, time and name. */
const timerText = (domain: TimeDomain, timeMs: number, name: string): string =>
  `${domain === 'event' ? 'e' : 'p'}${timeMs}:${name}`;

function timerFrom(key: string, text: string): DomainTimer {
  const colon = text.indexOf(':');
  return {
    domain: text.startsWith('e') ? 'event' : 'processing',
    timer: { timeMs: Number(text.slice(1, colon)), startMs: 0, key, kind: `user:${text}` },
  };
}

/** What has a time to live is looked at when that has passed: by then it may have been written anew. */
function forgetTimer(index: number, group: number | string, key: string, dueMs: number): DomainTimer {
  return {
    domain: 'event',
    timer: {
      timeMs: dueMs,
      startMs: 0,
      key: String(group === 0 ? key : group),
      kind: `forget:${index}:${group === 0 ? '' : key}`,
    },
  };
}

function forgetTimers(table: Table, index: number, ttlMs: number | undefined): DomainTimer[] {
  if (ttlMs === undefined) return [];
  return [...table.groups].flatMap(([group, entries]) =>
    [...entries].map(([key, entry]) => forgetTimer(index, group, key, (entry as Stored).writtenMs + ttlMs)),
  );
}

/**
 * So many timers of one key may be set by timers for a time that has come: they fire at the same instant, which is
 * committed as a whole, so that a timer that sets itself again would never let it end.
 */
const MAX_TIMERS_AT_ONCE = 1_000;

/** The instant of one clock at which timers fire, and how many timers each key has set for it or before it. */
class Instant {
  #moveMs = Number.NaN;
  #timeMs = Number.NaN;
  readonly #setBy = new Map<string, number>();

  /** A timer of this time fires, in a move of its clock to `moveMs`. */
  reach(timeMs: number, moveMs: number): void {
    if (moveMs === this.#moveMs && timeMs <= this.#timeMs) return;
    this.#moveMs = moveMs;
    this.#timeMs = timeMs;
    this.#setBy.clear();
  }

  /** @throws TIMER_LOOP (data) */
  set(key: string, timeMs: number): void {
    if (timeMs > this.#timeMs) return;
    const timers = (this.#setBy.get(key) ?? 0) + 1;
    if (timers > MAX_TIMERS_AT_ONCE)
      throw dataError(
        'TIMER_LOOP',
        `timers must set at most ${MAX_TIMERS_AT_ONCE} timers for a time that has come, got one more at ${timeMs}; set a later one`,
      );
    this.#setBy.set(key, timers);
  }
}

class ProcessRun implements BoundOperator {
  readonly #context: OperatorContext;
  readonly #function: AnyFunction;
  readonly #timers: TableView;
  readonly #tables: readonly StateTable[];
  /** Whose turn it is. */
  #key = '';
  #eventTimeMs = 0;
  /** The timer that is due: the watermark has reached at least this. */
  #atLeastMs = Number.MIN_SAFE_INTEGER;
  readonly #instants = { event: new Instant(), processing: new Instant() };
  /** Of the timer that is being called, if it is one. */
  #firing: TimeDomain | undefined;

  constructor(context: OperatorContext, given: AnyFunction, states: ReadonlyArray<readonly [string, StateDescriptor]>) {
    this.#context = context;
    this.#function = given;
    this.#timers = context.tables[0] as TableView;
    this.#tables = states.map(([name, descriptor], i) => ({
      name,
      descriptor,
      view: context.tables[i + 1] as TableView<Stored>,
      nowMs: () => this.#nowMs(),
      writeMs: () => Math.max(this.#nowMs(), this.#eventTimeMs),
      onNew: (group, key, writtenMs) => {
        if (descriptor.ttlMs !== undefined) this.#schedule(forgetTimer(i, group, key, writtenMs + descriptor.ttlMs));
      },
    }));
  }

  process({ key, value, eventTimeMs }: Element): Verdict {
    this.#turn(key, eventTimeMs, Number.MIN_SAFE_INTEGER);
    this.#firing = undefined;
    this.#function.onRecord({ key, value, eventTimeMs }, this.#contextFor(key) as never);
    return 'accepted';
  }

  onTimer(timer: Timer): void {
    if (timer.kind.startsWith('forget:')) this.#forget(timer);
    else this.#call(timer, 'event');
  }

  onProcessingTimer(timer: Timer): void {
    this.#call(timer, 'processing');
  }

  #call({ key, timeMs, kind }: Timer, domain: TimeDomain): void {
    const text = kind.slice('user:'.length);
    // It may have been deleted since.
    if (this.#timers.get(key, text) === undefined) return;
    this.#timers.delete(key, text);
    const { targetMs, processingTimeMs } = this.#context;
    this.#instants[domain].reach(timeMs, domain === 'event' ? targetMs : processingTimeMs);
    this.#firing = domain;
    const due: ProcessTimer = { key, timeMs, domain, name: text.slice(text.indexOf(':') + 1) };
    this.#context.attempt({ timer: due.name, timeMs }, key, () => {
      this.#turn(
        key,
        domain === 'event' ? timeMs : processingTimeMs,
        domain === 'event' ? timeMs : Number.MIN_SAFE_INTEGER,
      );
      this.#function.onTimer?.(due, this.#contextFor(key) as never);
    });
  }

  #forget({ timeMs, key, kind }: Timer): void {
    const [, index, inner = ''] = /^forget:(\d+):(.*)$/su.exec(kind) as unknown as [string, string, string];
    const table = this.#tables[Number(index)] as StateTable;
    const place: readonly [number | string, string] = table.descriptor.kind === 'value' ? [0, key] : [key, inner];
    const stored = table.view.get(...place);
    if (stored === undefined) return;
    const { ttlMs = 0 } = table.descriptor;
    if (isExpired(stored.writtenMs, ttlMs, timeMs)) table.view.delete(...place);
    else this.#schedule(forgetTimer(Number(index), ...place, stored.writtenMs + ttlMs));
  }

  #turn(key: string, eventTimeMs: number, atLeastMs: number): void {
    this.#key = key;
    this.#eventTimeMs = eventTimeMs;
    this.#atLeastMs = atLeastMs;
  }

  #nowMs(): number {
    return Math.max(this.#atLeastMs, this.#context.watermarkOf(this.#key));
  }

  #contextFor(key: string): ProcessContext<unknown, Readonly<Record<string, unknown>>, string> {
    return {
      state: Object.fromEntries(this.#tables.map((table) => [table.name, handleOf(table, key)])),
      watermarkMs: this.#nowMs(),
      processingTimeMs: this.#context.processingTimeMs,
      setTimer: (timeMs, name = '') => this.#setTimer('event', key, timeMs, name),
      deleteTimer: (timeMs, name = '') => this.#timers.delete(key, timerText('event', timeMs, name)),
      setProcessingTimer: (timeMs, name = '') => this.#setTimer('processing', key, timeMs, name),
      deleteProcessingTimer: (timeMs, name = '') => this.#timers.delete(key, timerText('processing', timeMs, name)),
      emit: (values) => this.#emit(key, values),
      emitTo: (output, value) => this.#emitTo(key, output, value),
    };
  }

  #setTimer(domain: TimeDomain, key: string, timeMs: number, name: string): void {
    if (
      !Number.isSafeInteger(timeMs) ||
      timeMs < MIN_EVENT_TIME_MS ||
      timeMs > MAX_EVENT_TIME_MS ||
      !name.isWellFormed() ||
      name.length > 200
    ) {
      throw dataError(
        'TIMER_INVALID',
        `timer must have a whole number of ms and a name of at most 200 characters, got ${timeMs} and ${name.length} characters; set it by record.eventTimeMs`,
      );
    }
    const text = timerText(domain, timeMs, name);
    if (this.#timers.get(key, text) !== undefined) return;
    if (this.#timers.sizeOf(key) >= MAX_ENTRIES)
      throw dataError(
        'TIMERS_TOO_MANY',
        `timers of one key must be at most ${MAX_ENTRIES}, got one more; set one timer for several records, at a rounded time`,
      );
    if (this.#firing === domain) this.#instants[domain].set(key, timeMs);
    this.#timers.put(key, text, { hash: 0 } satisfies Entry);
    this.#schedule(timerFrom(key, text));
  }

  #emit(key: string, values: Readonly<Record<string, unknown>>): void {
    const row = Object.fromEntries(Object.keys(this.#function.results).map((name) => [name, values[name]]));
    this.#context.emit({
      key,
      windowStartMs: this.#eventTimeMs,
      windowEndMs: this.#eventTimeMs + 1,
      revision: 1,
      sequence: this.#context.nextSequence(),
      values: row,
    });
  }

  #emitTo(key: string, output: string, value: unknown): void {
    if (this.#function.outputs?.includes(output) !== true) {
      throw dataError(
        'OUTPUT_UNKNOWN',
        `output must be one of ${this.#function.outputs?.join(', ') || 'none'}, got ${JSON.stringify(output)}; name it in outputs`,
      );
    }
    this.#context.emitTo(output, key, this.#eventTimeMs, value);
  }

  #schedule({ domain, timer }: DomainTimer): void {
    this.#context.schedule(domain, timer);
  }
}
