/** Bugs that show when another source comes in front of an exchange. */
import type { Mutant } from './mutants.ts';

const positions = (test: string): NonNullable<Mutant['foundBy']> => ({
  file: 'test/engine/exchange/positions.test.ts',
  test,
});
const found = (test: string): NonNullable<Mutant['foundBy']> => ({
  file: 'test/engine/exchange/made-again.test.ts',
  test,
});

export const REPLACED_SOURCE: readonly Mutant[] = [
  {
    name: 'the logs of a source that was made again are not sealed',
    rule: 'PL-36',
    edits: [
      {
        file: 'engine/exchange/old-source.ts',
        find: 'if (before === undefined || own === undefined) return;',
        replace: 'if (before === undefined || own !== undefined) return;',
      },
    ],
    foundBy: found('goes on in the same receivers, where the old one ended'),
    worlds: 'exchange',
  },
  {
    name: 'a partition that never began is not sealed for the next source',
    rule: 'PL-36',
    edits: [
      {
        file: 'engine/exchange/old-source.ts',
        find: 'if (log.isSealed) return;',
        replace: 'if (log.isSealed || log.version === 0) return;',
      },
      {
        file: 'engine/exchange/old-source.ts',
        find: 'ends.filter(({ head }) => !isSealed(head));',
        replace: 'ends.filter(({ head }, i) => !isSealed(head) && i === 0);',
      },
    ],
    foundBy: found('seals the logs of its shards, those that never began and those of a split among them'),
  },
  {
    name: 'rows of a source that was made again are late by what they carry alone',
    rule: 'PL-44',
    edits: [
      {
        file: 'engine/exchange/arrivals.ts',
        find: 'row.watermarkMs < floorMs ?',
        replace: 'row.watermarkMs < floorMs && floorMs === NO_WATERMARK ?',
      },
    ],
    foundBy: positions('sends no row that is in time by less than that'),
  },
  {
    name: 'a sealed sender hands down the watermark of its seal alone',
    rule: 'PL-36',
    edits: [
      {
        file: 'engine/exchange/positions.ts',
        find: 'withChild(all, child, sealed.watermarkMs),',
        replace: 'withChild(all, child, Math.min(sealed.watermarkMs, watermarkMs)),',
      },
    ],
    foundBy: positions('has the watermark that the receiver has of it, also where its seal bears none'),
  },
  {
    name: 'a function of an older source takes a newer one for the one before',
    rule: 'PL-36',
    edits: [
      {
        file: 'engine/exchange/manifest.ts',
        find: 'if (next === undefined && begunMs <= (newest.begunMs ?? Number.NEGATIVE_INFINITY)) {',
        replace: 'if (next === undefined && begunMs < Number.NEGATIVE_INFINITY) {',
      },
    ],
    foundBy: found('is not taken back by a function of an older one that was frozen meanwhile'),
  },
  {
    name: 'the first source of an exchange does not say when it was found',
    rule: 'PL-36',
    edits: [
      {
        file: 'engine/exchange/manifest.ts',
        find: '{ roots, begunMs }, { source: ofSource }',
        replace: '{ roots }, { source: ofSource }',
      },
    ],
    foundBy: found('is not taken for the newer one by its function that was frozen before any log had begun'),
    worlds: 'exchange',
  },
  {
    name: 'a source is read while shards of the one before it are live',
    rule: 'PL-36',
    edits: [
      {
        file: 'engine/exchange/positions.ts',
        find: 'sourcesBefore(position).some((one) => sources.has(one));',
        replace: 'sourcesBefore(position).some((one) => sources.has(`${one}/`));',
      },
    ],
    foundBy: positions('is read to its end first, where a seal that names other ends is taken'),
  },
  {
    name: 'a child begins though its parent was sealed for another source',
    rule: 'PL-36',
    edits: [{ file: 'engine/reshard.ts', find: '      requireSameSource(log, parent);\n', replace: '' }],
    foundBy: found(
      'lets no child of the old one begin whose parent was sealed for the new one: no receiver would know of it',
    ),
  },
  {
    name: 'the first log of an old source that has no room keeps the others from their seals',
    rule: 'PL-36',
    edits: [
      {
        file: 'engine/exchange/old-source.ts',
        find: '.catch((error: unknown) => failures.push(error));',
        replace: ';',
      },
    ],
    foundBy: found(
      'has all logs sealed that have room, whichever has none: receivers may wait for theirs to make some',
    ),
  },
  {
    name: 'a child of the old source waits for a parent that never begins',
    rule: 'PL-36',
    edits: [
      {
        file: 'engine/exchange/positions.ts',
        find: '(!isChildWaiting(one) || isLeft(one))',
        replace: '!isChildWaiting(one)',
      },
    ],
    foundBy: positions('is left where all shards that are left of it wait for parents that never begin'),
  },
  {
    name: 'children of the old source do not wait for parents that may still be named',
    rule: 'PL-36',
    edits: [
      {
        file: 'engine/exchange/positions.ts',
        find: 'followed.has(sourceOf(logId)) && !goingOn.has(sourceOf(logId));',
        replace: 'followed.has(sourceOf(logId));',
      },
    ],
    foundBy: positions('is not left while a shard of it goes on, which may name a parent that others wait for'),
  },
];
