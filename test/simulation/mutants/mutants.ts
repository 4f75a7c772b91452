import type { Worlds } from '../plan.ts';
import type { Edit } from './edit.ts';
import { ADDED_EXCHANGE } from './added-exchange.ts';
import { COMBINED_ROWS } from './combined-rows.ts';
import { EXCHANGE } from './exchange.ts';
import { EXCHANGE_WORLDS } from './exchange-worlds.ts';
import { PACE } from './pace.ts';
import { PACKED_STATE } from './packed-state.ts';
import { SEVERAL_SOURCES } from './several-sources.ts';
import { SEVERAL_EXCHANGES } from './several-exchanges.ts';
import { JOIN } from './join.ts';
import { PENDING_MOVES } from './pending-moves.ts';
import { REWRITTEN_SOURCE } from './rewritten-source.ts';
import { REFUSED_ROWS } from './refused-rows.ts';
import { RENAMED_SOURCE } from './renamed-source.ts';
import { GENERATIONS } from './generations.ts';
import { REPLACED_SOURCE } from './replaced-source.ts';
import { RESTORED_TABLE } from './restored-table.ts';
import { SESSION_RULES } from './session-rules.ts';
import { LOST_SLOTS } from './lost-slots.ts';
import { THROTTLED_LOG } from './throttled-log.ts';
import { TIME_AND_SEALS } from './time-and-seals.ts';

/** Planted bugs: each drops or bends one rule. The simulator is worth what it finds. */
export interface Mutant {
  readonly name: string;
  /** The rule that it breaks. */
  readonly rule: string;
  /** Where one safeguard covers for another, both have to go. */
  readonly edits: readonly Edit[];
  /** The test whose failure finds it, by its file and a part of its title; undefined: the simulator does. */
  readonly foundBy?: { readonly file: string; readonly test: string };
  /** Where the simulator finds it, whatever test does so too. @default worlds of every kind, unless a test finds it */
  readonly worlds?: Worlds;
}

const LOG = 'engine/partition-log';
const TICK = 'engine/process-tick.ts';
const LOOK = 'engine/tick/partition-time.ts';
const FOLLOW = 'engine/tick/idle-watermark.ts';
const RESHARD = 'engine/reshard.ts';
const INHERIT = 'engine/state/inherit-state.ts';
const MEMORY = 'adapters/memory/log-store.ts';
const STORE_IT = 'this.#slots.set(`${logId}#${slot}`, copyEntry(entry));';
const ROUTING = 'adapters/kinesis/routing.ts';
const BATCHES = 'adapters/kinesis/source-batches.ts';
const INCARNATIONS = 'adapters/kinesis/incarnations.ts';
const PUT_ENTRIES = 'adapters/shared/put-entries.ts';
const COUNTS = 'engine/partition-count.ts';
const OPEN = `${LOG}/open-log.ts`;
const KEEP = '    this.#open.delete(logId);\n    const result = await work(log);';

export const MUTANTS: readonly Mutant[] = [
  ...TIME_AND_SEALS,
  ...EXCHANGE,
  ...SEVERAL_EXCHANGES,
  ...PACE,
  ...SEVERAL_SOURCES,
  ...REPLACED_SOURCE,
  ...GENERATIONS,
  ...ADDED_EXCHANGE,
  ...EXCHANGE_WORLDS,
  ...COMBINED_ROWS,
  ...REWRITTEN_SOURCE,
  ...JOIN,
  {
    name: 'blind upsert',
    rule: 'PL-1',
    edits: [{ file: MEMORY, find: 'if (found?.version !== expectedVersion) return', replace: 'if (false) return' }],
  },
  {
    name: 'slots expire, and the condition allows for it',
    rule: 'PL-1, PL-2',
    edits: [
      {
        file: MEMORY,
        find: STORE_IT,
        replace: `${STORE_IT} if (entry.version % 5 === 0) this.#slots.delete(\`\${logId}#\${slot}\`);`,
      },
      {
        file: MEMORY,
        find: 'if (found?.version !== expectedVersion) return',
        replace: 'if (found !== undefined && found.version !== expectedVersion) return',
      },
    ],
  },
  {
    name: 'condition skips a version',
    rule: 'PL-1',
    edits: [
      {
        file: `${LOG}/ring.ts`,
        find: 'version <= slots ? undefined : version - slots;',
        replace: 'version < slots ? undefined : version - slots;',
      },
    ],
  },
  {
    name: 'slots expire',
    rule: 'PL-2',
    edits: [{ file: MEMORY, find: STORE_IT, replace: `${STORE_IT} if (entry.version % 7 === 0) this.#slots.clear();` }],
  },
  {
    name: 'no overwrite gate, snapshots too late',
    rule: 'PL-3, PL-8',
    edits: [
      {
        file: `${LOG}/ring.ts`,
        find: 'return version - slots <= Math.min(snapshotVersion, publishedVersion);',
        replace: 'return version > snapshotVersion * 0 * publishedVersion * slots;',
      },
      {
        file: `${LOG}/ring.ts`,
        find: 'return versionsSince >= slots / 2 ||',
        replace: 'return versionsSince >= slots + 2 ||',
      },
    ],
  },
  {
    name: 'two batches work on a log at the same time',
    rule: 'PL-4',
    edits: [
      {
        file: `${LOG}/partition-logs.ts`,
        find: 'const mine = before.then(() => this.#run(logId, work));',
        replace: 'void before; const mine = this.#run(logId, work);',
      },
      {
        file: `${LOG}/partition-logs.ts`,
        find: KEEP,
        replace: '    this.#open.set(logId, log);\n    const result = await work(log);',
      },
    ],
  },
  {
    name: 'a new id for every try',
    rule: 'PL-5',
    edits: [
      {
        file: `${LOG}/commit.ts`,
        find: 'slotOf(entry.version, slots), entry,',
        replace:
          'slotOf(entry.version, slots), attempt === 0 ? entry : { ...entry, commitId: `${entry.commitId}${attempt}` },',
      },
    ],
  },
  {
    name: 'own commit taken for another',
    rule: 'PL-5',
    edits: [
      {
        file: `${LOG}/commit.ts`,
        find: "if (outcome.kind === 'stored' || outcome.found?.commitId === entry.commitId) return writeUnits;",
        replace:
          "if (outcome.kind === 'stored') return writeUnits; if (outcome.found?.commitId === entry.commitId) throw new TidemarkError('internal', 'X', 'lost to itself');",
      },
    ],
  },
  {
    name: 'a failed condition read as already done',
    rule: 'PL-5',
    edits: [
      {
        file: `${LOG}/commit.ts`,
        find: "if (outcome.kind === 'stored' || outcome.found?.commitId === entry.commitId) return writeUnits;",
        replace: 'return writeUnits;',
      },
    ],
  },
  {
    name: 'a timeout read as committed',
    rule: 'PL-5',
    edits: [
      {
        file: `${LOG}/commit.ts`,
        find: 'lastError = error;',
        replace: 'lastError = error; if (attempt === 1) return writeUnits;',
      },
    ],
  },
  {
    name: 'loser does not filter what others reached',
    rule: 'PL-5, PL-13',
    edits: [
      {
        file: 'engine/process-batch.ts',
        find: 'records.slice(replayedIn(records, log))',
        replace: 'records.slice(0)',
      },
    ],
  },
  {
    name: 'memory changed before the acknowledgement, and kept after a failure',
    rule: 'PL-6',
    edits: [
      {
        file: `${LOG}/partition-log.ts`,
        find: '    const writeUnits = await commitEntry(',
        replace: '    applyChange(this.state, change);\n    const writeUnits = await commitEntry(',
      },
      {
        file: `${LOG}/partition-logs.ts`,
        find: KEEP,
        replace: '    this.#open.set(logId, log);\n    const result = await work(log);',
      },
    ],
  },
  {
    name: 'the chain is not checked',
    rule: 'PL-7',
    edits: [
      {
        file: `${LOG}/read-log.ts`,
        find: 'if (oldest + entries.length - 1 !== headVersion) return',
        replace: 'if (headVersion < 0) return',
      },
      {
        file: `${LOG}/read-log.ts`,
        find: 'if (entry === undefined) return `no version ${version} below ${headVersion}`;',
        replace: 'if (entry === undefined) continue;',
      },
      {
        file: `${LOG}/read-log.ts`,
        find: 'if (previousCommitId !== undefined && entry.previousCommitId !== previousCommitId) return',
        replace: 'if (previousCommitId === entry.commitId) return',
      },
    ],
  },
  {
    name: 'a torn read is not noticed',
    rule: 'PL-7',
    edits: [
      {
        file: `${LOG}/read-log.ts`,
        find: 'if (oldest + entries.length - 1 !== headVersion) return',
        replace:
          'if (oldest + entries.length - 1 !== headVersion) return entries.sort((a, b) => a.version - b.version); if (false) return',
      },
    ],
  },
  {
    name: 'mutable snapshot key',
    rule: 'PL-8',
    edits: [
      {
        file: `${LOG}/log-id.ts`,
        find: '`${snapshotPrefix(logId)}${padded(version)}-${commitId}-${fingerprint}`',
        replace: '`${snapshotPrefix(logId)}${padded(0 * version)}-${commitId.slice(0, 0)}-${fingerprint}`',
      },
    ],
  },
  {
    name: 'snapshot pointer one version too high',
    rule: 'PL-8',
    edits: [
      {
        file: `${LOG}/snapshots.ts`,
        find: 'return { snapshotVersion: version, snapshotKey: key, codec',
        replace: 'return { snapshotVersion: version + 1, snapshotKey: key, codec',
      },
    ],
  },
  {
    name: 'snapshots never taken',
    rule: 'PL-8',
    edits: [{ file: `${LOG}/ring.ts`, find: 'return versionsSince >= slots / 2 ||', replace: 'return' }],
  },
  {
    name: 'all old objects deleted at once',
    rule: 'PL-8',
    edits: [
      {
        file: `${LOG}/unneeded-objects.ts`,
        find: 'versionOfKey(key) <= oldest',
        replace: 'versionOfKey(key) < 1_000_000',
      },
    ],
  },
  {
    name: 'large deltas under a shared key',
    rule: 'PL-9',
    edits: [
      {
        file: `${LOG}/log-id.ts`,
        find: 'spillPrefix(logId)}${padded(version)}-${commitId}-${part}`;',
        replace: 'spillPrefix(logId)}${padded(version)}-${part}-${commitId.slice(0, 0)}`;',
      },
    ],
  },
  {
    name: 'large deltas written after the commit',
    rule: 'PL-9',
    edits: [
      {
        file: `${LOG}/partition-log.ts`,
        find: 'await objects.put(this.#settings.blobs);',
        replace: 'void objects.put(this.#settings.blobs).catch(() => {});',
      },
    ],
  },
  {
    name: 'offsets compared as text',
    rule: 'PL-10',
    edits: [
      {
        file: 'engine/process-batch.ts',
        find: 'offset > log.state.reached',
        replace: 'String(offset) > String(log.state.reached)',
      },
    ],
  },
  {
    name: 'offsets compared as numbers',
    rule: 'PL-10',
    edits: [
      {
        file: 'engine/process-batch.ts',
        find: 'offset > log.state.reached',
        replace: 'Number(offset) > Number(log.state.reached)',
      },
    ],
  },
  {
    name: 'all partitions in one log',
    rule: 'PL-11',
    edits: [
      {
        file: `${LOG}/log-id.ts`,
        find: '`${pipeline}/${stage}/${source}/${incarnation}/${partition}`',
        replace: '`${pipeline}/${stage}/${source}/${incarnation}/p`',
      },
    ],
  },
  {
    name: 'a reborn stream goes on with the old log',
    rule: 'PL-11',
    edits: [
      {
        file: INCARNATIONS,
        find: 'const holds = known !== undefined && firstMs < known.seenMs + SHORTEST_REBIRTH_MS;',
        replace: 'const holds = known !== undefined;',
      },
    ],
  },
  {
    name: 'only revisions order results',
    rule: 'PL-17',
    edits: [
      {
        file: 'engine/outputs.ts',
        find: 'return epochMs === otherEpochMs ?',
        replace: 'return epochMs + otherEpochMs >= 0 ?',
      },
    ],
  },
  {
    name: 'ids of results bear no epoch',
    rule: 'PL-17',
    edits: [
      {
        file: 'engine/outputs.ts',
        find: 'const revision = epochMs === 0 ?',
        replace: 'const revision = epochMs >= 0 ?',
      },
    ],
  },
  {
    name: 'a child inherits no epoch',
    rule: 'PL-17, PL-25',
    edits: [
      {
        file: INHERIT,
        find: 'Math.max(epochMs, ...states.map((state) => state.epochMs)),',
        replace: 'Math.min(0, epochMs),',
      },
    ],
  },
  {
    name: 'the epoch is lost on reload',
    rule: 'PL-17',
    edits: [{ file: OPEN, find: '...progressOf(entry), tables', replace: '...progressOf(entry), epochMs: 0, tables' }],
  },
  {
    name: 'offsets that run backwards are taken for replays',
    rule: 'PL-11',
    edits: [
      {
        file: 'engine/process-batch.ts',
        find: 'await processor.shards.confirm(partition, log.state.reached, log.state.reachedDigest);',
        replace: 'void 0;',
      },
    ],
  },
  {
    name: 'a batch that leaves records out is taken',
    rule: 'PL-13',
    edits: [
      {
        file: 'engine/require-continuous.ts',
        find: 'const skipped = await shards.skipped(',
        replace: 'const skipped = first >= 0n ? undefined : await shards.skipped(',
      },
    ],
  },
  {
    name: 'a function trusts its memory to say that a record is left out',
    rule: 'PL-5',
    edits: [{ file: 'engine/require-continuous.ts', find: '(await log.isCurrent())', replace: "(log.logId !== '')" }],
  },
  {
    name: 'lateness decided per batch',
    rule: 'PL-12',
    edits: [
      { file: 'engine/running-operator.ts', find: 'this.watermarkMs = this.targetMs;', replace: 'void this.targetMs;' },
    ],
  },
  {
    name: 'watermark moved per batch',
    rule: 'PL-12',
    edits: [
      {
        file: 'engine/step.ts',
        find: 'goesOn = run.advance(watermarkMs,',
        replace: 'if (record === records.at(-1)) goesOn = run.advance(watermarkMs,',
      },
    ],
  },
  {
    name: 'replays are not filtered',
    rule: 'PL-13',
    edits: [
      { file: 'engine/process-batch.ts', find: 'offset > log.state.reached', replace: 'offset >= log.state.reached' },
    ],
  },
  {
    name: 'an aggregated record is cut in two',
    rule: 'PL-13',
    edits: [
      {
        file: BATCHES,
        find: 'else for (const place of places) batch.push(place);',
        replace:
          'else for (const place of places) { if (batch.length >= maxRecords) { yield batch; batch = []; } batch.push(place); }',
      },
    ],
  },
  {
    name: 'the future is believed',
    rule: 'PL-14',
    edits: [
      {
        file: 'engine/time/watermark.ts',
        find: 'return eventTimeMs > arrivalTimeMs + maxClockSkewMs;',
        replace: 'return eventTimeMs > arrivalTimeMs + maxClockSkewMs * 1_000;',
      },
    ],
  },
  {
    name: "a producer's timestamp is believed",
    rule: 'PL-14',
    edits: [{ file: 'adapters/kafka/decode-event.ts', find: 'Math.min(timestamp, nowMs)', replace: 'timestamp' }],
  },
  {
    name: "the skew is measured from a producer's timestamp",
    rule: 'PL-14',
    edits: [
      {
        file: 'engine/decode.ts',
        find: 'record.receivedTimeMs ?? record.arrivalTimeMs',
        replace: 'record.arrivalTimeMs',
      },
    ],
  },
  {
    name: 'a refused record has arrived',
    rule: 'PL-19',
    edits: [
      {
        file: 'engine/step.ts',
        find: 'run.deadLetters.push(deadLetterFor(record, error));',
        replace:
          'run.deadLetters.push(deadLetterFor(record, error)); lastArrivalMs = Math.max(lastArrivalMs, record.arrivalTimeMs);',
      },
    ],
  },
  {
    name: 'a refused record moves processing time',
    rule: 'PL-12',
    edits: [{ file: 'engine/run.ts', find: 'this.processingTimeMs = mark.processingTimeMs;', replace: '' }],
  },
  {
    name: 'undecodable records skipped',
    rule: 'PL-15',
    edits: [
      {
        file: 'engine/step.ts',
        find: 'run.deadLetters.push(deadLetterFor(record, error));',
        replace: 'void deadLetterFor(record, error);',
      },
    ],
  },
  {
    name: 'aggregated records are not unpacked',
    rule: 'PL-15',
    edits: [
      {
        file: BATCHES,
        find: 'record.text === undefined && isAggregated(record.data) ? unpack(record, routing) : undefined',
        replace: 'undefined as SourceRecord[] | undefined',
      },
    ],
  },
  {
    name: 'a damaged aggregated record is skipped',
    rule: 'PL-15',
    edits: [{ file: BATCHES, find: 'return [withFields(record, { refusal: error })];', replace: 'return [];' }],
  },
  {
    name: 'late records dropped',
    rule: 'PL-15',
    edits: [{ file: 'engine/step.ts', find: 'lateRecords.push({', replace: 'void ({' }],
  },
  {
    name: 'publish not awaited',
    rule: 'PL-16',
    edits: [
      {
        file: 'engine/process-batch.ts',
        find: 'const { writeUnits, withheld } = await deliverWaiting(log, partition, sinks);',
        replace:
          'const { writeUnits, withheld } = { writeUnits: 0, withheld: 0 };\n    void deliverWaiting(log, partition, sinks).catch(() => {});',
      },
    ],
  },
  {
    name: 'counted as delivered before it is',
    rule: 'PL-16',
    edits: [
      {
        file: `${LOG}/partition-log.ts`,
        find: 'publishedVersion: this.#publishedVersion,',
        replace: 'publishedVersion: version,',
      },
    ],
  },
  {
    name: 'what is left over is not delivered first',
    rule: 'PL-16',
    edits: [
      {
        file: `${LOG}/open-log.ts`,
        find: '    undelivered.push({',
        replace: '    if (version < 0) undelivered.push({',
      },
    ],
  },
  {
    name: 'table takes whatever comes last',
    rule: 'PL-17',
    edits: [
      {
        file: 'adapters/memory/sink.ts',
        find: 'known !== undefined && !isNewer(row, known)',
        replace: 'known !== undefined && !isNewer(row, known) && this.#results.size < 0',
      },
    ],
  },
  {
    name: 'revision counts deliveries of the instance',
    rule: 'PL-17',
    edits: [
      {
        file: 'engine/window/panes.ts',
        find: 'const revision = reader.varint();',
        replace: 'const revision = reader.varint() * 0;',
      },
    ],
  },
  {
    name: 'what a sink refuses is dropped',
    rule: 'PL-18',
    edits: [{ file: PUT_ENTRIES, find: 'rest = again.map(({ entry }) => entry);', replace: 'rest = [];' }],
  },
  {
    name: 'no answer of a sink is taken for a yes',
    rule: 'PL-18',
    edits: [
      { file: PUT_ENTRIES, find: 'answers[index] ?? NO_ANSWER', replace: 'answers[index] ?? { refusal: undefined }' },
    ],
  },
  {
    name: 'fires one late',
    rule: 'time',
    edits: [
      {
        file: 'engine/time/watermark.ts',
        find: 'return endMs <= watermarkMs;',
        replace: 'return endMs < watermarkMs;',
      },
    ],
  },
  {
    name: 'closes one late',
    rule: 'time',
    edits: [
      {
        file: 'engine/time/watermark.ts',
        find: 'return endMs + allowedLatenessMs <= watermarkMs;',
        replace: 'return endMs + allowedLatenessMs < watermarkMs;',
      },
    ],
  },
  {
    name: 'timers lost on reload',
    rule: 'PL-7',
    edits: [{ file: `${LOG}/open-log.ts`, find: 'state.timers = timersOf(', replace: 'void timersOf(' }],
  },
  {
    name: 'a tick without proof',
    rule: 'PL-19',
    edits: [
      {
        file: LOOK,
        find: "const isDrained = remaining !== 'records';",
        replace: 'const isDrained = remaining.length > 0;',
      },
    ],
  },
  {
    name: 'a tick on an older proof',
    rule: 'PL-20',
    edits: [{ file: TICK, find: 'if (found !== reached.version) return reached.isMoved;', replace: 'void found;' }],
  },
  {
    name: 'idle partitions run ahead of active ones',
    rule: 'PL-21',
    edits: [{ file: FOLLOW, find: 'return Math.min(...active', replace: 'return 300_000 + Math.min(...active' }],
  },
  {
    name: 'a tick does not ask for quiet',
    rule: 'PL-21',
    edits: [{ file: LOOK, find: 'isIdle: isDrained && isQuiet', replace: 'isIdle: isDrained || isQuiet' }],
  },
  {
    name: 'a tick stops at the first partition that fails',
    rule: 'PL-21',
    edits: [
      {
        file: TICK,
        find: 'const watermarkMs = await processor.logs.watermarkAtLeast(partition);',
        replace: "if (name !== '') throw error; const watermarkMs = await processor.logs.watermarkAtLeast(partition);",
      },
      {
        file: TICK,
        find: 'const looked = looks.map(',
        replace:
          "const lost = looks.find((outcome) => outcome?.status === 'rejected'); if (lost !== undefined) throw (lost as PromiseRejectedResult).reason;\n  const looked = looks.map(",
      },
    ],
  },
  {
    name: 'a partition that fails holds others for ever',
    rule: 'PL-21',
    edits: [{ file: FOLLOW, find: 'quietMs >= UNSEEN_HOLD_MS ? []', replace: 'quietMs < -1 ? []' }],
  },
  {
    name: 'a shard without a record of its own never takes over',
    rule: 'PL-21, PL-24',
    edits: [
      {
        file: LOOK,
        find: 'if (log.version === 0 && !(await hasTakenOver(processor, log, partition, steps, nowMs))) return undefined;',
        replace: 'if (log.version === 0) return undefined;',
      },
    ],
  },
  {
    name: 'the parent is not read to its end',
    rule: 'PL-22',
    edits: [{ file: RESHARD, find: "if (remaining !== 'ended') {", replace: "if (remaining === 'none yet') {" }],
  },
  {
    name: 'a child does not wait',
    rule: 'PL-22',
    edits: [
      {
        file: RESHARD,
        find: 'if (parents.length === 0) return;\n  const { topology }',
        replace: 'if (parents.length <= 2) return;\n  const { topology }',
      },
    ],
  },
  {
    name: 'no seal',
    rule: 'PL-23',
    edits: [
      {
        file: RESHARD,
        find: 'await log.commit(proving(log.state, told), names, children);',
        replace: 'void proving; void told; void children;',
      },
    ],
  },
  {
    name: 'both children take everything',
    rule: 'PL-24',
    edits: [{ file: INHERIT, find: 'return hash >= fromHash && hash <= toHash;', replace: 'return hash >= 0n;' }],
  },
  {
    name: 'hash range ends one early',
    rule: 'PL-24',
    edits: [{ file: INHERIT, find: 'hash <= toHash;', replace: 'hash <= toHash / 2n;' }],
  },
  {
    name: 'a merged child takes the largest watermark',
    rule: 'PL-25',
    edits: [
      {
        file: INHERIT,
        find: 'Math.min(...states.map((state) => state.watermarkMs))',
        replace: 'Math.max(...states.map((state) => state.watermarkMs))',
      },
    ],
  },
  {
    name: 'closed windows open again after a merge',
    rule: 'PL-25',
    edits: [
      {
        file: INHERIT,
        find: 'floors.filter((floor) => floor.watermarkMs > watermarkMs)',
        replace: '[]',
      },
    ],
  },
  {
    name: 'merged windows fire twice',
    rule: 'PL-25',
    edits: [
      {
        file: 'engine/window/aligned-windows.ts',
        find: '!isFired(endMs, this.#context.watermarkOf(key))',
        replace: 'endMs > 0',
      },
    ],
  },
  {
    name: 'floors are lost on reload',
    rule: 'PL-25',
    edits: [
      {
        file: `${LOG}/open-log.ts`,
        find: '...progressOf(entry), tables',
        replace: '...progressOf(entry), floors: [], tables',
      },
    ],
  },
  {
    name: 'records of other shards are counted',
    rule: 'PL-24',
    edits: [
      {
        file: ROUTING,
        find: 'if (this.#holdsAll || this.#holdsKey(partitionKey)) return undefined;',
        replace: 'return undefined;',
      },
    ],
  },
  {
    name: 'explicit hash keys are not looked at',
    rule: 'PL-24',
    edits: [{ file: ROUTING, find: 'if (explicitHashKey !== undefined) {', replace: "if (explicitHashKey === '') {" }],
  },
  {
    name: 'the grouping key may be another than the partition key',
    rule: 'PL-26',
    edits: [{ file: 'engine/key.ts', find: 'if (routing !== partitionKey) {', replace: "if (partitionKey === '') {" }],
  },
  {
    name: 'a topic may grow',
    rule: 'PL-27',
    edits: [{ file: COUNTS, find: 'if (partitions === first) return;', replace: 'if (partitions >= first) return;' }],
  },
  {
    name: 'each function counts the partitions for itself',
    rule: 'PL-27',
    edits: [{ file: COUNTS, find: 'return first;', replace: 'return partitions;' }],
  },
  {
    name: 'another definition reads the state',
    rule: 'PL-30',
    edits: [
      {
        file: `${LOG}/state-schema.ts`,
        find: 'if (before === undefined || differences.length > 0) {',
        replace: 'if (before === undefined) {',
      },
    ],
  },
  {
    name: 'state of an older definition keeps its old hashes',
    rule: 'PL-30',
    edits: [
      {
        file: OPEN,
        find: "if (form !== forms.current) stored('write', () => changeForm(state, form, forms.current));",
        replace: 'void changeForm;',
      },
    ],
  },
  {
    name: 'a log that begins just now is taken for a deleted one',
    rule: 'PL-2',
    edits: [
      {
        file: OPEN,
        find: 'if ((await readTail(settings.logs, settings.clock, logId, settings.slots)).length === 0) throw',
        replace: "if (logId !== '') throw",
      },
    ],
  },
  {
    name: 'objects that were cleaned up under a slow reader are taken for lost',
    rule: 'PL-8',
    edits: [{ file: OPEN, find: 'if (head.version === seen) {', replace: 'if (head.version >= seen) {' }],
  },
  ...SESSION_RULES,
  ...PENDING_MOVES,
  ...REFUSED_ROWS,
  ...RESTORED_TABLE,
  ...LOST_SLOTS,
  ...RENAMED_SOURCE,
  ...THROTTLED_LOG,
  ...PACKED_STATE,
];
