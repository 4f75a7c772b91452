import { MemorySink } from '../adapters/memory/sink.ts';
import { sideOutputId, type ResultRow, type SideOutput } from '../engine/outputs.ts';
import type { Delivery, Sink, SinkReceipt } from '../engine/ports.ts';

/** A result of a pipeline: of a key and window the one with the largest revision counts. */
export type TestResult<Values = unknown> = Omit<ResultRow, 'values'> & { readonly values: Values };

/** A record that came after its window had closed. */
export interface TestLateRecord {
  readonly key: string;
  readonly eventTimeMs: number;
  /** When it came; its window had closed by then [ms since 1970]. */
  readonly watermarkMs: number;
  /** What was put. */
  readonly text: string;
}

/** A record that was not counted. */
export interface TestDeadLetter {
  /** @example 'SCHEMA_MISMATCH' */
  readonly code: string;
  readonly reason: string;
  /** What was put. */
  readonly text: string;
}

/** A value that a branch or a process function sent beside the results. */
export type TestSideOutput = Pick<SideOutput, 'output' | 'key' | 'eventTimeMs' | 'value'>;

/** All that a pipeline has delivered, each once, however often it is delivered. */
export class TestOutputs implements Sink {
  readonly name = 'test';
  readonly #newest = new MemorySink();
  readonly #firings = new Map<string, TestResult>();
  readonly #sideOutputs = new Map<string, TestSideOutput>();

  async deliver(delivery: Delivery): Promise<SinkReceipt> {
    const { partition, epochMs, outbox } = delivery;
    for (const result of outbox.results) {
      const { key, windowStartMs, windowEndMs, sequence, revision } = result;
      this.#firings.set(JSON.stringify([key, windowStartMs, windowEndMs, sequence, epochMs, revision]), result);
    }
    for (const each of outbox.sideOutputs) {
      const { output, key, eventTimeMs, value } = each;
      const place = [partition.source, partition.stage, sideOutputId(partition.partition, each, epochMs), output];
      this.#sideOutputs.set(JSON.stringify(place), { output, key, eventTimeMs, value });
    }
    return this.#newest.deliver(delivery);
  }

  /** The newest of each key and window that has not been taken back, by window and key. */
  get results(): TestResult[] {
    return this.#newest.results
      .filter(({ retracted }) => retracted === undefined)
      .map(({ logEpochMs: _, ...result }) => result)
      .sort(inOrder);
  }

  /** Each revision and retraction, in the order in which they came out. */
  get firings(): TestResult[] {
    return [...this.#firings.values()].map((result) => structuredClone(result));
  }

  get lateRecords(): TestLateRecord[] {
    return this.#newest.lateRecords.map(({ key, eventTimeMs, watermarkMs, data }) => ({
      key,
      eventTimeMs,
      watermarkMs,
      text: textOf(data),
    }));
  }

  get deadLetters(): TestDeadLetter[] {
    return this.#newest.deadLetters.map(({ code, reason, data }) => ({ code, reason, text: textOf(data) }));
  }

  get sideOutputs(): TestSideOutput[] {
    return [...this.#sideOutputs.values()].map((each) => structuredClone(each));
  }
}

const textOf = (data: Uint8Array): string => new TextDecoder().decode(data);

/** By window, then by key, then by number. */
function inOrder(a: TestResult, b: TestResult): number {
  if (a.windowStartMs !== b.windowStartMs) return a.windowStartMs - b.windowStartMs;
  if (a.windowEndMs !== b.windowEndMs) return a.windowEndMs - b.windowEndMs;
  if (a.key !== b.key) return a.key < b.key ? -1 : 1;
  return (a.sequence ?? 0) - (b.sequence ?? 0);
}
