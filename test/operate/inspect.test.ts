import { describe, expect, it } from '@jest/globals';
import { progressOf } from '../../engine/state/progress.ts';
import { isKind, TidemarkError } from '../../engine/errors.ts';
import { openLog } from '../../engine/partition-log/open-log.ts';
import { PartitionLog } from '../../engine/partition-log/partition-log.ts';
import { EMPTY_OUTBOX, type StoredResult } from '../../engine/outputs.ts';
import { inspect } from '../../operate/inspect/inspect.ts';
import { faultyReport, reportJson } from '../../operate/inspect/partition-report.ts';
import { inspectTable } from '../../operate/inspect/table.ts';
import { logIdIn, readOnly } from '../../operate/place.ts';
import { reading, record } from '../engine/support/readings.ts';
import type { World } from '../engine/support/world.ts';
import { FIRST_SHARD, newWorld, placeOf, SECOND_SHARD } from './support/world-place.ts';

/** Counted 4, late 1, dead 1; [0, 10) has fired and closed, [10, 20) is open for two keys. */
async function processed(): Promise<World> {
  const world = newWorld();
  const instance = world.instance();
  await instance.process(reading(1, 'a', 5), reading(2, 'a', 7));
  await instance.process(reading(3, 'a', 12), reading(4, 'b', 13), reading(5, 'a', 3), record(6, 'no json'));
  return world;
}

describe('inspect', () => {
  it('reports what the log of a shard holds', async () => {
    const [report] = await inspect(placeOf(await processed()));
    expect(report).toMatchObject({
      partition: FIRST_SHARD,
      status: 'open',
      version: 2,
      reached: '6',
      watermarkMs: 13,
      watermark: '1970-01-01T00:00:00.013Z',
      lagMs: 0,
      recordsIn: 6,
      counted: 4,
      late: 1,
      deadLetters: 1,
      firings: 1,
      openWindows: 2,
      stateEntries: 2,
      verified: true,
      fault: null,
    });
  });

  it('counts state as snapshot plus the deltas since, and tells how old the snapshot is', async () => {
    const world = await processed();
    const [young] = await inspect(placeOf(world));
    expect(young).toMatchObject({ snapshotVersion: 0, snapshotAge: 2, snapshotBytes: 0 });
    const instance = world.instance();
    for (let offset = 7; offset < 12; offset++) await instance.process(reading(offset, 'a', offset + 7));
    const [old] = await inspect(placeOf(world));
    expect(old).toMatchObject({ version: 7, snapshotVersion: 4, snapshotAge: 3 });
    expect(old?.snapshotBytes).toBeGreaterThan(0);
    expect(old?.stateBytes).toBe((old?.snapshotBytes ?? 0) + (old?.deltaBytes ?? 0));
  });

  it('counts outboxes that hold something and are not known to be delivered', async () => {
    expect((await inspect(placeOf(await processed())))[0]).toMatchObject({ version: 2, undelivered: 1 });
    const quiet = newWorld();
    await quiet.instance().process(reading(1, 'a', 5));
    expect((await inspect(placeOf(quiet)))[0]).toMatchObject({ version: 1, undelivered: 0 });
  });

  describe('of an outbox that is not known to be delivered', () => {
    /** Two windows of each of twelve keys have fired, and the sinks took none of it. */
    async function undelivered(): Promise<World> {
      const world = newWorld();
      const instance = world.instance();
      world.sink.isDown = true;
      const keys = Array.from({ length: 12 }, (_, i) => `k${i}`);
      const readings = keys.map((key, i) => reading(i + 1, key, 5));
      await expect(instance.process(...readings, reading(13, 'k0', 12), record(14, 'no json'))).rejects.toMatchObject({
        code: 'SINK_UNAVAILABLE',
      });
      return world;
    }
    const placeWith = (world: World, missing: (rows: readonly StoredResult[]) => number | undefined) => ({
      ...placeOf(world),
      results: { missing: async (rows: readonly StoredResult[]) => missing(rows) },
    });

    it('tells how many rows wait, and since when', async () => {
      const world = await undelivered();
      const [report, empty] = await inspect(placeOf(world));
      const { processingTimeMs } = await world.head();
      expect(report).toMatchObject({
        undelivered: 1,
        undeliveredRows: 13,
        undeliveredSinceMs: processingTimeMs,
        undeliveredSince: new Date(processingTimeMs).toISOString(),
        lookedFor: 0,
        missing: 0,
        withheld: 0,
      });
      expect(empty).toMatchObject({
        undelivered: 0,
        undeliveredRows: 0,
        undeliveredSinceMs: null,
        undeliveredSince: null,
        lookedFor: 0,
      });
      expect(inspectTable([report as NonNullable<typeof report>], 'shard')).toMatch(
        /│ 13 rows since 1970-01-01 00:00 │/,
      );
    });

    it('looks for its first and last results', async () => {
      let asked: readonly StoredResult[] = [];
      const world = await undelivered();
      const [report] = await inspect(placeWith(world, (rows) => (asked = rows).length - 1));
      expect(report).toMatchObject({ lookedFor: 10, missing: 9 });
      expect(asked.map(({ key }) => key)).toHaveLength(10);
      expect(asked[0]).toMatchObject({ windowStartMs: 0, revision: 1 });
      expect(inspectTable([report as NonNullable<typeof report>], 'shard')).toContain(
        '13 rows since 1970-01-01 00:00, 9 of 10 missing │',
      );
    });

    it('has looked for none where the operator may not', async () => {
      expect((await inspect(placeWith(await undelivered(), () => undefined)))[0]).toMatchObject({
        undelivered: 1,
        lookedFor: 0,
        missing: 0,
      });
    });

    it('looks for none of the rows that the result table never takes, and counts them', async () => {
      const world = await undelivered();
      await world
        .instance()
        .use((log) =>
          log.withhold([{ version: 1, sink: 'resultTable', places: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10] }], []),
        );
      let asked = 0;
      const [report] = await inspect(
        placeWith(world, (rows) => {
          asked = rows.length;
          return 0;
        }),
      );
      expect([asked, report?.withheld, report?.undelivered]).toEqual([1, 11, 1]);
    });

    it('looks for nothing where none waits', async () => {
      const world = newWorld();
      await world.instance().process(reading(1, 'a', 5));
      const place = placeWith(world, () => {
        throw new Error('asked');
      });
      expect((await inspect(place))[0]).toMatchObject({ undelivered: 0, lookedFor: 0 });
    });

    it('gives up when the result table does not answer: that says nothing about the log', async () => {
      const place = placeWith(await undelivered(), () => {
        throw new TidemarkError('unavailable', 'RESULTS_UNAVAILABLE', 'no answer');
      });
      await expect(inspect(place)).rejects.toMatchObject({ code: 'RESULTS_UNAVAILABLE' });
    });
  });

  it('reports a shard without a log as empty', async () => {
    const [, second] = await inspect(placeOf(await processed()));
    expect(second).toMatchObject({
      partition: SECOND_SHARD,
      status: 'empty',
      version: 0,
      reached: null,
      watermark: null,
      lagMs: null,
      recordsIn: 0,
      verified: true,
    });
  });

  it('measures how far a shard is behind the furthest one', async () => {
    const world = await processed();
    const place = placeOf(world);
    const ahead = await PartitionLog.open(
      { ...readOnly(place), logs: world.logs, blobs: world.blobs },
      logIdIn(place, SECOND_SHARD),
    );
    await ahead.commit({
      change: { ...progressOf(ahead.state), watermarkMs: 50, tables: [], timers: ahead.state.timers },
      outbox: EMPTY_OUTBOX,
    });
    expect((await inspect(place)).map(({ lagMs }) => lagMs)).toEqual([37, 0]);
  });

  it('tells a sealed log from an open one', async () => {
    const world = await processed();
    world.logs.onRead = (entries) =>
      entries.map((entry) => (entry.version === 2 ? { ...entry, sealedFor: ['shardId-000000000002'] } : entry));
    expect((await inspect(placeOf(world, [FIRST_SHARD])))[0]).toMatchObject({ status: 'sealed', verified: true });
  });

  it('reports a broken chain, and the other shards all the same', async () => {
    const world = await processed();
    world.logs.onRead = (entries) => entries.filter(({ version }) => version !== 1);
    const reports = await inspect(placeOf(world));
    expect(reports.map(({ status, verified }) => [status, verified])).toEqual([
      ['faulty', false],
      ['empty', true],
    ]);
    expect(reports[0]?.fault?.code).toBe('LOG_DAMAGED');
  });

  it('reports state that another definition wrote', async () => {
    const world = await processed();
    const [report] = await inspect({ ...placeOf(world), topology: newWorld({ sizeMs: 20 }).settings.topology });
    expect(report?.fault?.code).toBe('STATE_SCHEMA_CHANGED');
  });

  it('gives up when the objects cannot be read: that says nothing about the log', async () => {
    const world = await processed();
    world.blobs.isDown = true;
    await expect(inspect(placeOf(world))).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('cannot write: whoever looks at a log is given stores that refuse', async () => {
    const settings = readOnly(placeOf(await processed()));
    const { head } = await openLog(settings, logIdIn(placeOf(newWorld()), FIRST_SHARD));
    if (head === undefined) throw new Error('no log');
    for (const write of [
      settings.logs.put('x', 0, head, undefined),
      settings.blobs.putIfAbsent('x', new Uint8Array()),
      settings.blobs.delete('x'),
    ]) {
      await expect(write).rejects.toMatchObject({ code: 'READ_ONLY' });
    }
    expect(isKind(await settings.blobs.delete('x').catch((error: unknown) => error), 'internal')).toBe(true);
  });
});

describe('the table of inspect', () => {
  it('has a line per shard, and faults in full below', async () => {
    const world = await processed();
    world.logs.onRead = (entries) => entries.filter(({ version }) => version !== 1);
    const text = inspectTable(await inspect(placeOf(world)), 'shard');
    expect(text).toMatch(/^│ shard +│ version/m);
    expect(text).toMatch(/│ 0 +│[ │]+FAULTY/);
    expect(text).toMatch(/│ 1 +│.*none yet.*empty/);
    expect(text).toContain(`${FIRST_SHARD}: LOG_DAMAGED: log flights/0/departures/1/${FIRST_SHARD} must be one chain`);
  });
});

describe('the JSON of inspect', () => {
  it('has all of a log that could be opened, and no number of one that could not', async () => {
    const [known] = await inspect(placeOf(await processed()));
    if (known === undefined) throw new Error('no report');
    expect(JSON.parse(reportJson(known))).toEqual(known);
    const fault = { code: 'LOG_DAMAGED', text: 'no version 3' };
    expect(JSON.parse(reportJson(faultyReport(FIRST_SHARD, fault)))).toEqual({
      partition: FIRST_SHARD,
      status: 'faulty',
      verified: false,
      fault,
    });
  });
});
