import { MemorySink } from '../../../adapters/memory/sink.ts';
import { logIdOf } from '../../../engine/partition-log/log-id.ts';
import { resultId } from '../../../engine/outputs.ts';
import type { Delivery, Sink, SinkReceipt } from '../../../engine/ports.ts';
import type { Faults } from './faults.ts';
import type { Instance } from './instance.ts';
import type { Schedule } from './schedule.ts';

/** What readers see: a table that keeps the newest revision, and a lake that keeps every line it ever got. */
export class Readers {
  readonly table = new MemorySink();
  /** Lines by id: an at-least-once sink may hold one twice, but never two that differ. */
  readonly lake = new Map<string, string>();
  repeats = 0;

  async deliver(delivery: Delivery): Promise<SinkReceipt> {
    const { partition, outbox } = delivery;
    for (const row of outbox.results) this.#line(resultId(partition.pipeline, row), JSON.stringify(row));
    const place = logIdOf(partition);
    for (const { offset, subSequence, data, ...rest } of outbox.lateRecords) {
      this.#line(`${place}/late/${offset}/${subSequence}`, JSON.stringify({ ...rest, data: [...data] }));
    }
    for (const { offset, subSequence, data, ...rest } of outbox.deadLetters) {
      this.#line(`${place}/dead/${offset}/${subSequence}`, JSON.stringify({ ...rest, data: [...data] }));
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

/** The sinks as one instance meets them. */
export class FaultySink implements Sink {
  readonly name = 'simulated';
  readonly #readers: Readers;
  readonly #schedule: Schedule;
  readonly #faults: Faults;
  readonly #instance: Instance;
  readonly #onFailure: (error: unknown) => void;

  constructor(world: { readers: Readers; schedule: Schedule; faults: Faults; fail(error: unknown): void }, instance: Instance) {
    this.#readers = world.readers;
    this.#schedule = world.schedule;
    this.#faults = world.faults;
    this.#instance = instance;
    this.#onFailure = (error) => world.fail(error);
  }

  async deliver(delivery: Delivery): Promise<SinkReceipt> {
    const execute = async (part: Delivery) => {
      try {
        return await this.#readers.deliver(part);
      } catch (error) {
        this.#onFailure(error);
        throw error;
      }
    };
    if (this.#faults.decide('sink.failsBefore')) return this.#instance.fail('sink failed');
    if (this.#faults.decide('sink.executedLate')) {
      this.#schedule.after(this.#faults.delayMs(), () => void execute(delivery));
      return this.#instance.fail('sink executed late');
    }
    if (this.#faults.decide('sink.partial')) {
      const results = delivery.outbox.results.filter((_, i) => i % 2 === 0);
      await this.#instance.call(() => execute({ ...delivery, outbox: { ...delivery.outbox, results } }), false);
      return this.#instance.fail('sink took a part');
    }
    return this.#instance.call(() => execute(delivery), this.#faults.decide('sink.replyLost'));
  }
}
