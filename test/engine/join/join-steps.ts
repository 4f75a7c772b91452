import { logIdOf } from '../../../engine/partition-log/log-id.ts';
import type { Pipeline } from '../../../engine/index.ts';
import type { DeadLetter, LateRecord, ResultRow } from '../../../engine/outputs.ts';
import type { Row } from '../../../engine/exchange/row.ts';
import type { SourceRecord } from '../../../engine/record.ts';
import type { Side } from '../../../engine/join/side.ts';
import { emptyState, entriesIn, type PartitionState } from '../../../engine/state/partition-state.ts';
import { applyChange } from '../../../engine/state/state-change.ts';
import { step } from '../../../engine/step.ts';
import type { Topology } from '../../../engine/topology.ts';
import { rowText, type Event } from './naive-join.ts';
import { joinedOrders, orderOf, paymentOf, RULES, START_MS, type JoinRules } from './orders.ts';

const SENDER = logIdOf({ pipeline: 'joined', stage: '0', source: 'orders', incarnation: '1', partition: 's' });

/** A row as it comes to the receiver. */
export function row(side: Side, id: string, timeMs: number, more: Partial<Event> & { watermarkMs?: number } = {}) {
  const event = { id, key: 'k', amount: 1, ...more, timeMs };
  const { watermarkMs = Number.MIN_SAFE_INTEGER } = more;
  return { side, event, watermarkMs: watermarkMs + START_MS };
}

export const left = (id: string, timeMs: number, more?: Parameters<typeof row>[3]) => row('left', id, timeMs, more);
export const right = (id: string, timeMs: number, more?: Parameters<typeof row>[3]) => row('right', id, timeMs, more);
/** All senders have come so far. */
export const upTo = (watermarkMs: number): number => watermarkMs;

type Given = ReturnType<typeof row> | number;

/** The receiver of a join, step by step, without logs. */
export class JoinSteps {
  readonly topology: Topology;
  readonly state: PartitionState;
  readonly results: ResultRow[] = [];
  readonly late: LateRecord[] = [];
  readonly deadLetters: DeadLetter[] = [];
  readonly sent: Row[] = [];
  #offset = 0n;

  constructor(rules: Partial<JoinRules> = {}, given: Pipeline = joinedOrders({ ...RULES, ...rules })) {
    const behind = given.fragments.find(({ operators }) => operators.some(({ id }) => id === 'join'));
    this.topology = behind as Topology;
    this.state = emptyState(this.topology);
  }

  /** One batch. @returns what comes out of it, as the oracle writes it */
  take(...given: readonly Given[]): string[] {
    const {
      change,
      outbox,
      sent = [],
    } = step(
      this.topology,
      this.state,
      given.map((one) => this.#recordOf(one)),
    );
    applyChange(this.state, change);
    this.results.push(...outbox.results);
    this.late.push(...outbox.lateRecords);
    this.deadLetters.push(...outbox.deadLetters);
    this.sent.push(...sent);
    return outbox.results.map(textOf);
  }

  /** How many rows wait. */
  get waiting(): number {
    return entriesIn(this.state);
  }

  #recordOf(given: Given): SourceRecord {
    const common = { offset: ++this.#offset, subSequence: 0, arrivalTimeMs: 0, data: new Uint8Array(0) };
    if (typeof given === 'number')
      return { ...common, partitionKey: '', arrival: { kind: 'end', watermarkMs: START_MS + given } };
    const { side, event, watermarkMs } = given;
    return {
      ...common,
      partitionKey: event.key ?? 'null',
      value: side === 'left' ? orderOf(event) : paymentOf(event),
      arrival: { kind: 'row', eventTimeMs: START_MS + event.timeMs, watermarkMs, side },
      headers: () => [{ name: 'tidemark-sender', text: SENDER }],
    };
  }
}

function textOf({ values, windowStartMs }: ResultRow): string {
  return rowText(values.left as string | null, values.right as string | null, windowStartMs - START_MS);
}
