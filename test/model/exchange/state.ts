/** What there is at one moment. Every part is immutable, so that states share what they have in common. */
import type { World } from './world.ts';

/** Of a position: the sender is not known yet. */
export const UNKNOWN = -1;
/** Of a position: the sender is sealed, and its seal is taken. */
export const DONE = 99;
/** Of a sender's watermark at a receiver: there is none to wait for. */
export const NONE = -1;

export interface SentRow {
  readonly id: number;
  /** By the watermark that it carries. */
  readonly isLate: boolean;
}

/** A version of a sender's log. */
export interface Entry {
  readonly kind: 'batch' | 'inherit' | 'tick' | 'seal';
  readonly rows: readonly SentRow[];
  /** How many records of its partition are counted. */
  readonly reached: number;
  readonly watermarkMs: number;
  readonly generation: number;
}

export interface Log {
  readonly entries: readonly Entry[];
  /** Records of its partition that are there to be read. */
  readonly arrived: number;
}

/** What a receiver's log leads to. */
export interface Memory {
  readonly version: number;
  /** By sender: the version up to which the state covers its log. */
  readonly positions: readonly number[];
  readonly watermarks: readonly number[];
  readonly watermarkMs: number;
  /** By row, how often it is counted. */
  readonly applied: readonly number[];
  /** By row, how often it went to the late rows. */
  readonly late: readonly number[];
  readonly isSealed: boolean;
}

/** A sender's put on its way. */
export interface EntryPut {
  readonly kind: 'entry';
  readonly sender: number;
  readonly version: number;
  readonly entry: Entry;
}

/** A container at work for a receiver; with `put`, its put on its way. */
export interface Receive {
  readonly kind: 'receive';
  readonly receiver: number;
  readonly memory: Memory;
  readonly hasTaken: boolean;
  readonly hasRows: boolean;
  /** Rows for the next exchange. */
  readonly sent: readonly SentRow[];
  readonly violation: string;
  readonly generation: number;
  readonly put: '' | 'commit' | 'seal';
}

/** Without `onePut`: the positions, after their effects. */
export interface PositionsPut {
  readonly kind: 'positions';
  readonly receiver: number;
  readonly positions: readonly number[];
  readonly watermarks: readonly number[];
}

export type Job = EntryPut | Receive | PositionsPut;

export interface Container {
  /** Of its code. */
  readonly generation: number;
  readonly job: Job | undefined;
}

export interface State {
  readonly logs: readonly Log[];
  readonly receivers: readonly Memory[];
  readonly containers: readonly Container[];
  /** Puts of killed containers, executed later or never. */
  readonly strays: readonly Job[];
  readonly crashesLeft: number;
  /** Without `bellIsHint`, by receiver: whether a doorbell is on its way. */
  readonly rung: readonly boolean[];
  readonly violation: string;
}

export function initialState({ scenario, senders, receivers, rows, firstGeneration, rules }: World): State {
  const memory: Memory = {
    version: 0,
    positions: senders.map(() => UNKNOWN),
    watermarks: senders.map(() => NONE),
    watermarkMs: 0,
    applied: rows.map(() => 0),
    late: rows.map(() => 0),
    isSealed: false,
  };
  return {
    logs: senders.map((sender) => ({
      entries: [],
      arrived: scenario.arrive || sender.parents.length + sender.replaces.length > 0 ? 0 : sender.rows.length,
    })),
    receivers: receivers.map(() => memory),
    containers: Array.from({ length: scenario.containers }, () => ({ generation: firstGeneration, job: undefined })),
    strays: [],
    crashesLeft: scenario.crashes,
    rung: rules.bellIsHint ? [] : receivers.map(() => false),
    violation: '',
  };
}

/** The list with one place taken by another. */
export function withAt<T>(list: readonly T[], at: number, value: T): T[] {
  const copy = list.slice();
  copy[at] = value;
  return copy;
}

export const headOf = ({ entries }: Log): Entry | undefined => entries[entries.length - 1];
export const isSealed = (log: Log): boolean => headOf(log)?.kind === 'seal';
export const logAt = ({ logs }: State, sender: number): Log => logs[sender] as Log;
export const receiverAt = ({ receivers }: State, receiver: number): Memory => receivers[receiver] as Memory;
/** Whether the log has counted a record that is late, or sent late rows. */
export const isLateEntry = ({ rows }: Entry): boolean => rows.some(({ isLate }) => isLate);
