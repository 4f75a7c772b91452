import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MAX_OBJECTS_PER_FOLDER } from '../../../adapters/lake/by-day.ts';
import { LakeSink } from '../../../adapters/lake/lake-sink.ts';
import { readLake } from '../../../adapters/lake/read-lake.ts';
import { MemoryBlobStore } from '../../../adapters/memory/blob-store.ts';
import { lakeDay } from '../../../engine/lake-day.ts';
import type { LateRecord, Outbox } from '../../../engine/outputs.ts';
import type { Delivery } from '../../../engine/ports.ts';
import { collect } from '../../support/collect.ts';
import { sampleDeadLetter, sampleDelivery, sampleLate, sampleRow } from '../../support/samples.ts';

const DAY_MS = 86_400_000;

function openLake() {
  const blobs = new MemoryBlobStore();
  return { blobs, sink: new LakeSink({ blobs, pipeline: 'flights', results: 'results' }) };
}

/** One late record per number, at that day. */
const lateOn = (days: readonly number[]): LateRecord[] =>
  days.map((day, i) => sampleLate(BigInt(i), { eventTimeMs: day * DAY_MS + (i % 1_000) }));
const range = (length: number): number[] => Array.from({ length }, (_, i) => i);
const dayOf = (key: string): string => /day=([^/]+)/.exec(key)?.[1] ?? '';

/** All four kinds, each with these days. */
function everyKind(days: readonly number[]): Partial<Outbox> {
  return {
    results: days.map((day, i) => sampleRow(`k${i}`, day * DAY_MS, 1)),
    sideOutputs: days.map((day, i) => ({
      output: 'large',
      key: `k${i}`,
      eventTimeMs: day * DAY_MS,
      sequence: i,
      value: 1,
    })),
    lateRecords: lateOn(days),
    deadLetters: days.map((day, i) => sampleDeadLetter(BigInt(i), { arrivalTimeMs: day * DAY_MS })),
  };
}

describe('a delivery with many days', () => {
  it('makes few objects in each folder: 21,000 late records, dead letters, results and side outputs of as many days', async () => {
    const { blobs, sink } = openLake();
    const { rows } = await sink.deliver(sampleDelivery(everyKind(range(21_000))));
    const keys = await blobs.list('');
    const perFolder = Map.groupBy(keys, (key) => key.split('/day=')[0]);
    expect([...perFolder].map(([folder, { length }]) => [folder, length])).toEqual([
      ['flights/dead-letters', MAX_OBJECTS_PER_FOLDER],
      ['flights/late', MAX_OBJECTS_PER_FOLDER],
      ['flights/outputs/large', MAX_OBJECTS_PER_FOLDER],
      ['flights/results', MAX_OBJECTS_PER_FOLDER],
    ]);
    expect([rows, (await collect(readLake(blobs, ''))).length]).toEqual([84_000, 84_000]);
  });

  it('keeps an object for each day up to the bound', async () => {
    const { blobs, sink } = openLake();
    await sink.deliver(sampleDelivery({ lateRecords: lateOn(range(MAX_OBJECTS_PER_FOLDER)) }));
    expect((await blobs.list('')).map(dayOf)).toEqual(
      range(MAX_OBJECTS_PER_FOLDER).map((day) => lakeDay(day * DAY_MS)),
    );
    expect((await blobs.list('')).filter((key) => key.includes('-shared'))).toEqual([]);
  });

  it('keeps the days with the most rows, of equals the newest, and puts the others into the newest of theirs', async () => {
    const { blobs, sink } = openLake();
    await sink.deliver(sampleDelivery({ lateRecords: lateOn([3, ...range(30), 3, 3]) }));
    const [shared, ...more] = (await blobs.list('')).filter((key) => key.includes('-shared'));
    expect([shared, more]).toEqual([
      'flights/late/day=1970-01-16/shardId-000000000000-000000000001-commit-1-shared.gz',
      [],
    ]);
    const days = (await collect(readLake(blobs, shared as string))).map(({ eventTimeMs }) =>
      Math.floor((eventTimeMs as number) / DAY_MS),
    );
    expect(days).toEqual(
      range(16)
        .filter((day) => day !== 3)
        .reverse(),
    );
  });

  it('has each row in one object, in its day or a later one of the delivery, and repeats add nothing', async () => {
    const day = fc.oneof(fc.integer({ min: -3, max: 40 }), fc.integer({ min: -1_000_000, max: 1_000_000 }));
    await fc.assert(
      fc.asyncProperty(fc.array(day, { maxLength: 80 }), async (days) => {
        const { blobs, sink } = openLake();
        const delivery = sampleDelivery(everyKind(days));
        expect(await sink.deliver(delivery)).toMatchObject({ rows: 4 * days.length });
        expect(await sink.deliver(delivery)).toMatchObject({ rows: 0 });
        const found: string[] = [];
        const listed = new Set(days.map((one) => lakeDay(one * DAY_MS)));
        const keys = await blobs.list('flights/late/');
        for (const key of keys) {
          expect(listed).toContain(dayOf(key));
          for (const { offset, eventTimeMs } of await collect(readLake(blobs, key))) {
            found.push(offset as string);
            const own = lakeDay(eventTimeMs as number);
            if (key.includes('-shared')) expect(own <= dayOf(key)).toBe(true);
            else expect(own).toBe(dayOf(key));
          }
        }
        expect(found.sort()).toEqual(days.map((_, i) => String(i)).sort());
        expect(keys.length).toBe(Math.min(listed.size, MAX_OBJECTS_PER_FOLDER));
      }),
      { numRuns: 50 },
    );
  });

  it('makes the same objects with the same bytes when a crash left some of them', async () => {
    const delivery = sampleDelivery({ lateRecords: lateOn(range(100)) });
    const contents = async (blobs: MemoryBlobStore) =>
      Promise.all(
        (await blobs.list('')).map(async (key) => [
          key,
          Buffer.from((await blobs.get(key)) as Uint8Array).toString('hex'),
        ]),
      );
    const { blobs, sink } = openLake();
    await sink.deliver(delivery);
    const whole = await contents(blobs);
    for (const [key] of whole.slice(7)) await blobs.delete(key as string);
    await sink.deliver(delivery);
    expect(await contents(blobs)).toEqual(whole);
  });

  it('loses no row where an earlier release had written the object of a day that is now shared', async () => {
    const { blobs, sink } = openLake();
    const delivery: Delivery = sampleDelivery({ lateRecords: lateOn(range(30)) });
    // It made an object for each day, and died after that of the day in which the shared one lies.
    await sink.deliver({
      ...delivery,
      outbox: { ...delivery.outbox, lateRecords: delivery.outbox.lateRecords.slice(14, 15) },
    });
    await sink.deliver(delivery);
    const offsets = new Set((await collect(readLake(blobs, ''))).map(({ offset }) => offset));
    expect(offsets.size).toBe(30);
  });
});
