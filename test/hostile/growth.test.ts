import { describe, expect, it } from '@jest/globals';
import { collect, count, custom, kinesis, list, map, pipeline, resultTable } from '../../engine/index.ts';
import type { Body } from '../../engine/partition-log/entry.ts';
import { READING, topologyOf, type Reading } from '../engine/support/readings.ts';
import { eventRecord, HostileStream, reading } from './support.ts';

const MAX_STATE_BYTES = 2_000;

/** Remembers every value of a key: what a careless pipeline does. */
const everyValue = custom('every value', ({ value }: Reading) => value, {
  init: (): readonly number[] => [],
  add: (all, value) => [...all, value],
  merge: (a, b) => [...a, ...b],
  result: (all) => all.length,
  resultType: 'integer',
  maxStateBytes: MAX_STATE_BYTES,
});

const bytesOf = (body: Body): number => ('inline' in body ? body.inline.length : Infinity);

describe('a key that grows without bound', () => {
  it('stops growing at the limit: what would not fit is a dead letter with its reason, other keys go on', async () => {
    const stream = new HostileStream(
      topologyOf({ aggregates: { n: count(), every: everyValue }, maxOutOfOrdernessMs: 100 }),
    );
    for (let n = 1; n <= 600; n++)
      await stream.invoke(
        eventRecord(2 * n, reading('hot', 0, n + 0.1)),
        eventRecord(2 * n + 1, reading(`cold-${n}`, 0)),
      );
    const { deadLetters } = stream.world.sink;
    const kept = 600 - deadLetters.length;
    expect(stream.totals).toEqual({ in: 1_200, counted: 600 + kept, late: 0, dead: 600 - kept });
    expect(kept).toBeGreaterThan(100);
    expect(kept).toBeLessThan(MAX_STATE_BYTES / 8);
    expect(new Set(deadLetters.map(({ code, partitionKey }) => `${code} ${partitionKey}`))).toEqual(
      new Set(['STATE_TOO_LARGE hot']),
    );
    expect(deadLetters[0]?.reason).toMatch(
      /^accumulator of every value must be at most 2000 bytes, got 20\d\d; keep less of each record or set maxStateBytes$/,
    );
    await stream.invoke(eventRecord(2_000, reading('cold-1', 400)));
    expect(stream.world.sink.results.find(({ key }) => key === 'hot')?.values).toEqual({ n: kept, every: kept });
    await stream.rebuiltHash();
  });

  it('takes no more of a commit after ten thousand records than after a hundred', async () => {
    const stream = new HostileStream(
      topologyOf({ aggregates: { some: collect('value', { maxItems: 20 }), n: count() }, maxOutOfOrdernessMs: 100 }),
    );
    const feed = async (from: number, to: number): Promise<number> => {
      for (let n = from; n < to; n += 100)
        await stream.invoke(...Array.from({ length: 100 }, (_, i) => eventRecord(n + i, reading('hot', 0, n + i))));
      return bytesOf((await stream.world.head()).delta);
    };
    const early = await feed(1, 101);
    const late = await feed(101, 10_001);
    expect(late).toBeLessThan(early + 20);
    expect(stream.totals).toEqual({ in: 10_000, counted: 10_000, late: 0, dead: 0 });
  });

  it('stops growing in the state and the timers of a process function too', async () => {
    const begun = (stateful: 'list' | 'map' | 'timers') =>
      pipeline('readings')
        .source(kinesis({ stream: 'readings', partitionKey: 'key', schema: READING }))
        .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 100, maxClockSkewMs: 1_000_000 })
        .keyBy('key')
        .process({
          state: { items: list<number>(), names: map<number>() },
          results: { n: 'integer' },
          onRecord: ({ value: { value } }, { state, setTimer, emit }) => {
            if (stateful === 'list') state.items.append(value);
            if (stateful === 'map') state.names.set(`n${value}`, value);
            if (stateful === 'timers') setTimer(100_000 + value);
            emit({ n: value });
          },
        })
        .to(resultTable()).topology;
    for (const [stateful, code, reason] of [
      [
        'list',
        'STATE_TOO_LARGE',
        'list items of one key must have at most 10000 entries, got one more; forget old ones with ttlMs or clear()',
      ],
      [
        'map',
        'STATE_TOO_LARGE',
        'map names of one key must have at most 10000 entries, got one more; forget old ones with ttlMs or clear()',
      ],
      [
        'timers',
        'TIMERS_TOO_MANY',
        'timers of one key must be at most 10000, got one more; set one timer for several records, at a rounded time',
      ],
    ] as const) {
      const stream = new HostileStream(begun(stateful));
      for (let n = 0; n < 12_000; n += 3_000) {
        await stream.invoke(
          ...Array.from({ length: 3_000 }, (_, i) =>
            eventRecord(n + i + 1, reading(i === 0 ? 'cold' : 'hot', 0, n + i)),
          ),
        );
      }
      const { deadLetters } = stream.world.sink;
      expect(stream.totals).toEqual({ in: 12_000, counted: 10_004, late: 0, dead: 1_996 });
      expect(new Set(deadLetters.map((letter) => `${letter.partitionKey} ${letter.code}: ${letter.reason}`))).toEqual(
        new Set([`hot ${code}: ${reason}`]),
      );
      await stream.rebuiltHash();
    }
  });

  it('cannot open more windows than the disorder and the lateness allow', async () => {
    const stream = new HostileStream(topologyOf({ sizeMs: 1, maxOutOfOrdernessMs: 100, allowedLatenessMs: 50 }));
    for (let n = 0; n < 200; n++) {
      const records = Array.from({ length: 20 }, (_, i) =>
        eventRecord(n * 20 + i + 1, reading('hot', n * 4 - ((i * 37) % 400))),
      );
      await stream.invoke(...records);
      expect(stream.reports.at(-1)?.openWindows).toBeLessThanOrEqual(151);
    }
    expect(stream.totals.late).toBeGreaterThan(0);
    expect(stream.totals.in).toBe(4_000);
  });
});
