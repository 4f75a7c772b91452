/** Bugs that show when an exchange is added to running logs. */
import type { Mutant } from './mutants.ts';

const ADDED = 'engine/exchange/added.ts';
const found = (test: string): NonNullable<Mutant['foundBy']> => ({
  file: 'test/engine/exchange/added.test.ts',
  test,
});

export const ADDED_EXCHANGE: readonly Mutant[] = [
  {
    name: 'the gate of an added exchange counts the entries before it',
    rule: 'PL-31',
    edits: [
      {
        file: 'engine/partition-log/ring.ts',
        find: 'Math.max(consumedVersion, sinceVersion - 1)',
        replace: 'Math.min(consumedVersion, consumedVersion + sinceVersion)',
      },
    ],
    foundBy: found('commits in a ring of four'),
  },
  {
    name: 'receivers of an added exchange begin at version 1 of each log',
    rule: 'PL-35',
    edits: [
      {
        file: 'engine/exchange/read-senders.ts',
        find: 'return first.sent === undefined;',
        replace: 'return first.version < 1;',
      },
    ],
    foundBy: found('keep what they have, and hold time back by their lateness'),
  },
  {
    name: 'a seal from before the exchange hands its time down',
    rule: 'PL-35',
    edits: [{ file: ADDED, find: 'watermarkMs: NO_WATERMARK,', replace: 'watermarkMs: head.watermarkMs,' }],
    foundBy: found('hand down no time with a seal from before it'),
  },
  {
    name: 'a seal from before the exchange has no children',
    rule: 'PL-35',
    edits: [
      { file: 'engine/exchange/log-ends.ts', find: 'return (head?.sealedFor ?? []).map(', replace: 'return [].map(' },
    ],
    foundBy: found('follows shards that were split before it'),
  },
  {
    name: 'a seal from before the exchange is followed before all its children have begun',
    rule: 'PL-35',
    edits: [{ file: ADDED, find: 'if (heads.includes(undefined)) return undefined;', replace: '' }],
    foundBy: found('reads a merged shard behind all its parents, though code without it has sealed one of them'),
  },
  {
    name: 'an added exchange has no manifest of its senders',
    rule: 'PL-35',
    edits: [
      {
        file: 'engine/process-batch.ts',
        find: 'else await beginSending(processor, log, partition, way.steps, way.begunMs);',
        replace: '',
      },
    ],
    foundBy: found('commits in a ring of four'),
  },
  {
    name: 'a tick does not begin an added exchange in idle logs',
    rule: 'PL-35, PL-39',
    edits: [
      {
        file: 'engine/partition-log/partition-log.ts',
        find: '(this.#head?.sent?.generation ?? 0) < sendsTo.generation',
        replace: '(this.#head?.sent?.generation ?? 99) < sendsTo.generation',
      },
    ],
    foundBy: found('is begun in logs without records by a tick'),
  },
  {
    name: 'receivers that took over before the exchange are not followed',
    rule: 'PL-35',
    edits: [{ file: ADDED, find: 'if (next.id === source &&', replace: "if (next.id === '' &&" }],
    foundBy: found('begins at receivers whose number has changed before'),
  },
];
