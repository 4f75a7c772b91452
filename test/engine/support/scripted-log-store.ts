import { TidemarkError } from '../../../engine/errors.ts';
import type { LogEntry } from '../../../engine/partition-log/entry.ts';
import type { LogStore, PutOutcome } from '../../../engine/ports.ts';

/**
 * What becomes of one put:
 *
 *     ok             executed, answered
 *     lost request   never executed, no answer
 *     lost reply     executed, no answer
 *     late           no answer; executed when the test says so
 */
export type PutFate = 'ok' | 'lost request' | 'lost reply' | 'late';

export interface SeenPut {
  readonly logId: string;
  readonly slot: number;
  readonly entry: LogEntry;
  readonly expectedVersion: number | undefined;
}

/** A log store whose faults are written down beforehand. */
export class ScriptedLogStore implements LogStore {
  readonly puts: SeenPut[] = [];
  /** Fates of the next puts; `ok` when it is empty. */
  script: PutFate[] = [];
  /** Runs once, before the next put: what another instance does in between. */
  beforePut: (() => Promise<unknown>) | undefined;
  /** Changes what each read gives. */
  onRead: ((entries: LogEntry[]) => LogEntry[]) | undefined;
  reads = 0;
  readonly #inner: LogStore;
  readonly #late: Array<() => Promise<PutOutcome>> = [];

  constructor(inner: LogStore) {
    this.#inner = inner;
  }

  async put(logId: string, slot: number, entry: LogEntry, expectedVersion: number | undefined): Promise<PutOutcome> {
    const interposed = this.beforePut;
    this.beforePut = undefined;
    await interposed?.();
    this.puts.push({ logId, slot, entry, expectedVersion });
    const execute = () => this.#inner.put(logId, slot, entry, expectedVersion);
    const fate = this.script.shift() ?? 'ok';
    if (fate === 'ok') return execute();
    if (fate === 'late') this.#late.push(execute);
    if (fate === 'lost reply') await execute();
    throw new TidemarkError('unavailable', 'LOG_UNAVAILABLE', `put must be answered, got a ${fate}; try again`);
  }

  async read(logId: string, slots: readonly number[]): Promise<LogEntry[]> {
    this.reads++;
    const entries = await this.#inner.read(logId, slots);
    return this.onRead?.(entries) ?? entries;
  }

  /** Executes the puts that were on their way all the time. */
  async arriveLate(): Promise<PutOutcome[]> {
    const outcomes: PutOutcome[] = [];
    for (const execute of this.#late.splice(0)) outcomes.push(await execute());
    return outcomes;
  }
}
