/** Bugs in what a session is, what it has said, and how long it is kept. */
import type { Mutant } from './mutants.ts';

const OPERATOR = 'engine/window/session-operator.ts';
const RULES = 'engine/window/sessions.ts';

export const SESSION_RULES: readonly Mutant[] = [
  {
    name: 'a session that gets another end does not retract its early result',
    rule: 'PL-17',
    edits: [
      {
        file: OPERATOR,
        find: 'isAdditive || !one.isVisible ? one.pane',
        replace: 'isAdditive || !one.isVisible || (!one.isOnTimeDone && one.startMs === bounds.startMs) ? one.pane',
      },
    ],
  },
  {
    name: 'the session before a record is not joined',
    rule: 'PL-44',
    edits: [
      {
        file: OPERATOR,
        find: 'this.#table.floor(key, numericOrder, placeOf(own)) ?? placeOf(own)',
        replace: 'placeOf(own)',
      },
    ],
  },
  {
    name: 'the session after a record is not joined',
    rule: 'PL-44',
    edits: [{ file: OPERATOR, find: '}, from, String(own.endMs));', replace: '}, from, placeOf(own));' }],
  },
  {
    name: 'a session that was joined stays beside the merged one',
    rule: 'PL-44',
    edits: [
      {
        file: OPERATOR,
        find: 'if (one.startMs !== grown.startMs) this.#table.delete',
        replace: 'if (one.startMs === Infinity) this.#table.delete',
      },
    ],
  },
  {
    name: 'a session is forgotten at its end and lateness',
    rule: 'PL-44',
    edits: [
      {
        file: RULES,
        find: 'return endMs + gapMs + allowedLatenessMs;',
        replace: 'return endMs + allowedLatenessMs + 0 * gapMs;',
      },
    ],
  },
  {
    name: 'the session that a record joins decides whether it is late',
    rule: 'PL-44',
    edits: [
      {
        file: OPERATOR,
        find: "this.#context.lateFrom(key))) return 'late';",
        replace:
          "this.#context.lateFrom(key)) && this.#overlapping(key, { startMs: eventTimeMs, endMs: eventTimeMs + this.#gapMs }).length === 0) return 'late';",
      },
    ],
  },
  {
    name: 'a merged session counts on from its smallest revision',
    rule: 'PL-17',
    edits: [
      {
        file: OPERATOR,
        find: 'Math.max(...parts.map((part) => part.revision))',
        replace: 'Math.min(...parts.map((part) => part.revision))',
      },
    ],
  },
  {
    name: 'a session that has grown past its result does not fire at its end',
    rule: 'PL-17',
    edits: [
      {
        file: OPERATOR,
        find: 'const begun = { ...bounds, isOnTimeDone: false,',
        replace: 'const begun = { ...bounds, isOnTimeDone: first?.isOnTimeDone === true,',
      },
    ],
  },
  {
    name: 'a session that begins earlier keeps the timers of the later start',
    rule: 'PL-12',
    edits: [{ file: OPERATOR, find: '= first.startMs === bounds.startMs ? first : begun;', replace: '= first;' }],
  },
  {
    name: 'a shard inherits sessions by their starts',
    rule: 'PL-24',
    edits: [
      {
        file: OPERATOR,
        find: "name, routedBy: 'group', groups: 'text',",
        replace: "name, routedBy: 'key', groups: 'text',",
      },
    ],
  },
];
