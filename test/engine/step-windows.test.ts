import { describe, expect, it } from '@jest/globals';
import { EMPTY_OUTBOX } from '../../engine/outputs.ts';
import { count, sum } from '../../engine/index.ts';
import { NO_WATERMARK } from '../../engine/time/watermark.ts';
import { reading, record, topologyOf, type Reading } from './support/readings.ts';
import { Partition } from './support/state.ts';
import { step } from '../../engine/step.ts';

/** Key, start and revision of every result. */
const fired = ({
  results,
}: {
  readonly results: ReadonlyArray<{ key: string; windowStartMs: number; revision: number }>;
}) => results.map(({ key, windowStartMs, revision }) => `${key}[${windowStartMs} rev ${revision}`);

describe('a window', () => {
  it('fires when the watermark comes to its end, not one before', () => {
    const partition = new Partition(topologyOf());
    expect(fired(partition.process(reading(1, 'a', 0), reading(2, 'b', 9)))).toEqual([]);
    expect(fired(partition.process(reading(3, 'a', 10)))).toEqual(['a[0 rev 1', 'b[0 rev 1']);
  });

  it('waits for the out-of-orderness bound', () => {
    const partition = new Partition(topologyOf({ maxOutOfOrdernessMs: 5 }));
    expect(fired(partition.process(reading(1, 'a', 0), reading(2, 'a', 14)))).toEqual([]);
    expect(partition.process(reading(3, 'a', 9)).results).toEqual([]);
    expect(partition.process(reading(4, 'a', 15)).results).toEqual([
      {
        key: 'a',
        windowStartMs: 0,
        windowEndMs: 10,
        revision: 1,
        values: { n: 2, total: 2, least: 1, most: 1, average: 1 },
      },
    ]);
  });

  it('takes a record at its start, and leaves one at its end to the next', () => {
    const partition = new Partition(topologyOf({ maxOutOfOrdernessMs: 10 }));
    const { results } = partition.process(reading(1, 'a', 10), reading(2, 'a', 0), reading(3, 'a', 30));
    expect(results.map(({ windowStartMs, windowEndMs, values }) => [windowStartMs, windowEndMs, values['n']])).toEqual([
      [0, 10, 1],
      [10, 20, 1],
    ]);
  });

  it('holds times before 1970 too', () => {
    expect(
      fired(new Partition(topologyOf()).process(reading(1, 'a', -11), reading(2, 'a', -1), reading(3, 'a', 0))),
    ).toEqual(['a[-20 rev 1', 'a[-10 rev 1']);
  });

  it('without records of a key says nothing for it', () => {
    expect(fired(new Partition(topologyOf()).process(reading(1, 'a', 0), reading(2, 'b', 1_000)))).toEqual([
      'a[0 rev 1',
    ]);
  });
});

describe('the allowed lateness', () => {
  const lateness = () => new Partition(topologyOf({ allowedLatenessMs: 5 }));

  it('lets a record count that comes after the firing, and fires again at once', () => {
    const partition = lateness();
    expect(fired(partition.process(reading(1, 'a', 0), reading(2, 'a', 14)))).toEqual(['a[0 rev 1']);
    const { results, lateRecords } = partition.process(reading(3, 'a', 9, 5));
    expect(results).toEqual([
      {
        key: 'a',
        windowStartMs: 0,
        windowEndMs: 10,
        revision: 2,
        values: { n: 2, total: 6, least: 1, most: 5, average: 3 },
      },
    ]);
    expect(lateRecords).toEqual([]);
  });

  it('counts a record whose window closes 1 ms later', () => {
    expect(lateness().process(reading(1, 'a', 14), reading(2, 'a', 9)).lateRecords).toEqual([]);
  });

  it.each([15, 16])('drops a record whose window closed when the watermark came to 15: at %d', (watermarkMs) => {
    const { lateRecords, results } = lateness().process(reading(1, 'a', watermarkMs), reading(2, 'a', 9));
    expect(lateRecords.map(({ offset }) => offset)).toEqual([2n]);
    expect(results).toEqual([]);
  });

  it('fires the first time at once for a key that comes after the end of a window', () => {
    expect(fired(lateness().process(reading(1, 'a', 14), reading(2, 'b', 9), reading(3, 'b', 8)))).toEqual([
      'b[0 rev 1',
      'b[0 rev 2',
    ]);
  });
});

describe('a late record', () => {
  it('is kept byte for byte, with its key, its times and the watermark that it met', () => {
    const late = reading(2, 'b', 9, 7);
    expect(new Partition(topologyOf()).process(reading(1, 'a', 12), late).lateRecords).toEqual([
      { offset: 2n, subSequence: 0, key: 'b', eventTimeMs: 9, arrivalTimeMs: 1_000, watermarkMs: 12, data: late.data },
    ]);
  });

  it('changes neither watermark nor state', () => {
    const partition = new Partition(topologyOf());
    partition.process(reading(1, 'a', 12));
    const { stateHash, watermarkMs } = partition.state;
    partition.process(reading(2, 'a', 9));
    expect(partition.state).toMatchObject({
      stateHash,
      watermarkMs,
      reached: 2n,
      counters: { recordsIn: 2, counted: 1, late: 1 },
    });
  });

  it('is judged by the watermark before it, so the record that moves time on is never late itself', () => {
    const { lateRecords } = new Partition(topologyOf()).process(
      reading(1, 'a', 0),
      reading(2, 'a', 500),
      reading(3, 'a', 500),
    );
    expect(lateRecords).toEqual([]);
  });
});

describe('a dead letter', () => {
  it('whose time could be read moves no watermark: what it cannot count, it cannot close', () => {
    const failing = {
      ...sum('value'),
      extract: ({ value }: Reading) => {
        if (value === 13) throw new Error('13');
        return value;
      },
    };
    const partition = new Partition(topologyOf({ aggregates: { total: failing } }));
    const { results, lateRecords, deadLetters } = partition.process(
      reading(1, 'a', 0),
      reading(2, 'a', 50, 13),
      reading(3, 'a', 1),
    );
    expect([results, lateRecords, deadLetters.map(({ code }) => code)]).toEqual([[], [], ['USER_CODE']]);
    expect(partition.state.watermarkMs).toBe(1);
  });

  it('changes no aggregate, those before the one that failed included', () => {
    const failing = {
      ...sum('value'),
      extract: ({ value }: Reading) => {
        if (value === 13) throw new Error('13');
        return value;
      },
    };
    const partition = new Partition(topologyOf({ aggregates: { n: count(), total: failing } }));
    expect(
      partition
        .process(reading(1, 'a', 0, 5), reading(2, 'a', 1, 13), reading(3, 'b', 2, 13), reading(4, 'c', 10))
        .results.map(({ key, values }) => [key, values]),
    ).toEqual([['a', { n: 1, total: 5 }]]);
  });

  it('comes of a number that a sum might overflow with, and the sum stays as it was', () => {
    const partition = new Partition(topologyOf());
    const { results, deadLetters } = partition.process(
      reading(1, 'a', 0, 1e287),
      reading(2, 'a', 1, 1e288),
      reading(3, 'a', 10),
    );
    expect(deadLetters).toMatchObject([
      {
        offset: 2n,
        code: 'NUMBER_TOO_LARGE',
        reason: 'value must be below 1e+288 in magnitude, got a larger one; aggregate it in a larger unit',
      },
    ]);
    expect(results).toMatchObject([{ values: { n: 1, total: 1e287 } }]);
  });
});

describe('several firings in one batch', () => {
  it('count the revision up one by one', () => {
    const partition = new Partition(topologyOf({ allowedLatenessMs: 100 }));
    const { results } = partition.process(
      reading(1, 'a', 0),
      reading(2, 'a', 10),
      reading(3, 'a', 1),
      reading(4, 'a', 2),
    );
    expect(fired({ results })).toEqual(['a[0 rev 1', 'a[0 rev 2', 'a[0 rev 3']);
    expect(results.map(({ values }) => values['n'])).toEqual([1, 2, 3]);
    expect(fired(partition.process(reading(5, 'a', 3)))).toEqual(['a[0 rev 4']);
  });

  it('come in the order of time, then of keys', () => {
    const partition = new Partition(topologyOf({ maxOutOfOrdernessMs: 100 }));
    const all = partition.process(
      reading(1, 'b', 10),
      reading(2, 'a', 10),
      reading(3, 'c', 0),
      reading(4, 'a', 0),
      reading(5, 'a', 200),
    );
    expect(fired(all)).toEqual(['a[0 rev 1', 'c[0 rev 1', 'a[10 rev 1', 'b[10 rev 1']);
  });

  it('include the windows that open and close in the same batch', () => {
    const partition = new Partition(topologyOf());
    expect(fired(partition.process(reading(1, 'a', 0), reading(2, 'a', 10), reading(3, 'a', 20)))).toEqual([
      'a[0 rev 1',
      'a[10 rev 1',
    ]);
    expect([...(partition.state.tables[0]?.groups.keys() ?? [])]).toEqual([20]);
  });
});

describe('a step', () => {
  it('leaves the state that it reads as it was (PL-6)', () => {
    const partition = new Partition(topologyOf({ allowedLatenessMs: 10, maxOutOfOrdernessMs: 5 }));
    partition.process(reading(1, 'a', 0), reading(2, 'b', 5), reading(3, 'a', 12), reading(4, 'a', 18));
    const { timers } = partition.state;
    const before = partition.bytes();
    const records = [
      reading(5, 'a', 3),
      reading(6, 'b', 40),
      reading(7, 'c', 70),
      record(8, 'no JSON'),
      reading(9, 'a', 0),
    ];
    const first = step(partition.topology, partition.state, records);
    expect(Buffer.compare(partition.bytes(), before)).toBe(0);
    expect(partition.state.timers).toBe(timers);
    expect(step(partition.topology, partition.state, records)).toEqual(first);
  });

  it('of no records changes nothing and says nothing', () => {
    const { change, outbox } = step(topologyOf(), new Partition(topologyOf()).state, []);
    expect(change).toMatchObject({ reached: -1n, watermarkMs: NO_WATERMARK });
    expect(change.tables.every(({ dropped, puts }) => dropped.size + puts.size === 0)).toBe(true);
    expect(outbox).toEqual(EMPTY_OUTBOX);
  });

  it('counts every record once: counted, late or dead', () => {
    const partition = new Partition(topologyOf());
    partition.process(reading(1, 'a', 0), reading(2, 'a', 12), reading(3, 'a', 5), record(4, '{'), reading(5, 'a', 20));
    expect(partition.state.counters).toEqual({
      recordsIn: 5,
      counted: 3,
      late: 1,
      deadLetters: 1,
      results: 2,
      lossesAccepted: 0,
    });
  });
});
