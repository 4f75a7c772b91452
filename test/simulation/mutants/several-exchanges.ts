import type { Mutant } from './mutants.ts';

const found = (test: string): NonNullable<Mutant['foundBy']> => ({ file: 'test/engine/exchange/levels.test.ts', test });
const RECEIVE = 'engine/exchange/receive.ts';

/** What goes wrong where receivers are senders themselves. */
export const SEVERAL_EXCHANGES: readonly Mutant[] = [
  {
    name: 'a result bears the time to which its firing moves',
    rule: 'PL-34',
    edits: [
      {
        file: 'engine/run.ts',
        find: 'return behind(this.#movingFromMs ?? this.watermarkMs, this.delayMs);',
        replace: 'return behind(this.watermarkMs, this.delayMs);',
      },
    ],
    foundBy: found('sends a result with its key, its window, and the time before its windows closed'),
  },
  {
    name: 'what a fragment may still hold back does not hold its output watermark',
    rule: 'PL-34',
    edits: [
      {
        file: 'engine/topology.ts',
        find: 'return operators.reduce((sum, operator) => sum + operator.delayMs, 0);',
        replace: 'return operators.length === 0 ? 1 - 1 : 0;',
      },
    ],
    foundBy: found('holds the time of its results back as long as a session may still grow'),
  },
  {
    name: 'a receiver does not ring whom it has rows for',
    rule: 'PL-38',
    edits: [{ file: RECEIVE, find: '  await ringFor(processor, result);\n', replace: '' }],
    foundBy: found('rings those for whom it has rows'),
  },
  {
    name: 'a receiver with a full ring does not ring those behind it',
    rule: 'PL-31',
    edits: [{ file: RECEIVE, find: '    await ringIfFull(processor, error);\n', replace: '' }],
    foundBy: found('overwrites nothing that those behind it have not taken'),
  },
  {
    name: 'a tick looks at the receivers of the first exchange only',
    rule: 'PL-37',
    edits: [
      {
        file: 'engine/exchange/tick-receivers.ts',
        find: 'of topology.downstream.toReversed()) {',
        replace: 'of topology.downstream.slice(0, 1).toReversed()) {',
      },
    ],
    foundBy: found('calls receivers of every exchange that have something to read'),
  },
  {
    name: 'a tick forgets how long the fragments between hold time back',
    rule: 'PL-37',
    edits: [
      {
        file: 'engine/exchange/tick-receivers.ts',
        find: 'return (head?.due?.eventMs ?? Number.POSITIVE_INFINITY) + delayMs;',
        replace: 'return (head?.due?.eventMs ?? Number.POSITIVE_INFINITY) + 0 * delayMs;',
      },
    ],
    foundBy: found('waits as long as the fragment between may hold a result back'),
  },
  {
    name: 'only a sender writes down who the senders of a later exchange are',
    rule: 'PL-35',
    edits: [
      {
        file: RECEIVE,
        find: ': settleReceivers(blobs, pipeline, exchange, sentBy);',
        replace: ': readManifests(blobs, processor.topology, exchange);',
      },
    ],
    foundBy: found('is known before any of them has begun'),
  },
];
