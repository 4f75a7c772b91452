/** Bugs about idleness, ticks, seals and what a child inherits. Those with `foundBy` show in a world too small for chance. */
import type { Mutant } from './mutants.ts';

const TICK = 'engine/process-tick.ts';
const LOOK = 'engine/tick/partition-time.ts';
const FOLLOW = 'engine/tick/idle-watermark.ts';
const RESHARD = 'engine/reshard.ts';
const INHERIT = 'engine/state/inherit-state.ts';
const LOG = 'engine/partition-log';
const IDLE = 'test/engine/idle-partitions.test.ts';
const SEALING = 'test/engine/sealing.test.ts';
const DELIVERY = 'test/engine/partition-log/delivery.test.ts';

export const TIME_AND_SEALS: readonly Mutant[] = [
  {
    name: 'a quiet partition is idle, whatever it has left',
    rule: 'PL-19',
    edits: [{ file: LOOK, find: 'isIdle: isDrained && isQuiet,', replace: 'isIdle: isQuiet,' }],
    foundBy: { file: 'test/engine/reports.test.ts', test: 'how many shards take part in time' },
  },
  {
    name: 'the idle timeout is over a millisecond early',
    rule: 'PL-21',
    edits: [
      {
        file: LOOK,
        find: 'topology.eventTime.idleTimeoutMs <= nowMs',
        replace: 'topology.eventTime.idleTimeoutMs <= nowMs + 1',
      },
    ],
    foundBy: { file: IDLE, test: 'one millisecond before' },
  },
  {
    name: 'idle partitions follow the largest watermark of the active ones',
    rule: 'PL-21',
    edits: [{ file: FOLLOW, find: 'return Math.min(...active', replace: 'return Math.max(...active' }],
  },
  {
    name: 'idle partitions hold time too',
    rule: 'PL-21',
    edits: [
      {
        file: FOLLOW,
        find: 'const active = partitions.filter(({ isIdle }) => !isIdle);',
        replace: 'const active = partitions;',
      },
    ],
  },
  {
    name: 'the wall clock is taken as it is',
    rule: 'PL-21',
    edits: [{ file: FOLLOW, find: 'return nowMs - maxOutOfOrdernessMs - idleTimeoutMs;', replace: 'return nowMs;' }],
  },
  {
    name: 'the wall clock forgets the idle timeout',
    rule: 'PL-21',
    edits: [
      {
        file: FOLLOW,
        find: 'return nowMs - maxOutOfOrdernessMs - idleTimeoutMs;',
        replace: 'return nowMs - maxOutOfOrdernessMs;',
      },
    ],
  },
  {
    name: 'the wall clock forgets what records may be out of order',
    rule: 'PL-21',
    edits: [
      {
        file: FOLLOW,
        find: 'return nowMs - maxOutOfOrdernessMs - idleTimeoutMs;',
        replace: 'return nowMs - idleTimeoutMs;',
      },
    ],
  },
  {
    name: 'a child that waits holds time',
    rule: 'PL-21',
    edits: [
      {
        file: LOOK,
        find: "error.code === 'PARENT_NOT_DRAINED') return false;",
        replace: "error.code === 'PARENT_NOT_DRAINED') return true;",
      },
    ],
    foundBy: { file: IDLE, test: 'does not hold time, though it has records' },
  },
  {
    name: 'processing time stands still on partitions that are not idle',
    rule: 'PL-20',
    edits: [
      {
        file: TICK,
        find: 'const drained = times.filter(({ isDrained }) => isDrained);',
        replace: 'const drained = times.filter(({ isIdle }) => isIdle);',
      },
    ],
    foundBy: { file: IDLE, test: 'moves processing time on all the same' },
  },
  {
    name: 'a sealed partition holds time',
    rule: 'PL-21',
    edits: [{ file: LOOK, find: 'if (log.isSealed) return undefined;', replace: '' }],
    foundBy: { file: IDLE, test: 'not one that is sealed' },
  },
  {
    name: 'a partition without a log never holds time',
    rule: 'PL-21',
    edits: [
      {
        file: LOOK,
        find: "if (log.version === 0 && remaining !== 'records') {",
        replace: 'if (log.version === 0) return undefined; if (false) {',
      },
    ],
  },
  {
    name: 'a partition that was never written to holds time',
    rule: 'PL-21',
    edits: [{ file: LOOK, find: "if (log.version === 0 && remaining !== 'records') {", replace: 'if (false) {' }],
    foundBy: { file: IDLE, test: 'not one that was never written to' },
  },
  {
    name: 'a throttled answer means drained',
    rule: 'PL-19',
    edits: [
      {
        file: LOOK,
        find: 'const remaining = await shards.remaining(partition, reached, reachedDigest);',
        replace:
          "const remaining = await shards.remaining(partition, reached, reachedDigest).catch(() => 'none yet' as const);",
      },
    ],
  },
  {
    name: 'a tick trusts the memory of its function',
    rule: 'PL-20',
    edits: [
      {
        file: LOOK,
        find: 'return steps.untilDone(() => logs.useNewest(',
        replace: 'return steps.untilDone(() => logs.use(',
      },
    ],
  },
  {
    name: 'a tick that loses is an error',
    rule: 'PL-20',
    edits: [{ file: TICK, find: "    if (isKind(error, 'fenced')) return false;", replace: '' }],
    foundBy: { file: IDLE, test: 'which is no error' },
  },
  {
    name: 'what a tick decided waits for the next one',
    rule: 'PL-16',
    edits: [
      {
        file: TICK,
        find: '      await log.commit({ ...result, isIdle });\n      await deliverWaiting(log, partition, sinks);',
        replace: '      await log.commit({ ...result, isIdle });',
      },
    ],
    foundBy: { file: IDLE, test: 'brings out what its own commit decided' },
  },
  {
    name: 'a tick leaves what waits for delivery',
    rule: 'PL-16',
    edits: [
      {
        file: TICK,
        find: '    await deliverWaiting(log, partition, sinks);\n    // An invocation has committed',
        replace: '    // An invocation has committed',
      },
    ],
    foundBy: { file: IDLE, test: 'brings out what a batch left' },
  },
  {
    name: 'a seal does not deliver first',
    rule: 'PL-16, PL-22',
    edits: [
      {
        file: RESHARD,
        find: '    await deliverWaiting(log, parent, processor.sinks);\n    const isEnd',
        replace: '    const isEnd',
      },
    ],
    foundBy: { file: SEALING, test: 'is delivered before' },
  },
  {
    name: 'a seal takes what is not there yet for the end',
    rule: 'PL-22',
    edits: [{ file: RESHARD, find: "if (remaining !== 'ended') {", replace: "if (remaining === 'records') {" }],
    foundBy: { file: SEALING, test: 'leaves a parent open of which the stream only says' },
  },
  {
    name: 'a sealed parent is sealed again',
    rule: 'PL-23',
    edits: [{ file: RESHARD, find: 'if (log.isSealed) {', replace: 'if (log.isSealed && log.version < 0) {' }],
  },
  {
    name: 'a parent without a log is not begun',
    rule: 'PL-22',
    edits: [{ file: RESHARD, find: '      await takeOver(processor, log, parent, steps, begunMs);\n', replace: '' }],
  },
  {
    name: 'a log goes on after its seal',
    rule: 'PL-23',
    edits: [
      {
        file: `${LOG}/partition-log.ts`,
        find: "if (this.isSealed) throw new TidemarkError('internal', 'SEALED',",
        replace: "if (this.version < 0) throw new TidemarkError('internal', 'SEALED',",
      },
    ],
    foundBy: { file: SEALING, test: 'refuses a record behind the end' },
  },
  {
    name: 'a merged child numbers on from its first parent',
    rule: 'PL-17, PL-24',
    edits: [
      {
        file: INHERIT,
        find: 'sequence: Math.max(0, ...states.map(({ sequence }) => sequence)),',
        replace: 'sequence: states[0]?.sequence ?? 0,',
      },
    ],
  },
  {
    name: 'a child numbers from 0',
    rule: 'PL-17, PL-24',
    edits: [
      {
        file: INHERIT,
        find: 'sequence: Math.max(0, ...states.map(({ sequence }) => sequence)),',
        replace: 'sequence: 0,',
      },
    ],
  },
  {
    name: 'a merged child numbers on from the smallest',
    rule: 'PL-17, PL-24',
    edits: [
      {
        file: INHERIT,
        find: 'sequence: Math.max(0, ...states.map(({ sequence }) => sequence)),',
        replace: 'sequence: Math.min(...states.map(({ sequence }) => sequence)),',
      },
    ],
  },
  {
    name: 'a child has had no record',
    rule: 'PL-21, PL-24',
    edits: [
      {
        file: INHERIT,
        find: 'lastArrivalMs: Math.max(NO_WATERMARK, ...states.map((state) => state.lastArrivalMs)),',
        replace: '',
      },
    ],
    foundBy: { file: SEALING, test: 'are the newest arrival and processing time of its parents' },
  },
  {
    name: 'processing time begins anew in a child',
    rule: 'PL-24',
    edits: [
      {
        file: INHERIT,
        find: 'processingTimeMs: Math.max(NO_WATERMARK, ...states.map((state) => state.processingTimeMs)),',
        replace: '',
      },
    ],
    foundBy: { file: SEALING, test: 'are the newest arrival and processing time of its parents' },
  },
  {
    name: 'floors cover the whole child',
    rule: 'PL-25',
    edits: [
      {
        file: 'engine/time/floors.ts',
        find: 'if (floor.fromHash <= hash && hash <= floor.toHash) highest',
        replace: 'if (floor.fromHash >= 0n && hash >= 0n) highest',
      },
    ],
  },
  {
    name: 'a number that a step gave is forgotten',
    rule: 'PL-17',
    edits: [
      {
        file: 'engine/step.ts',
        find: 'proof: state.proof, sequence, floors',
        replace: 'proof: state.proof, sequence: state.sequence, floors',
      },
    ],
  },
  {
    name: 'the number is lost on reload',
    rule: 'PL-7, PL-17',
    edits: [
      {
        file: `${LOG}/open-log.ts`,
        find: '...progressOf(entry), tables',
        replace: '...progressOf(entry), sequence: 0, tables',
      },
    ],
  },
  {
    name: 'a replayed batch succeeds before its outbox is delivered',
    rule: 'PL-13, PL-16',
    edits: [
      {
        file: 'engine/process-batch.ts',
        find: 'const { writeUnits, withheld } = await deliverWaiting(log, partition, processor.sinks);',
        replace: 'const { writeUnits, withheld } = { writeUnits: 0, withheld: 0 };',
      },
    ],
    foundBy: { file: DELIVERY, test: 'alone succeed after their outbox is delivered' },
  },
  {
    name: 'outboxes are delivered newest first',
    rule: 'PL-16',
    edits: [
      {
        file: 'engine/outbox.ts',
        find: 'waiting !== undefined; waiting = log.undelivered[0]',
        replace: 'waiting !== undefined; waiting = log.undelivered.at(-1)',
      },
    ],
    foundBy: { file: DELIVERY, test: 'of which several wait are delivered oldest first' },
  },
  {
    name: 'the gate looks at snapshots only',
    rule: 'PL-3',
    edits: [
      {
        file: `${LOG}/ring.ts`,
        find: 'version - slots <= Math.min(snapshotVersion, publishedVersion)',
        replace: 'version - slots <= snapshotVersion',
      },
    ],
    foundBy: {
      file: 'test/engine/partition-log/ring.test.ts',
      test: 'refuses to commit over an outbox that nobody delivered',
    },
  },
  {
    name: 'the gate lets one version too many through',
    rule: 'PL-3',
    edits: [
      { file: `${LOG}/ring.ts`, find: 'version - slots <= Math.min(', replace: 'version - slots <= 1 + Math.min(' },
    ],
    foundBy: {
      file: 'test/engine/partition-log/ring.test.ts',
      test: 'refuses to commit over an outbox that nobody delivered',
    },
  },
  {
    name: 'processing time is lost on reload',
    rule: 'PL-7, PL-12',
    edits: [
      {
        file: `${LOG}/open-log.ts`,
        find: '...progressOf(entry), tables',
        replace: '...progressOf(entry), processingTimeMs: 0, tables',
      },
    ],
  },
  {
    name: 'processing timers are lost on reload',
    rule: 'PL-7',
    edits: [
      {
        file: 'engine/state/rebuild-timers.ts',
        find: 'else processing = withTimer(processing, timer);',
        replace: 'else void withTimer(processing, timer);',
      },
    ],
  },
];
