import type { Mutant } from './mutants.ts';

/** Of these windows. */
const same = (windows: string): NonNullable<Mutant['foundBy']> => ({
  file: 'test/engine/exchange/combined.test.ts',
  test: windows,
});
const when = (test: string): NonNullable<Mutant['foundBy']> => ({
  file: 'test/engine/exchange/when-combined.test.ts',
  test,
});
const MAY_COMBINE = 'engine/exchange/may-combine.ts';

/** What goes wrong where rows are combined that must not be, or taken for what they are not. */
export const COMBINED_ROWS: readonly Mutant[] = [
  {
    name: 'rows that are late are combined too',
    rule: 'PL-29',
    edits: [{ file: 'engine/run.ts', find: 'eventTimeMs < watermarkMs ? undefined : this', replace: 'this' }],
    foundBy: same('tumbling, with late revisions'),
    worlds: 'exchange',
  },
  {
    name: 'combined rows count as one record',
    rule: 'PL-29',
    edits: [{ file: 'engine/record.ts', find: '(arrival.partial?.records ?? 1)', replace: '1' }],
    foundBy: same('by the calendar'),
    worlds: 'exchange',
  },
  {
    name: 'a row that an aggregate refuses is combined without it',
    rule: 'PL-29',
    edits: [
      {
        file: 'engine/run.ts',
        find: '      return undefined;\n    } finally {',
        replace: '      return combines.combinable.aggregates.map(() => undefined);\n    } finally {',
      },
    ],
    foundBy: when('lets a row that fails at an aggregate travel by itself'),
  },
  {
    name: 'rows of all slices between two starts of hopping windows are combined',
    rule: 'PL-29',
    edits: [
      {
        file: 'engine/window/hopping-windows.ts',
        find: 'sliceStart(eventTimeMs, hops)',
        replace: 'sliceStart(eventTimeMs, hops, advanceMs)',
      },
    ],
    foundBy: same('hopping, in slices of their own'),
  },
  {
    name: 'rows are combined though early results come with each few of them',
    rule: 'PL-29',
    edits: [
      {
        file: 'engine/plan/combining.ts',
        find: "!emission.finalOnly && emission.early?.by === 'records'",
        replace: "!emission.finalOnly && emission.early?.by === ('never' as string)",
      },
    ],
    foundBy: when('a trigger that counts'),
  },
  {
    name: 'rows are combined for windows that the receivers refuse',
    rule: 'PL-29',
    edits: [
      {
        file: MAY_COMBINE,
        find: 'if (!(await isSchemaRecorded(blobs, name, receivers))) return',
        replace: 'if ((await isSchemaRecorded(blobs, name, receivers)) && blobs === undefined) return',
      },
    ],
    foundBy: when('loses nothing to a definition that its receivers refuse'),
  },
  {
    name: 'a receiver takes partial results of any windows for those of its own',
    rule: 'PL-29',
    edits: [
      {
        file: 'engine/exchange/partials.ts',
        find: 'combinable === undefined || combinable.windows !== head.windows',
        replace: 'combinable === undefined',
      },
    ],
    foundBy: when('are unavailable to other windows than those that they were made for'),
  },
  {
    name: 'rows of a source that was made again are combined below what the one before had reached',
    rule: 'PL-29',
    edits: [
      {
        file: MAY_COMBINE,
        find: 'const isOfSource = receivesFrom === undefined;',
        replace: 'const isOfSource = receivesFrom === undefined && blobs === undefined;',
      },
    ],
    foundBy: when('are late one by one below what the one before had reached'),
  },
  {
    name: 'what a shard that never began would have inherited counts for nothing when its source is made again',
    rule: 'PL-29',
    edits: [
      {
        file: 'engine/exchange/log-ends.ts',
        find: 'reachedMs = Math.max(reachedMs, head?.sent?.watermarkMs ?? NO_WATERMARK);',
        replace:
          'if (head?.sealedFor.length === 0) reachedMs = Math.max(reachedMs, head.sent?.watermarkMs ?? NO_WATERMARK);',
      },
    ],
    foundBy: when('was split, and a shard never had a record'),
  },
];
