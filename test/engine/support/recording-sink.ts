import { TidemarkError } from '../../../engine/errors.ts';
import type { DeadLetter, LateRecord, Outbox, ResultRow, SideOutput } from '../../../engine/outputs.ts';
import { logIdOf } from '../../../engine/partition-log/log-id.ts';
import type { Delivery, Sink, SinkReceipt } from '../../../engine/ports.ts';

/** Keeps every delivery, in the order of partitions and versions, and refuses a repeat that says something else. */
export class RecordingSink implements Sink {
  readonly name = 'recording';
  /** Versions as they came, repeats included. */
  readonly versions: number[] = [];
  isDown = false;
  readonly #byVersion = new Map<
    string,
    { readonly commitId: string; readonly outbox: Outbox; readonly text: string }
  >();

  async deliver({ partition, version, commitId, outbox }: Delivery): Promise<SinkReceipt> {
    if (this.isDown) throw new TidemarkError('unavailable', 'SINK_UNAVAILABLE', 'sink must answer, got nothing; wait');
    const text = textOf([commitId, outbox]);
    const id = `${logIdOf(partition)}/${String(version).padStart(12, '0')}`;
    const known = this.#byVersion.get(id);
    if (known !== undefined && known.text !== text)
      throw new Error(`delivery ${id} changed from ${known.text} to ${text}`);
    this.#byVersion.set(id, { commitId, outbox, text });
    this.versions.push(version);
    return { rows: outbox.results.length, writeUnits: 0 };
  }

  get results(): ResultRow[] {
    return this.#all().flatMap(({ results }) => results);
  }

  get lateRecords(): LateRecord[] {
    return this.#all().flatMap(({ lateRecords }) => lateRecords);
  }

  get sideOutputs(): SideOutput[] {
    return this.#all().flatMap(({ sideOutputs }) => sideOutputs);
  }

  get deadLetters(): DeadLetter[] {
    return this.#all().flatMap(({ deadLetters }) => deadLetters);
  }

  /** Everything that came out, repeats left out, as one text: equal texts are equal bytes. */
  get text(): string {
    return textOf([this.results, this.lateRecords, this.deadLetters]);
  }

  #all(): Outbox[] {
    return [...this.#byVersion].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { outbox }]) => outbox);
  }
}

function textOf(value: unknown): string {
  return JSON.stringify(value, function (this: Readonly<Record<string, unknown>>, name, part: unknown) {
    if (typeof part === 'bigint') return `${part}n`;
    // A Buffer has made itself an object by now: look at what it was.
    const original = this[name];
    return original instanceof Uint8Array ? Buffer.from(original).toString('base64') : part;
  });
}
