import { readable } from '../../../engine/exchange/positions.ts';
import type { Exchange } from '../../../engine/plan/exchange.ts';
import type { LogEntry } from '../../../engine/partition-log/entry.ts';
import { NO_WATERMARK } from '../../../engine/time/watermark.ts';
import { logIdOf } from '../../../engine/partition-log/log-id.ts';
import { endsBefore } from '../lineage.ts';
import { nameOf, partitionOf, streamOf, type Plan } from '../plan.ts';
import { violation } from './functions.ts';
import {
  receiversEver,
  receiversIn,
  type Broken,
  type EverReceiver,
  type PlannedExchange,
  type Receiver,
} from '../plan/exchange.ts';
import type { Storage } from './storage.ts';

interface World {
  readonly plan: Plan;
  readonly storage: Storage;
  fail(error: unknown): void;
}

/** Holds every commit of senders and receivers against the logs as they are when it is stored. */
export class ExchangeWatch {
  readonly #world: World;
  /** By log. */
  readonly #receivers: ReadonlyMap<string, EverReceiver>;

  readonly #broken: (Broken & { readonly logId: string }) | undefined;

  constructor(world: World, planned: PlannedExchange) {
    this.#world = world;
    const { broken } = planned;
    this.#receivers = new Map(receiversEver(world.plan).map((one) => [one.logId, one]));
    const { logId } = receiversIn(planned)[broken?.receiver ?? 0] as Receiver;
    this.#broken = broken === undefined ? undefined : { ...broken, logId };
  }

  isReceiver(logId: string): boolean {
    return this.#receivers.has(logId);
  }

  /** No request to this log gets through. */
  isStanding(logId: string, nowMs: number): boolean {
    const broken = this.#broken;
    return broken?.what === 'log' && broken.logId === logId && broken.fromMs <= nowMs && nowMs < broken.untilMs;
  }

  /** @param entry the newest of its log */
  stored(logId: string, entry: LogEntry): void {
    const problem = this.isReceiver(logId)
      ? this.#problemOfReceiver(logId, entry)
      : this.#problemOfSender(logId, entry);
    if (problem !== undefined) this.#world.fail(violation(`${logId}: version ${entry.version} ${problem}`));
  }

  /** Nothing is overwritten that a receiver has not committed (PL-31). */
  #problemOfSender(logId: string, { version }: LogEntry): string | undefined {
    const gone = version - this.#world.plan.settings.slots;
    if (gone <= 0) return undefined;
    const next = (this.#receivers.get(logId)?.place ?? -1) + 1;
    const takers = [...this.#receivers.values()].filter(({ place, isFollowed }) => place === next && !isFollowed);
    const behind = takers.find((taker) => this.#takenBy(taker, logId) < gone);
    return behind === undefined ? undefined : `has overwritten ${gone}, which ${behind.logId} has not taken`;
  }

  /** By itself, or before it has begun by those from whom it takes over (PL-39). */
  #takenBy({ logId, before }: EverReceiver, sender: string): number {
    const head = this.#headOf(logId);
    if (head !== undefined) return head.positions.find((one) => one.logId === sender)?.version ?? 0;
    if (before.length === 0) return 0;
    return Math.min(...before.map((one) => this.#takenBy(this.#receivers.get(one) as EverReceiver, sender)));
  }

  /** It goes on with what those before it had, once they have ended, and leaves to the next what is for the next (PL-39). */
  #problemOfGeneration(logId: string, { version, positions }: LogEntry): string | undefined {
    const { before, exchange } = this.#receivers.get(logId) as EverReceiver;
    const beyond = positions.find(({ logId: sender, version: taken }) =>
      (this.#world.storage.history.get(sender) ?? []).slice(0, taken).some((entry) => isBeyond(entry, exchange)),
    );
    if (beyond !== undefined) return `has taken of ${beyond.logId} what is for the receivers behind it`;
    if (version > 1) return undefined;
    for (const parent of before) {
      const head = this.#headOf(parent);
      if (head === undefined || head.sealedFor.length === 0) return `begins, and ${parent} has not ended`;
      if (placesOf(head) !== placesOf({ positions })) return `begins elsewhere than where ${parent} has ended`;
    }
    return undefined;
  }

  /** It stands where its senders were, goes only forward, and no further in time than any of them (PL-32 to PL-34). */
  #problemOfReceiver(logId: string, entry: LogEntry): string | undefined {
    const { storage } = this.#world;
    const { exchange } = this.#receivers.get(logId) as EverReceiver;
    const before = storage.history.get(logId)?.at(-2);
    // Time goes on by the clock only where nothing was left to read by then (PL-37).
    const isTick =
      entry.from === entry.reached &&
      before !== undefined &&
      before.pending === undefined &&
      entry.processingTimeMs > before.processingTimeMs;
    const left = entry.positions.find(({ logId: sender, version }) => {
      const next = storage.history.get(sender)?.[version];
      if (next === undefined || isBeyond(next, exchange)) return false;
      return storage.storedAtMs(next) < entry.processingTimeMs && this.#isReadable(entry, sender);
    });
    if (isTick && left !== undefined) return `moves the clock to ${entry.processingTimeMs}, and ${left.logId} has more`;
    for (const position of entry.positions) {
      const { logId: sender, version, commitId, watermarkMs, isDone } = position;
      const taken = this.#world.storage.history.get(sender)?.[version - 1];
      if (version > 0 && taken?.commitId !== commitId)
        return `says that it has taken version ${version} of ${sender}, which is another one`;
      if (taken !== undefined && watermarkMs < (taken.sent?.watermarkMs ?? NO_WATERMARK))
        return `has ${sender} at ${watermarkMs}, behind what it says itself`;
      if (isDone !== (taken !== undefined && taken.sealedFor.length > 0))
        return `has ${sender} ${isDone ? 'done without' : 'at work after'} its seal`;
      if (!isDone && entry.watermarkMs > this.#boundOf(sender, version))
        return `is at ${entry.watermarkMs}, ahead of ${sender} at version ${version}`;
      // Rows of a key keep their order across a reshard (PL-36).
      const early = version > 0 ? this.#ancestorAtWork(entry, sender) : undefined;
      if (early !== undefined) return `has taken of ${sender}, and ${early} is not done`;
      const was = before?.positions.find((one) => one.logId === sender);
      if (was !== undefined && was.version > version) return `goes back to version ${version} of ${sender}`;
    }
    return this.#problemOfGeneration(logId, entry);
  }

  /** How far time may be as long as no more than this of a sender was taken: a child waits for where its parents stopped. */
  #boundOf(sender: string, version: number): number {
    const taken = this.#world.storage.history.get(sender)?.[version - 1];
    const ownMs = taken === undefined ? NO_WATERMARK : (taken.sent?.watermarkMs ?? taken.watermarkMs);
    return Math.max(ownMs, this.#handedTo(sender));
  }

  /** Where its parents stopped, or the source before its own (PL-36). */
  #handedTo(sender: string): number {
    const parents = this.#parentsOf(sender);
    return parents.length === 0 ? NO_WATERMARK : Math.min(...parents.map((parent) => this.#endOf(parent)));
  }

  /** Infinity: it is not sealed, so it is another sender itself, or comes of one. */
  #endOf(parent: string): number {
    const head = this.#headOf(parent);
    if (head === undefined && this.#parentsOf(parent).length > 0) return this.#handedTo(parent);
    if (head === undefined || head.sealedFor.length === 0) return Number.POSITIVE_INFINITY;
    return Math.max(head.sent?.watermarkMs ?? head.watermarkMs, this.#handedTo(parent));
  }

  #parentsOf(sender: string): string[] {
    const receiver = this.#receivers.get(sender);
    if (receiver !== undefined) return [...receiver.before];
    const { shards } = this.#world.plan;
    const shard = shards.find((one) => logIdOf(partitionOf(one)) === sender);
    if (shard === undefined) return [];
    if (shard.parents.length > 0) return shard.parents.map((id) => sender.replace(/[^/]+$/, id));
    return endsBefore(shards, streamOf(nameOf(shard))).map((end) => logIdOf(partitionOf(end)));
  }

  #ancestorAtWork(entry: LogEntry, sender: string): string | undefined {
    for (const parent of this.#parentsOf(sender)) {
      if (entry.positions.some(({ logId, isDone }) => logId === parent && !isDone)) return parent;
      const older = this.#ancestorAtWork(entry, parent);
      if (older !== undefined) return older;
    }
    return undefined;
  }

  /** A child waits for its parents. */
  #isReadable({ positions }: LogEntry, sender: string): boolean {
    return readable(positions).some(({ logId }) => logId === sender);
  }

  #headOf(logId: string): LogEntry | undefined {
    return this.#world.storage.history.get(logId)?.at(-1);
  }
}

/** For receivers that come after these. */
const isBeyond = ({ sent }: LogEntry, { generation }: Exchange): boolean => (sent?.generation ?? 0) > generation;

const placesOf = ({ positions }: Pick<LogEntry, 'positions'>): string =>
  positions
    .map(({ logId, version, isDone }) => `${logId} ${version} ${isDone}`)
    .sort()
    .join(', ');
