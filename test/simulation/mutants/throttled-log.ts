/** Bugs that show while no request to one log gets through for hours. */
import type { Mutant } from './mutants.ts';

const TICK = 'engine/process-tick.ts';
const FOLLOW = 'engine/tick/idle-watermark.ts';

export const THROTTLED_LOG: readonly Mutant[] = [
  {
    name: 'a partition of which nothing is known holds others for ever',
    rule: 'PL-21',
    edits: [
      {
        file: FOLLOW,
        find: 'quietMs >= UNSEEN_HOLD_MS ? []',
        replace: 'quietMs >= UNSEEN_HOLD_MS && !unseen.includes(undefined) ? []',
      },
    ],
  },
  {
    name: 'a tick moves no partition while the log of one cannot be read',
    rule: 'PL-21',
    edits: [
      {
        file: TICK,
        find: 'const drained = times.filter(({ isDrained }) => isDrained);',
        replace:
          'const isKnown = unseenOnes.every(({ watermarkMs }) => watermarkMs !== undefined); const drained = times.filter(({ isDrained }) => isDrained && isKnown);',
      },
    ],
  },
];
