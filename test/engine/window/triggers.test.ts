import { describe, expect, it } from '@jest/globals';
import {
  collect,
  everyEventTime,
  everyProcessingTime,
  everyRecords,
  global,
  hopping,
  kinesis,
  lake,
  pipeline,
  session,
  tumbling,
} from '../../../engine/index.ts';
import type { WindowSettings } from '../../../engine/dsl/window-settings.ts';
import type { ResultRow } from '../../../engine/outputs.ts';
import type { Windows } from '../../../engine/window/windows.ts';
import { MovingPartition } from '../support/moves.ts';
import { reading, READING } from '../support/readings.ts';

/** Records are numbered by their values; a negative one carries no watermark. */
class Story {
  readonly #partition: MovingPartition;
  #offset = 0;

  constructor(windows: Windows, settings: WindowSettings) {
    this.#partition = new MovingPartition(
      pipeline('story')
        .source(kinesis({ stream: 'readings', partitionKey: 'key', schema: READING }))
        .eventTime(({ timeMs }) => timeMs, { watermark: ({ timeMs, value }) => (value < 0 ? undefined : timeMs) })
        .keyBy('key')
        .window(windows, settings)
        .aggregate({ all: collect('value', { maxItems: 100 }) })
        .to(lake()).topology,
    );
  }

  record(timeMs: number, value = -1, arrivalTimeMs = 1_000): string[] {
    return this.#partition
      .process({ ...reading(++this.#offset, 'k', timeMs, value), arrivalTimeMs })
      .results.map(textOf);
  }

  tick(watermarkMs: number | undefined, processingTimeMs?: number): string[] {
    const result = this.#partition.tryTick({ watermarkMs, processingTimeMs });
    if (result === undefined) return [];
    this.#partition.tick(result);
    return result.outbox.results.map(textOf);
  }
}

/** `[start, end) values in the order of time`, with a minus before what is taken back. */
function textOf({ windowStartMs, windowEndMs, values, retracted }: ResultRow): string {
  const { items } = (values as { all?: { items: number[] } }).all ?? {};
  return `${retracted === true ? '-' : ''}[${windowStartMs}, ${windowEndMs}) ${items?.join(' ') ?? ''}`.trim();
}

const ten: Windows = tumbling({ sizeMs: 10 });

describe('early, every n records', () => {
  const story = () => new Story(ten, { trigger: { early: everyRecords(2) } });

  it('fires with the n-th record since the last firing, not with the one before', () => {
    const told = story();
    expect([told.record(1, -1), told.record(2, -2), told.record(3, -3), told.record(4, -4)]).toEqual([
      [],
      ['[0, 10) -1 -2'],
      [],
      ['[0, 10) -1 -2 -3 -4'],
    ]);
  });

  it('fires at the end with whatever there is, new or not', () => {
    const told = story();
    told.record(1, -1);
    told.record(2, -2);
    expect(told.record(10, 10)).toEqual(['[0, 10) -1 -2']);
  });

  it('counts in each window of a hop for itself', () => {
    const told = new Story(hopping({ sizeMs: 10, advanceMs: 5 }), { trigger: { early: everyRecords(2) } });
    expect([told.record(1, -1), told.record(6, -2), told.record(11, -3)]).toEqual([
      [],
      ['[0, 10) -1 -2'],
      ['[5, 15) -2 -3'],
    ]);
  });
});

describe('early, every t of event time', () => {
  const story = (windows = ten) => new Story(windows, { trigger: { early: everyEventTime(4) } });

  it.each([
    [3, []],
    [4, ['[0, 10) 0']],
    [5, ['[0, 10) 0']],
  ])('fires when the watermark comes to a multiple: at %d', (timeMs, results) => {
    const told = story();
    told.record(0, 0);
    expect(told.record(timeMs, timeMs).map((text) => text.replace(` ${timeMs}`, ''))).toEqual(results);
  });

  it('says nothing when nothing is new', () => {
    const told = story();
    told.record(0, 0);
    expect(told.record(4, 4)).toEqual(['[0, 10) 0 4']);
    expect(told.tick(8)).toEqual([]);
  });

  it.each([
    ['a tumbling window', tumbling({ sizeMs: 100 }), '[0, 100)'],
    ['a session', session({ gapMs: 95 }), '[5, 100)'],
  ] as const)(
    'does nothing in %s at the first watermark: there was no time to pass a multiple in',
    (_, windows, window) => {
      const told = story(windows);
      expect([told.record(5, 5), told.tick(7), told.tick(8)]).toEqual([[], [], [`${window} 5`]]);
    },
  );
});

describe('early, every t of processing time', () => {
  const story = (settings: WindowSettings = {}) =>
    new Story(ten, { trigger: { early: everyProcessingTime(100) }, ...settings });

  it.each([
    [1_099, []],
    [1_100, ['[0, 10) -1']],
    [1_101, ['[0, 10) -1']],
  ])('fires when an idle partition is ticked at %d', (nowMs, results) => {
    const told = story();
    told.record(1, -1, 1_000);
    expect(told.tick(undefined, nowMs)).toEqual(results);
  });

  it('fires before the record whose arrival passes a multiple', () => {
    const told = story();
    told.record(1, -1, 1_000);
    expect(told.record(2, -2, 1_100)).toEqual(['[0, 10) -1']);
  });

  it('is over at the end of the window: then the late trigger decides', () => {
    const told = story({ allowedLatenessMs: 5 });
    told.record(1, -1, 1_000);
    expect(told.record(10, 10, 1_001)).toEqual(['[0, 10) -1']);
    expect(told.record(2, -2, 1_002)).toEqual(['[0, 10) -1 -2']);
    expect(told.tick(undefined, 1_100)).toEqual(['[10, 20) 10']);
  });
});

describe('late, batched', () => {
  const story = (windows = ten) => new Story(windows, { allowedLatenessMs: 20, trigger: { late: everyRecords(2) } });

  it('waits for n late records, and gives what is left when the window closes', () => {
    const told = story();
    told.record(1, -1);
    expect(told.record(10, 10)).toEqual(['[0, 10) -1']);
    expect([told.record(2, -2), told.record(3, -3), told.record(4, -4)]).toEqual([[], ['[0, 10) -1 -2 -3'], []]);
    expect([told.tick(29), told.tick(30)]).toEqual([['[10, 20) 10'], ['[0, 10) -1 -2 -3 -4']]);
  });

  it('waits for n late records in a window that had none in time, too', () => {
    const told = story();
    told.record(10, 10);
    expect([told.record(1, -1), told.record(2, -2)]).toEqual([[], ['[0, 10) -1 -2']]);
  });

  it('does not wait in a session that is past its end when it begins: its first result comes at once', () => {
    const told = story(session({ gapMs: 5 }));
    told.record(20, 20);
    expect(told.record(1, -1)).toEqual(['[1, 6) -1']);
  });
});

describe('discarding', () => {
  it('says each record once, and at the end nothing when nothing is new', () => {
    const told = new Story(ten, {
      allowedLatenessMs: 5,
      accumulation: 'discarding',
      trigger: { early: everyRecords(2) },
    });
    expect([told.record(1, -1), told.record(2, -2), told.record(10, 10), told.record(3, -3)]).toEqual([
      [],
      ['[0, 10) -1 -2'],
      ['[0, 10)'],
      ['[0, 10) -3'],
    ]);
  });
});

describe('retracting', () => {
  it('takes back what it said before it says something else', () => {
    const told = new Story(ten, { allowedLatenessMs: 5, accumulation: 'retracting' });
    told.record(1, -1);
    expect(told.record(10, 10)).toEqual(['[0, 10) -1']);
    expect(told.record(2, -2)).toEqual(['-[0, 10) -1', '[0, 10) -1 -2']);
  });

  it('takes back both sessions that a late record joins, with what they said', () => {
    const told = new Story(session({ gapMs: 5 }), { allowedLatenessMs: 100, accumulation: 'retracting' });
    told.record(1, -1);
    told.record(8, -2);
    expect(told.tick(20)).toEqual(['[1, 6) -1', '[8, 13) -2']);
    expect(told.record(4, -3)).toEqual(['-[1, 6) -1', '-[8, 13) -2', '[1, 13) -1 -3 -2']);
  });
});

describe('accumulating', () => {
  it('leaves a tombstone where a session stood that a late record has made longer', () => {
    const told = new Story(session({ gapMs: 5 }), { allowedLatenessMs: 100 });
    told.record(4, -1);
    expect(told.tick(20)).toEqual(['[4, 9) -1']);
    expect(told.record(2, -2)).toEqual(['-[4, 9)', '[2, 9) -2 -1']);
  });
});

describe('final only', () => {
  it('gives one result, when the window closes', () => {
    const told = new Story(ten, { allowedLatenessMs: 5, finalOnly: true });
    told.record(1, -1);
    expect([told.record(14, 14), told.record(2, -2), told.tick(15)]).toEqual([[], [], ['[0, 10) -1 -2']]);
  });
});

describe('a global window', () => {
  it('goes on for ever, and says what its trigger says', () => {
    const told = new Story(global(), { trigger: { early: everyRecords(2) } });
    const results = [told.record(1, 1), told.record(1_000, 2), told.record(-5, -3), told.record(7, -4)];
    expect(results.map((texts) => texts.map((text) => text.split(') ')[1]))).toEqual([[], ['1 2'], [], ['-3 1 -4 2']]);
  });
});
