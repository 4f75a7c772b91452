import { compress } from '../codec/compression.ts';
import { fingerprintOf, stateSchemaOf } from '../codec/fingerprint.ts';
import { TidemarkError } from '../errors.ts';
import { nextLogs } from '../exchange/log-ends.ts';
import { consumedBy } from '../exchange/consumed.ts';
import { settleGeneration } from '../exchange/manifest.ts';
import { deleteOldRows } from '../exchange/old-rows.ts';
import type { SenderPosition } from '../state/sender-position.ts';
import { MayCombine } from '../exchange/may-combine.ts';
import { encodeRows } from '../exchange/rows.ts';
import { EMPTY_OUTBOX, isEmptyOutbox, type DeadLetter } from '../outputs.ts';
import type { Clock } from '../ports.ts';
import { encodeChanges } from '../state/delta-codec.ts';
import type { PartitionState } from '../state/partition-state.ts';
import { withoutStaleTimers } from '../state/rebuild-timers.ts';
import { applyChange, hashAfter, noChange } from '../state/state-change.ts';
import type { StepResult } from '../step.ts';
import { outputDelayMs } from '../topology.ts';
import { withStoredState, type WithStoredState } from '../user-code/stored-state.ts';
import { commitEntry } from './commit.ts';
import { epochOf } from './epoch.ts';
import { behind } from '../time/timer-clocks.ts';
import { NO_WATERMARK } from '../time/watermark.ts';
import type { Body, Child, Due, LogEntry, Sent, Withheld } from './entry.ts';
import { NO_PROOF, progressOf } from '../state/progress.ts';
import type { Exchange } from '../plan/exchange.ts';
import { spillKeyOf, type SpillPart } from './log-id.ts';
import type { LogSettings } from './log-settings.ts';
import { NewObjects } from './objects.ts';
import { openLog, type LoadedLog, type Undelivered } from './open-log.ts';
import { encodeOutbox } from './outbox-codec.ts';
import { isConsumed, mayOverwrite, sinceOf, slotOf } from './ring.ts';
import { notYetConsumed, notYetOverwritten } from './ring-full.ts';
import { Snapshots } from './snapshots.ts';
import { recordStateSchema } from './state-schema.ts';

/** What a version says besides what its step has decided. */
interface Beside {
  readonly sealedFor?: readonly string[];
  readonly children?: readonly Child[];
  readonly withholds?: readonly Withheld[];
}

const NEVER: Due = Object.freeze({ eventMs: undefined, processingMs: undefined });

/** An event source mapping is not deleted and made anew, at another position, in less: batches that follow each other sooner are of the same one. */
const SHORTEST_REPLACEMENT_MS = 60_000;

/** One partition's log as one instance sees it: state in memory, and the right to commit the next version. */
export class PartitionLog {
  readonly logId: string;
  readonly state: PartitionState;
  readonly #settings: LogSettings;
  readonly #snapshots: Snapshots;
  readonly #withStoredState: WithStoredState;
  /** Of the definition that runs: the same for every commit. */
  readonly #fingerprint: string;
  readonly #mayCombine: MayCombine;
  #head: LogEntry | undefined;
  #undelivered: Undelivered[];
  #publishedVersion: number;
  /** When the last invocation began whose batch went on where this log ended. */
  #followedMs = -Infinity;

  private constructor(settings: LogSettings, logId: string, loaded: LoadedLog) {
    this.#settings = settings;
    this.#fingerprint = fingerprintOf(stateSchemaOf(settings.topology));
    this.logId = logId;
    this.state = loaded.state;
    this.#head = loaded.head;
    this.#undelivered = [...loaded.undelivered];
    this.#publishedVersion = loaded.head?.publishedVersion ?? 0;
    this.#withStoredState = withStoredState(settings.topology, settings.userCode);
    this.#snapshots = new Snapshots(settings, logId, loaded);
    this.#mayCombine = new MayCombine(settings, logId);
  }

  static async open(settings: LogSettings, logId: string): Promise<PartitionLog> {
    return new PartitionLog(settings, logId, await openLog(settings, logId));
  }

  get version(): number {
    return this.#head?.version ?? 0;
  }

  /** Other partitions have taken over its keys (PL-23). */
  get isSealed(): boolean {
    return (this.#head?.sealedFor.length ?? 0) > 0;
  }

  /** Ids of the logs that have taken over. */
  get successors(): readonly string[] {
    return this.#head === undefined ? [] : nextLogs(this.logId, this.#head);
  }

  /** Of the definition that wrote the newest version; undefined: there is none. */
  get fingerprint(): string | undefined {
    return this.#head?.fingerprint;
  }

  /** Of a sender: code that knew fewer generations of receivers has written its newest version (PL-39), or none (PL-35). */
  get isOfOlderGeneration(): boolean {
    const { sendsTo } = this.#settings.topology;
    const bornBefore = this.#head !== undefined && !this.isSealed;
    return sendsTo !== undefined && bornBefore && (this.#head?.sent?.generation ?? 0) < sendsTo.generation;
  }

  /** Of a sender: all its versions are older than the exchange, if there are any (PL-35). */
  get isBeforeExchange(): boolean {
    return this.#settings.topology.sendsTo !== undefined && this.#head?.sent === undefined;
  }

  /** Of a sender: the newest version is of a tick that found the partition idle. */
  get isIdle(): boolean {
    return this.#head?.sent?.isIdle === true;
  }

  /**
   * Takes the time for the epoch of a log that has no version yet; one that has keeps its own.
   *
   * @param begunMs when the invocation began: one that was frozen since is no newer for it
   * @param positions of a receiver, from where it reads its senders
   */
  begin(incarnation: string, begunMs: number, positions: readonly SenderPosition[] = []): void {
    if (this.version > 0) return;
    this.state.epochMs = epochOf(incarnation, begunMs);
    this.state.positions = positions;
    this.state.proof = NO_PROOF;
  }

  /** Whether this is still the newest version: one slot is read instead of the whole log. */
  async isCurrent(): Promise<boolean> {
    const { logs, slots } = this.#settings;
    const next = this.version + 1;
    const [found] = await logs.read(this.logId, [slotOf(next, slots)]);
    return found === undefined || found.version < next;
  }

  /** Whether the batch of an invocation that began at `nowMs` need not be shown to go on where this log ends. */
  mayBeFollowedAt(nowMs: number): boolean {
    if (this.version === 0) return true;
    // An invocation that began before the last one that was noted says nothing of what came after it.
    return nowMs >= this.#followedMs && nowMs < this.#followedMs + SHORTEST_REPLACEMENT_MS;
  }

  /** A batch of an invocation that began at `nowMs` goes on where this log ends. */
  noteFollowed(nowMs: number): void {
    this.#followedMs = Math.max(this.#followedMs, nowMs);
  }

  get clock(): Clock {
    return this.#settings.clock;
  }

  /** What deliveries leave out. */
  get withheld(): readonly Withheld[] {
    return this.#head?.withheld ?? [];
  }

  /** What the next delivery has to bring out first, oldest first (PL-16). */
  get undelivered(): readonly Undelivered[] {
    return this.#undelivered;
  }

  /** Every outbox up to `version` has reached its sinks. The log learns of it with the next commit. */
  markDelivered(version: number): void {
    this.#undelivered = this.#undelivered.filter((waiting) => waiting.version > version);
    this.#publishedVersion = Math.max(this.#publishedVersion, version);
  }

  /**
   * Writes a version that changes nothing but what deliveries leave out, with the dead letters of those rows as its outbox.
   *
   * @returns write units used
   * @throws what `commit` throws
   */
  async withhold(rows: readonly Withheld[], deadLetters: readonly DeadLetter[]): Promise<number> {
    return this.#write({ change: noChange(this.state), outbox: { ...EMPTY_OUTBOX, deadLetters } }, { withholds: rows });
  }

  /**
   * Writes the next version; memory changes after the acknowledgement only (PL-6). After any error this object must not
   * be used again.
   *
   * @returns write units used
   * @param sealedFor the partitions that take over: this version is the log's last (PL-22)
   * @param children the same, for receivers (PL-36)
   * @throws FENCED (fenced), COMMIT_UNKNOWN, RING_FULL (unavailable), SEALED (internal)
   */
  async commit(
    result: StepResult,
    sealedFor: readonly string[] = [],
    children: readonly Child[] = [],
  ): Promise<number> {
    return this.#write(result, { sealedFor, children });
  }

  async #write(result: StepResult, { sealedFor = [], children = [], withholds = [] }: Beside): Promise<number> {
    const { change, outbox } = result;
    if (this.isSealed)
      throw new TidemarkError(
        'internal',
        'SEALED',
        `log ${this.logId} must not go on after its seal, got a commit after version ${this.version}; see why its shard has records behind its end`,
      );
    const { logs, clock, slots, random, topology } = this.#settings;
    const version = this.version + 1;
    const commitId = random.id();
    const fingerprint = this.#fingerprint;
    if (this.#head?.fingerprint !== fingerprint) await recordStateSchema(this.#settings);
    const objects = new NewObjects();
    const pointer = await this.#snapshots.beforeCommit(this.#head, this.state, objects);
    // Encoding gives every changed pane its hash, so it comes before the hash of the whole.
    const delta = compress(this.#withStoredState('write', () => encodeChanges(change.tables, topology.tables)));
    const entry: LogEntry = {
      version,
      commitId,
      previousCommitId: this.#head?.commitId ?? '',
      from: this.state.reached,
      ...progressOf(change),
      sealedFor,
      delta: this.#body(objects, version, commitId, 'delta', delta),
      outbox: this.#body(objects, version, commitId, 'outbox', compress(encodeOutbox(outbox))),
      ...pointer,
      publishedVersion: this.#publishedVersion,
      withheld: [...this.withheld, ...withholds].filter((one) => one.version > this.#publishedVersion),
      fingerprint,
      stateHash: hashAfter(this.state, change),
      ...(topology.sendsTo === undefined
        ? {}
        : { sent: await this.#sent(objects, version, commitId, result, children) }),
      ...(topology.receivesFrom === undefined ? {} : { due: result.due ?? this.#head?.due ?? NEVER }),
    };
    if (!mayOverwrite(version, slots, entry.snapshotVersion, entry.publishedVersion))
      throw notYetOverwritten(this.logId, version, slots, entry);
    if (entry.sent !== undefined && !isConsumed(version, slots, entry.sent))
      throw notYetConsumed(this.logId, version, slots, topology.sendsTo?.id, entry.sent);
    await objects.put(this.#settings.blobs);
    const writeUnits = await commitEntry(logs, clock, this.logId, slots, entry);
    applyChange(this.state, change, entry.stateHash);
    this.state.timers = withoutStaleTimers(topology, this.state);
    this.#head = entry;
    if (isEmptyOutbox(outbox)) this.#noteEmpty(version);
    else
      this.#undelivered.push({
        version,
        commitId,
        epochMs: entry.epochMs,
        processingTimeMs: entry.processingTimeMs,
        outbox,
      });
    await this.#snapshots.afterCommit(entry, delta.length);
    if (entry.sent !== undefined) await deleteOldRows(this.#settings, this.logId, version);
    return writeUnits;
  }

  #noteEmpty(version: number): void {
    if (this.#undelivered.length === 0) this.#publishedVersion = version;
  }

  /** What the version says to the receivers; asks them how far they are when that could matter (PL-31). */
  async #sent(
    objects: NewObjects,
    version: number,
    commitId: string,
    { change, sent = [], isIdle = false }: StepResult,
    children: readonly Child[],
  ): Promise<Sent> {
    const { topology, slots } = this.#settings;
    const exchange = topology.sendsTo as Exchange;
    const combining = sent.length === 0 ? undefined : await this.#mayCombine.now();
    const rows = encodeRows(sent, exchange.receivers, combining);
    const before = this.#head?.sent;
    if (exchange.before !== undefined && before?.generation !== exchange.generation)
      await settleGeneration(this.#settings.blobs, topology.name, exchange);
    const delayMs = outputDelayMs(topology);
    const known = {
      rows: rows === undefined ? undefined : this.#body(objects, version, commitId, 'rows', compress(rows, 'small')),
      // What is left of a move sends rows that are older than where it goes.
      watermarkMs:
        change.pending === undefined ? behind(change.watermarkMs, delayMs) : (before?.watermarkMs ?? NO_WATERMARK),
      children,
      generation: exchange.generation,
      consumedVersion: before?.consumedVersion ?? 0,
      ...sinceOf(this.#head, version),
      ...(isIdle && topology.sources.length > 1 ? { isIdle } : {}),
    };
    if (isConsumed(version, slots, known)) return known;
    return { ...known, consumedVersion: await consumedBy(this.#settings, exchange, this.logId, version - slots) };
  }

  #body(objects: NewObjects, version: number, commitId: string, part: SpillPart, bytes: Uint8Array): Body {
    if (bytes.length <= this.#settings.inlineLimitBytes) return { inline: bytes };
    const blobKey = spillKeyOf(this.logId, version, commitId, part);
    objects.add(blobKey, bytes);
    return { blobKey };
  }
}
