import type { Mutant } from './mutants.ts';

const union = (test: string): NonNullable<Mutant['foundBy']> => ({ file: 'test/engine/exchange/union.test.ts', test });

const reads = (test: string): NonNullable<Mutant['foundBy']> => ({
  file: 'test/engine/exchange/tick-reads.test.ts',
  test,
});

/** Bugs that show where several sources meet in one exchange. */
export const SEVERAL_SOURCES: readonly Mutant[] = [
  {
    name: 'idle partitions follow those of their own source alone',
    rule: 'PL-37',
    edits: [
      {
        file: 'engine/exchange/other-sources.ts',
        find: 'if (sendsTo === undefined || sources.length < 2) return NONE;',
        replace: 'if (sendsTo === undefined || sources.length < 99) return NONE;',
      },
    ],
    foundBy: union('moves an idle one up to where the other is, and no further'),
  },
  {
    name: 'a tick does not note that a partition is idle',
    rule: 'PL-37',
    edits: [
      {
        file: 'engine/process-tick.ts',
        find: 'if (isIdle && topology.sources.length > 1 && !log.isIdle) {',
        replace: 'if (isIdle && topology.sources.length > 99 && !log.isIdle) {',
      },
    ],
    foundBy: union('notes once that a partition is idle'),
  },
  {
    name: 'a partition that never had a record counts as quiet before its log began',
    rule: 'PL-21',
    edits: [
      {
        file: 'engine/tick/partition-time.ts',
        find: 'quietSinceMs: Math.max(lastArrivalMs, log.state.epochMs),',
        replace: 'quietSinceMs: lastArrivalMs,',
      },
    ],
    foundBy: union('holds one that never had a record while the other cannot be looked at'),
  },
  {
    name: 'receivers begin once one of several sources is known',
    rule: 'PL-35',
    edits: [
      {
        file: 'engine/exchange/manifest.ts',
        find: 'if (known.length < found.length) return undefined;',
        replace: 'if (known.length === 0) return undefined;',
      },
    ],
    foundBy: union('does nothing before each source has told which shards it has'),
  },
  {
    name: 'a source more fits the stored state',
    rule: 'PL-30',
    edits: [
      {
        file: 'engine/codec/fingerprint.ts',
        find: '...(sources.length > 1 && sentBy.length === 0',
        replace: '...(sources.length > 99 && sentBy.length === 0',
      },
    ],
    foundBy: union('is refused with other sources over the same state'),
  },
  {
    name: 'a tick takes the newest entry that it remembers for the newest that there is',
    rule: 'PL-37',
    edits: [
      {
        file: 'engine/exchange/newest-heads.ts',
        find: 'if (there?.version === expectedVersion(next, slots)) return seen;',
        replace: 'if (there?.version !== -1) return seen;',
      },
    ],
    foundBy: reads('sees how far the other source has come since the tick before'),
  },
  {
    name: 'a tick reads of a sender once, wherever its receivers stand',
    rule: 'PL-38',
    edits: [
      {
        file: 'engine/exchange/tick-receivers.ts',
        find: 'const place = `${position.logId} ${position.version}`;',
        replace: 'const place = position.logId;',
      },
    ],
    foundBy: reads('calls a receiver that has not read what another one has, and no other'),
  },
];
