import { MemorySink } from '../../../adapters/memory/sink.ts';
import type { ResultRow } from '../../../engine/outputs.ts';
import { logIdOf } from '../../../engine/partition-log/log-id.ts';
import type { Delivery, Sink, SinkReceipt } from '../../../engine/ports.ts';
import { RowsRefused } from '../../../engine/rows-refused.ts';
import { nameOfLog, streamOf } from '../plan.ts';
import type { Faults } from './faults.ts';
import type { Instance } from './instance.ts';
import type { Schedule } from './schedule.ts';

type Rule = (row: Omit<ResultRow, 'values'>) => boolean;

/** A table beside the other readers whose service never takes some rows, the same ones each time (ADR 16). */
export class PickyTable implements Sink {
  readonly name = 'picky';
  readonly isRefused: Rule;
  readonly #table = new MemorySink();
  /** By stream and row: the versions whose outbox had its dead letter. */
  readonly letters = new Map<string, Set<string>>();

  constructor(isRefused: Rule) {
    this.isRefused = isRefused;
  }

  get results(): MemorySink['results'] {
    return this.#table.results;
  }

  async deliver(delivery: Delivery): Promise<SinkReceipt> {
    this.#noteLetters(delivery);
    const { outbox } = delivery;
    const refused = outbox.results.filter((row) => this.isRefused(row));
    const results = outbox.results.filter((row) => !this.isRefused(row));
    const receipt = await this.#table.deliver({ ...delivery, outbox: { ...outbox, results } });
    if (refused.length === 0) return receipt;
    throw new RowsRefused(
      this.name,
      refused.map((row) => ({ row, reason: 'simulated: too large' })),
      receipt,
    );
  }

  #noteLetters({ partition, version, outbox }: Delivery): void {
    for (const { code, data } of outbox.deadLetters) {
      if (code !== 'RESULT_REFUSED') continue;
      const id = `${streamOf(nameOfLog(partition))} ${placeOf(JSON.parse(new TextDecoder().decode(data)) as ResultRow)}`;
      this.letters.set(id, (this.letters.get(id) ?? new Set()).add(`${logIdOf(partition)} ${version}`));
    }
  }
}

/** What no two rows of a log have in common. */
export function placeOf({ key, sequence, windowStartMs, windowEndMs, revision }: Omit<ResultRow, 'values'>): string {
  return JSON.stringify([key, sequence ?? [windowStartMs, windowEndMs], revision]);
}

/** The picky table as one instance meets it. */
export class FaultyPickyTable implements Sink {
  readonly name = 'picky';
  readonly #table: PickyTable;
  readonly #faults: Faults;
  readonly #schedule: Schedule;
  readonly #instance: Instance;

  constructor(
    table: PickyTable,
    { faults, schedule }: { readonly faults: Faults; readonly schedule: Schedule },
    instance: Instance,
  ) {
    this.#table = table;
    this.#faults = faults;
    this.#schedule = schedule;
    this.#instance = instance;
  }

  deliver(delivery: Delivery): Promise<SinkReceipt> {
    if (this.#faults.decide('picky.failsBefore')) return this.#instance.fail('picky table failed');
    if (this.#faults.decide('picky.executedLate')) {
      // Its answer, a refusal or not, reaches none.
      this.#schedule.after(this.#faults.delayMs(), () => void this.#table.deliver(delivery).catch(() => undefined));
      return this.#instance.fail('picky table executed late');
    }
    return this.#instance.call(() => this.#table.deliver(delivery), this.#faults.decide('picky.replyLost'));
  }
}
