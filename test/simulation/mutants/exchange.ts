import type { Mutant } from './mutants.ts';

const READ = 'engine/exchange/read-senders.ts';
const POSITIONS = 'engine/exchange/positions.ts';
const TICK_RECEIVERS = 'engine/exchange/tick-receivers.ts';

const one = (test: string): NonNullable<Mutant['foundBy']> => ({ file: 'test/engine/exchange/receive.test.ts', test });
const GATE = one('lets no sender overwrite what a receiver has not taken');
const LAST_WINDOWS = one('brings the last windows out by ticks');

/** What goes wrong without the rules of the exchange, each as the model shows it. */
export const EXCHANGE: readonly Mutant[] = [
  {
    name: 'a sender overwrites what no receiver has taken',
    rule: 'PL-31',
    edits: [
      {
        file: 'engine/partition-log/ring.ts',
        find: 'return version - slots <= consumedVersion;',
        replace: 'return version - slots <= consumedVersion + slots;',
      },
    ],
    foundBy: GATE,
  },
  {
    name: 'the gate asks one receiver, not all',
    rule: 'PL-31',
    edits: [
      {
        file: 'engine/exchange/consumed.ts',
        find: 'return Math.min(...(await Promise.all(taken)));',
        replace: 'return Math.min(...(await Promise.all(taken.slice(0, 1))));',
      },
    ],
    foundBy: GATE,
  },
  {
    name: 'rows are deleted before they are overwritten',
    rule: 'PL-31',
    edits: [
      {
        file: 'engine/exchange/old-rows.ts',
        find: 'versionOfKey(key) <= version - slots',
        replace: 'versionOfKey(key) <= version',
      },
    ],
    foundBy: one('keeps rows in objects until they are overwritten'),
  },
  {
    name: 'a receiver does not compare the chain that it reads',
    rule: 'PL-32',
    edits: [{ file: READ, find: 'if (entry.previousCommitId !== before) throw', replace: 'if (before === "?") throw' }],
    foundBy: one('finds a chain that is not the one it read'),
  },
  {
    name: 'a receiver passes over what was overwritten',
    rule: 'PL-32',
    edits: [{ file: READ, find: 'slotOf(version + 1 + i, slots));', replace: 'slotOf(version + 2 + i, slots));' }],
    foundBy: one('counts what comes of all shards under one key'),
  },
  {
    name: 'a commit leaves the positions as they were',
    rule: 'PL-33',
    edits: [
      {
        file: 'engine/partition-log/partition-log.ts',
        find: '...progressOf(change), sealedFor,',
        replace: '...progressOf(change), positions: this.state.positions, sealedFor,',
      },
    ],
    foundBy: one('takes each row once, whoever calls the receiver how often'),
  },
  {
    name: 'a row moves the time of its receiver',
    rule: 'PL-34',
    edits: [
      {
        file: 'engine/step.ts',
        find: 'eventTimeMs: arrival.eventTimeMs, watermarkMs: NO_WATERMARK };',
        replace: 'eventTimeMs: arrival.eventTimeMs, watermarkMs: Math.max(arrival.eventTimeMs, NO_WATERMARK) };',
      },
    ],
    foundBy: one('waits for the sender that is furthest behind'),
  },
  {
    name: 'the sender that is ahead moves the time of its receivers',
    rule: 'PL-34',
    edits: [
      {
        file: POSITIONS,
        find: 'Math.max(before, Math.min(...live));',
        replace: 'Math.max(before, ...live);',
      },
    ],
    foundBy: one('waits for the sender that is furthest behind'),
  },
  {
    name: 'receivers begin with the senders that have a log',
    rule: 'PL-35',
    edits: [
      {
        file: 'engine/exchange/manifest.ts',
        find: '.map(([partition]) => logIdOf({ ...sender, partition }))',
        replace: '.slice(0, 1).map(() => logIdOf(sender))',
      },
    ],
    foundBy: one('waits for the sender that is furthest behind'),
  },
  {
    name: 'receivers do not hear of the children of a sealed sender',
    rule: 'PL-36',
    edits: [
      {
        file: 'engine/reshard.ts',
        find: 'isSender ? names.map((name) => childOf(parent, name, shards)) : [];',
        replace: 'isSender && names.length === 0 ? [childOf(parent, "", shards)] : [];',
      },
    ],
    foundBy: one('follows a shard to those that go on with its keys'),
  },
  {
    name: 'a merged child has the watermark of the parent that was sealed first',
    rule: 'PL-36',
    edits: [
      {
        file: POSITIONS,
        find: 'watermarkMs: Math.min(known.watermarkMs, watermarkMs) };',
        replace: 'watermarkMs: Math.max(known.watermarkMs, known.watermarkMs + 0 * watermarkMs) };',
      },
    ],
    foundBy: {
      file: 'test/engine/exchange/positions.test.ts',
      test: 'has the watermark of the parent that is further behind',
    },
  },
  {
    name: 'a child is read before its parents are done',
    rule: 'PL-36',
    edits: [
      {
        file: POSITIONS,
        find: 'version === 0 && parents.some((parent) => !done.has(parent));',
        replace: 'version < 0 && parents.some((parent) => !done.has(parent));',
      },
    ],
    foundBy: { file: 'test/engine/exchange/positions.test.ts', test: 'is read once all of its parents are done' },
  },
  {
    name: 'a tick moves a sender for its own operators only',
    rule: 'PL-37',
    edits: [
      {
        file: 'engine/step.ts',
        find: '(isAwaited && watermarkMs > state.watermarkMs);',
        replace: '(isAwaited && watermarkMs < state.watermarkMs);',
      },
    ],
    foundBy: LAST_WINDOWS,
  },
  {
    name: 'a sender without a record has no log',
    rule: 'PL-37',
    edits: [
      {
        file: 'engine/tick/partition-time.ts',
        find: 'if (topology.sendsTo === undefined) return undefined;',
        replace: 'if (topology.name !== "") return undefined;',
      },
    ],
    foundBy: LAST_WINDOWS,
  },
  {
    name: 'a tick calls no receiver',
    rule: 'PL-38',
    edits: [{ file: TICK_RECEIVERS, find: 'if (called.length > 0) await', replace: 'if (called.length < 0) await' }],
    foundBy: one('calls by a tick whom a doorbell was lost for'),
  },
  {
    name: "a row is late by the receiver's time",
    rule: 'PL-44',
    edits: [
      {
        file: 'engine/running-operator.ts',
        find: 'Math.max(watermarkMs, behind(rowWatermarkMs, this.#lagMs));',
        replace: 'Math.max(watermarkMs, behind(Math.min(watermarkMs, rowWatermarkMs), this.#lagMs));',
      },
    ],
    foundBy: one('keeps a row that is late, with the sender that it came from'),
  },
  {
    name: 'a row carries the watermark that its record moved to',
    rule: 'PL-29',
    edits: [
      {
        file: 'engine/run.ts',
        find: 'const { outputWatermarkMs: watermarkMs } = this;',
        replace: 'const watermarkMs = eventTimeMs + 100;',
      },
    ],
    foundBy: one('counts what comes of all shards under one key'),
  },
];
