import { MemorySink } from '../../../adapters/memory/sink.ts';
import { DEFAULT_BACK_OFF } from '../../../adapters/shared/back-off.ts';
import { putEntries } from '../../../adapters/shared/put-entries.ts';
import { resultId, sideOutputId, type ResultRow } from '../../../engine/outputs.ts';
import type { Delivery, Sink, SinkReceipt } from '../../../engine/ports.ts';
import { nameOfLog, type Plan } from '../plan.ts';
import { hashOf } from '../plan/shard-planner.ts';
import { PickyTable, placeOf } from './picky-table.ts';
import type { Faults } from './faults.ts';
import type { Instance } from './instance.ts';
import type { Schedule } from './schedule.ts';

/** What readers see: a table that keeps the newest revision, and a lake that keeps every line it ever got. */
export class Readers implements Sink {
  readonly name = 'readers';
  readonly table = new MemorySink();
  /** Lines by id: an at-least-once sink may hold one twice, but never two that differ. */
  readonly lake = new Map<string, string>();
  repeats = 0;
  /** Stands beside them in some worlds. */
  readonly picky: PickyTable | undefined;

  constructor({ refusedOf }: Pick<Plan, 'refusedOf'>) {
    const isRefused = (row: Omit<ResultRow, 'values'>) => hashOf(placeOf(row)) % BigInt(refusedOf) === 0n;
    this.picky = refusedOf === 0 ? undefined : new PickyTable(isRefused);
  }

  async deliver(delivery: Delivery): Promise<SinkReceipt> {
    this.lines(delivery, delivery.outbox.results);
    return this.rest(delivery);
  }

  /** The results' lines, as many as the lake took at once. */
  lines({ partition, epochMs }: Pick<Delivery, 'partition' | 'epochMs'>, results: readonly ResultRow[]): void {
    const by: Speaker = { log: nameOfLog(partition), epochMs };
    for (const { values, ...row } of results) {
      this.#line(resultId(partition.pipeline, { ...row, values }, epochMs), JSON.stringify({ ...row, ...by, values }));
    }
  }

  /** All but the results' lines. */
  async rest(delivery: Delivery): Promise<SinkReceipt> {
    const { partition, epochMs, outbox } = delivery;
    const by: Speaker = { log: nameOfLog(partition), epochMs };
    const place = `${epochMs}/${by.log}`;
    for (const side of outbox.sideOutputs) {
      const id = `${side.output}/side/${sideOutputId(partition.partition, side, epochMs)}`;
      this.#line(id, JSON.stringify({ ...side, ...by }));
    }
    for (const { offset, subSequence, data, ...rest } of outbox.lateRecords) {
      this.#line(`late/${place}/${offset}/${subSequence}`, JSON.stringify({ ...rest, data: [...data] }));
    }
    for (const { offset, subSequence, data, ...rest } of outbox.deadLetters) {
      // Of a result, and no record's: the picky table counts them.
      if (rest.code === 'RESULT_REFUSED') continue;
      this.#line(`dead/${place}/${offset}/${subSequence}`, JSON.stringify({ ...rest, data: [...data] }));
    }
    return this.table.deliver(delivery);
  }

  #line(id: string, line: string): void {
    const known = this.lake.get(id);
    if (known === undefined) this.lake.set(id, line);
    else if (known === line) this.repeats++;
    else throw new Error(`two different lines with the id ${id}: ${known} and ${line}`);
  }
}

/** The log that said a line. */
export interface Speaker {
  /** `nameOf` its shard. */
  readonly log: string;
  readonly epochMs: number;
}

/** The sinks as one instance meets them. */
export class FaultySink implements Sink {
  readonly name = 'simulated';
  readonly #readers: Readers;
  readonly #schedule: Schedule;
  readonly #faults: Faults;
  readonly #instance: Instance;
  readonly #onFailure: (error: unknown) => void;

  constructor(
    world: { readers: Readers; schedule: Schedule; faults: Faults; fail(error: unknown): void },
    instance: Instance,
  ) {
    this.#readers = world.readers;
    this.#schedule = world.schedule;
    this.#faults = world.faults;
    this.#instance = instance;
    this.#onFailure = (error) => world.fail(error);
  }

  async deliver(delivery: Delivery): Promise<SinkReceipt> {
    const execute = (part: Delivery) => this.#guard(() => this.#readers.deliver(part));
    if (this.#faults.decide('sink.failsBefore')) return this.#instance.fail('sink failed');
    if (this.#faults.decide('sink.executedLate')) {
      // What goes wrong is known to the world already.
      this.#schedule.after(this.#faults.delayMs(), () => void execute(delivery).catch(() => undefined));
      return this.#instance.fail('sink executed late');
    }
    if (this.#faults.decide('sink.partial')) {
      const results = delivery.outbox.results.filter((_, i) => i % 2 === 0);
      await this.#instance.call(() => execute({ ...delivery, outbox: { ...delivery.outbox, results } }), false);
      return this.#instance.fail('sink took a part');
    }
    await this.#putLines(delivery);
    return this.#instance.call(
      () => this.#guard(() => this.#readers.rest(delivery)),
      this.#faults.decide('sink.replyLost'),
    );
  }

  /** Line by line, as into a service that may refuse some of a call (PL-18). */
  async #putLines({ partition, epochMs, outbox }: Delivery): Promise<void> {
    const send = (rows: readonly ResultRow[]) =>
      this.#instance.call(
        () =>
          this.#guard(async () => {
            const isPartial = this.#faults.decide('sink.refusesSome');
            const answers = rows.map((_, i) => ({ refusal: isPartial && i % 3 === 0 ? 'refused' : undefined }));
            // For the last one there may be no answer at all.
            if (isPartial) answers.pop();
            this.#readers.lines(
              { partition, epochMs },
              rows.filter((_, i) => answers[i] !== undefined && answers[i].refusal === undefined),
            );
            return answers;
          }),
        false,
      );
    await putEntries(outbox.results, {
      send,
      clock: this.#schedule,
      backOff: DEFAULT_BACK_OFF,
      random: { unit: () => 0.5 },
      sink: this.name,
    });
  }

  /** Whatever the readers see that never may be ends the simulation. */
  async #guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#onFailure(error);
      throw error;
    }
  }
}
