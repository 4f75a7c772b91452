import type { Mutant } from './mutants.ts';

const READ = 'engine/exchange/read-senders.ts';
const RECEIVE = 'engine/exchange/receive.ts';
const POSITIONS = 'engine/exchange/positions.ts';
const TICK_RECEIVERS = 'engine/exchange/tick-receivers.ts';

const one = (test: string): NonNullable<Mutant['foundBy']> => ({ file: 'test/engine/exchange/receive.test.ts', test });
const reads = (test: string): NonNullable<Mutant['foundBy']> => ({ file: 'test/engine/exchange/reads.test.ts', test });
const slow = (test: string): NonNullable<Mutant['foundBy']> => ({
  file: 'test/engine/exchange/slow-readers.test.ts',
  test,
});
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
        find: 'return version - slots <= Math.max(consumedVersion, sinceVersion - 1);',
        replace: 'return version - slots <= Math.max(consumedVersion, sinceVersion - 1) + slots;',
      },
    ],
    foundBy: GATE,
    worlds: 'exchange',
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
    worlds: 'exchange',
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
    worlds: 'exchange',
  },
  {
    name: 'the clock goes by a read that may be behind',
    rule: 'PL-37',
    edits: [
      {
        file: RECEIVE,
        find: "nextEntries(call, log, 'strong')",
        replace: "nextEntries(call, log, 'eventual')",
      },
    ],
    foundBy: reads('proves it too before the clock fires something, though it has found something'),
  },
  {
    name: 'a seal ends a call before its children are read',
    rule: 'PL-36',
    edits: [{ file: RECEIVE, find: 'isAtEnd: !hasNewSenders && ', replace: 'isAtEnd: ' }],
    foundBy: reads('goes on with the children of a sender whose seal it took'),
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
    worlds: 'exchange',
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
    worlds: 'exchange',
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
    worlds: 'exchange',
  },
  {
    name: 'the sender that is ahead moves the time of its receivers',
    rule: 'PL-34',
    edits: [
      {
        file: POSITIONS,
        find: 'least = Math.min(least, watermarkMs);',
        replace: 'least = least === Number.POSITIVE_INFINITY ? watermarkMs : Math.max(least, watermarkMs);',
      },
    ],
    foundBy: one('waits for the sender that is furthest behind'),
    worlds: 'exchange',
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
    worlds: 'exchange',
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
    worlds: 'exchange',
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
    worlds: 'exchange',
  },
  {
    name: 'a child is read before its parents are done',
    rule: 'PL-36',
    edits: [
      {
        file: POSITIONS,
        find: 'ownParents(position).some((parent) => !done.has(parent));',
        replace: 'ownParents(position).some((parent) => parent === null);',
      },
    ],
    foundBy: { file: 'test/engine/exchange/positions.test.ts', test: 'is read once all of its parents are done' },
    worlds: 'exchange',
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
    worlds: 'exchange',
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
    worlds: 'exchange',
  },
  {
    name: 'a tick calls no receiver',
    rule: 'PL-38',
    edits: [{ file: TICK_RECEIVERS, find: 'if (called.length > 0) await', replace: 'if (called.length < 0) await' }],
    foundBy: one('calls by a tick whom a doorbell was lost for'),
    worlds: 'exchange',
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
    worlds: 'exchange',
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
    worlds: 'exchange',
  },
  {
    name: 'rows are taken for lost that another instance has taken',
    rule: 'PL-31',
    edits: [
      {
        file: READ,
        find: 'if (found !== undefined && found.version > version) throw overwritten(logId, version, found.version);',
        replace: 'if (found === undefined) throw overwritten(logId, version, version);',
      },
    ],
    foundBy: slow('does not take rows for lost that were deleted'),
    worlds: 'exchange',
  },
  {
    name: 'entries are taken for lost that another instance has taken',
    rule: 'PL-32',
    edits: [
      {
        file: 'engine/exchange/lost-entries.ts',
        find: 'return position !== undefined && position.version < version;',
        replace: 'return position === undefined || position.version < Number.POSITIVE_INFINITY + version;',
      },
    ],
    foundBy: slow('is behind, and no log is damaged'),
    worlds: 'exchange',
  },
  {
    name: "an entry's watermark counts before its rows",
    rule: 'PL-34',
    edits: [
      {
        file: 'engine/exchange/arrivals.ts',
        find: 'rows.forEach((row, place) => {',
        replace: `records.push({ offset, subSequence: 0, partitionKey: '', arrivalTimeMs: processingTimeMs, data: NO_BYTES,
          arrival: { kind: 'end', watermarkMs: reachedMs } }); rows.forEach((row, place) => {`,
      },
      {
        file: 'engine/exchange/arrivals.ts',
        find: 'records.push({ ...end, arrival });',
        replace: "if (arrival.kind !== 'end') records.push(end);",
      },
    ],
    worlds: 'exchange',
  },
  {
    name: "a receiver's clock moves though it may have overlooked an entry",
    rule: 'PL-37',
    edits: [
      {
        file: RECEIVE,
        find: "if (isProof) read = await nextEntries(call, log, 'strong');",
        replace: "if (isProof) read = await nextEntries(call, log, 'eventual');",
      },
    ],
    foundBy: { file: 'test/engine/exchange/reads.test.ts', test: 'proves it too before the clock fires something' },
  },
  {
    name: 'the lateness that windows allow does not hold what they send',
    rule: 'PL-34',
    edits: [
      {
        file: 'engine/partition-log/partition-log.ts',
        find: 'change.pending === undefined ? behind(change.watermarkMs, delayMs)',
        replace: 'change.pending === undefined ? behind(change.watermarkMs, 0 * delayMs)',
      },
    ],
    worlds: 'exchange',
  },
  {
    name: 'a sender that has left a move says where it goes',
    rule: 'PL-34',
    edits: [
      {
        file: 'engine/partition-log/partition-log.ts',
        find: '(before?.watermarkMs ?? NO_WATERMARK),',
        replace: 'behind(change.watermarkMs, delayMs + 0 * (before?.watermarkMs ?? NO_WATERMARK)),',
      },
    ],
    worlds: 'exchange',
  },
  {
    name: 'receivers of results begin with one sender',
    rule: 'PL-35',
    edits: [
      {
        file: 'engine/exchange/manifest.ts',
        find: 'const roots = from.flatMap((one) => receiverLogs(pipeline, firstGeneration(one))).sort();',
        replace:
          'const roots = from.flatMap((one) => receiverLogs(pipeline, firstGeneration(one))).sort().slice(0, 1);',
      },
    ],
    worlds: 'exchange',
  },
  {
    name: 'a record counts where its key does not live',
    rule: 'PL-26',
    edits: [
      { file: 'engine/topology.ts', find: 'return operators.length > 0;', replace: 'return operators.length < 0;' },
    ],
    foundBy: { file: 'test/lambdas/process-shard.test.ts', test: 'are dead letters where shards hold the keys, and' },
    worlds: 'exchange',
  },
];
