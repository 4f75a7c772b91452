import { describe, expect, it } from '@jest/globals';
import { NOTHING_BETWEEN, withRecord } from '../../adapters/shared/records-between.ts';
import { count, max, mean, min, sum } from '../../engine/index.ts';
import { days } from '../../engine/time/duration.ts';
import { acceptLoss, type LossReport, type LossSource } from '../../operate/accept-loss/accept-loss.ts';
import { lossRangeOf } from '../../operate/accept-loss/loss-range.ts';
import { lossJson, lossText } from '../../operate/accept-loss/report.ts';
import type { Place } from '../../operate/place.ts';
import { topologyOf } from '../engine/support/readings.ts';
import { StreamWorld } from '../engine/support/stream-world.ts';
import { SHARD } from '../support/samples.ts';
import { placeOf } from './support/world-place.ts';

/** Twenty readings put into a shard, at 1,000 ms and a second more each; the first five are counted. */
async function worldAt5(recoveryMs = 0): Promise<StreamWorld> {
  const stream = new StreamWorld({ topology: topologyOf({ name: SHARD.pipeline }), recoveryMs });
  stream.open('shard');
  const records = stream.put('shard', ...Array.from({ length: 20 }, (_, i) => ['a', i] as const));
  await stream.instance().take('shard', records.slice(0, 5));
  return stream;
}

const sourceOf = (stream: StreamWorld): LossSource => ({
  shards: () => stream.catalog.shards(),
  skipped: (partition, after, before, digest) => stream.catalog.skipped(partition, after, before, digest),
  expired: (partition, after, before) => stream.catalog.expired(partition, after, before),
  between: async ({ partition }, after, before) => {
    const lost = stream.all(partition).filter(({ offset }) => offset > after && offset < before);
    const isFollowed = stream.all(partition).some(({ offset }) => offset >= before);
    return lost.reduce((found, { offset }) => withRecord(found, Number(offset) * 1_000), {
      ...NOTHING_BETWEEN,
      isFollowed,
    });
  },
});

const place = ({ world }: StreamWorld, changes: Partial<Place> = {}): Place => ({
  ...placeOf(world, ['shard']),
  ...changes,
});

function accept(
  stream: StreamWorld,
  from: string,
  to: string,
  { partition = 'shard', isDryRun = false } = {},
): Promise<LossReport> {
  return acceptLoss(place(stream), sourceOf(stream), lossRangeOf(partition, from, to), isDryRun);
}

/** What the function names in its error. */
async function namedBy(stream: StreamWorld, skip: number): Promise<{ from: string; to: string }> {
  const halted = await stream
    .instance()
    .take('shard', stream.all('shard').slice(skip))
    .catch((error: unknown) => error);
  return (halted as { context: { from: string; to: string } }).context;
}

describe('accept-loss', () => {
  it('lets the log go on behind the range that the function names, and counts the loss', async () => {
    const stream = await worldAt5();
    const warm = stream.instance();
    const { from, to } = await namedBy(stream, 8);
    await expect(warm.take('shard', stream.all('shard').slice(8))).rejects.toMatchObject({ code: 'RECORDS_MISSING' });
    const report = await accept(stream, from, to);
    expect(report).toMatchObject({ outcome: 'accepted', reached: 5n, version: 2, lossesAccepted: 1 });
    expect(report.lost).toEqual({ records: 3, isAll: true, isFollowed: true, oldestMs: 6_000, newestMs: 8_000 });
    expect(await stream.head('shard')).toMatchObject({
      version: 2,
      reached: 5n,
      resumeAt: 9n,
      counters: { recordsIn: 5, lossesAccepted: 1 },
    });
    // A function that has version 1 in memory finds that it is behind, and reads the log anew.
    expect(await warm.take('shard', stream.all('shard').slice(8))).toMatchObject({ recordsIn: 12 });
    expect(await stream.head('shard')).toMatchObject({
      reached: 20n,
      resumeAt: undefined,
      counters: { recordsIn: 17, lossesAccepted: 1 },
    });
  });

  it('writes once however often it is run, and says so', async () => {
    const stream = await worldAt5();
    await accept(stream, '6', '9');
    expect(await accept(stream, '6', '9')).toMatchObject({
      outcome: 'accepted already',
      version: 2,
      lossesAccepted: 1,
    });
    await stream.instance().take('shard', stream.all('shard').slice(8));
    await expect(accept(stream, '6', '9')).rejects.toMatchObject({ kind: 'invalid', code: 'LOSS_OUTDATED' });
    expect(await stream.head('shard')).toMatchObject({ version: 3, counters: { lossesAccepted: 1 } });
  });

  it.each(['4', '5', '7', '8'])('refuses %s as the beginning of what it has accepted from 6 on', async (from) => {
    const stream = await worldAt5();
    await accept(stream, '6', '9');
    for (const isDryRun of [false, true]) {
      await expect(accept(stream, from, '9', { isDryRun })).rejects.toMatchObject({
        kind: 'invalid',
        code: 'LOSS_OUTDATED',
      });
    }
    expect(await stream.head('shard')).toMatchObject({ version: 2, counters: { lossesAccepted: 1 } });
  });

  it('says of what it has accepted where it begins', async () => {
    const stream = await worldAt5();
    await accept(stream, '6', '9');
    await expect(accept(stream, '7', '9')).rejects.toThrow(
      'from must be the first record of partition shard that is not counted, 6, got 7; ',
    );
    await expect(accept(stream, '5', '9')).rejects.toThrow(/^from must be behind what log \S+ has reached, 5, got 5; /);
  });

  it('knows what it has accepted once the source has none of it any more', async () => {
    const stream = await worldAt5();
    await accept(stream, '6', '9');
    stream.catalog.skips = () => undefined;
    stream.catalog.expires = (_, after) => after < 8n;
    expect(await accept(stream, '6', '9')).toMatchObject({ outcome: 'accepted already' });
    await expect(accept(stream, '5', '9')).rejects.toMatchObject({ code: 'LOSS_OUTDATED' });
  });

  it('finds that it has written where no reply to its write came', async () => {
    const stream = await worldAt5();
    stream.world.logs.script = ['lost reply', 'lost reply', 'lost reply', 'lost reply', 'lost reply'];
    await expect(accept(stream, '6', '9')).rejects.toMatchObject({ kind: 'unavailable', code: 'COMMIT_UNKNOWN' });
    expect(await accept(stream, '6', '9')).toMatchObject({
      outcome: 'accepted already',
      version: 2,
      lossesAccepted: 1,
    });
  });

  it('accepts records that have expired, of which the source tells no more than that they were there', async () => {
    const stream = await worldAt5();
    stream.catalog.skips = () => undefined;
    stream.catalog.expires = (_, after) => after < 8n;
    const { from, to } = await namedBy(stream, 8);
    const kept = { ...sourceOf(stream), between: async () => ({ ...NOTHING_BETWEEN, isFollowed: true }) };
    const report = await acceptLoss(place(stream), kept, lossRangeOf('shard', from, to), false);
    expect(report).toMatchObject({ outcome: 'accepted', version: 2, lossesAccepted: 1 });
    expect(lossText(place(stream).topology, report)).toContain(
      '  the source has none of it any more: nothing tells how many records that were\n',
    );
    expect(await stream.instance().take('shard', stream.all('shard').slice(8))).toMatchObject({ recordsIn: 12 });
  });

  it('says all of it and writes nothing in a dry run', async () => {
    const stream = await worldAt5();
    expect(await accept(stream, '6', '9', { isDryRun: true })).toMatchObject({
      outcome: 'not written',
      version: 1,
      lossesAccepted: 0,
      lost: { records: 3 },
    });
    expect(await stream.head('shard')).toMatchObject({ version: 1, resumeAt: undefined });
  });

  it('loses to a function that commits at the same moment, and writes nothing', async () => {
    const stream = await worldAt5();
    stream.world.logs.beforePut = () => stream.instance().take('shard', stream.all('shard').slice(5, 6));
    await expect(accept(stream, '6', '9')).rejects.toMatchObject({ kind: 'fenced', code: 'FENCED' });
    expect(await stream.head('shard')).toMatchObject({ version: 2, reached: 6n, resumeAt: undefined });
  });

  it('cleans no object up, whatever snapshot it takes: the function alone knows how far back its table can be restored', async () => {
    const stream = await worldAt5(days(1));
    for (let i = 5; i < 20; i++) await stream.instance().take('shard', stream.all('shard').slice(i, i + 1));
    const snapshots = new Set<string>();
    // A ring of 8 slots: one of four commits in a row takes a snapshot.
    for (let i = 0; i < 4; i++) {
      const [lost, next] = stream.put('shard', ['a', i], ['a', i]);
      for (const key of await stream.world.blobs.list('snapshots/')) snapshots.add(key);
      await accept(stream, String(lost?.offset), String(next?.offset));
      await stream.instance().take('shard', next === undefined ? [] : [next]);
    }
    expect(snapshots.size).toBeGreaterThan(4);
    expect((await stream.world.blobs.list('snapshots/')).filter((key) => snapshots.has(key))).toHaveLength(
      snapshots.size,
    );
  });
});

describe('what accept-loss refuses', () => {
  it.each([
    [
      'a range that does not begin where the hole does',
      '7',
      '9',
      'LOSS_OUTDATED',
      /^from must be the first record of partition shard that is not counted, 6, got 7; /,
    ],
    [
      'a range that is counted',
      '5',
      '9',
      'LOSS_OUTDATED',
      /^from must be behind what log flights\/0\/departures\/1\/shard has reached, 5, got 5; /,
    ],
    [
      'an end behind the last record',
      '6',
      '21',
      'LOSS_BEYOND_END',
      /^to must be the offset of a record that partition shard has, got 21; /,
    ],
    [
      'all of a shard that the stream lists',
      '6',
      'end',
      'NOTHING_TO_ACCEPT',
      /^partition shard must be forgotten by its stream for --to end, got one that is listed; bring its records/,
    ],
  ])('is %s', async (_, from, to, code, text) => {
    const stream = await worldAt5();
    const refused = accept(stream, from, to);
    await expect(refused).rejects.toMatchObject({ kind: 'invalid', code });
    await expect(refused).rejects.toThrow(text);
    expect(await stream.head('shard')).toMatchObject({ version: 1 });
  });

  it('is a range of which the source has nothing', async () => {
    const stream = await worldAt5();
    stream.catalog.skips = () => undefined;
    await expect(accept(stream, '6', '9')).rejects.toThrow(
      'partition shard must have records from 6 up to 9 that are not counted, got none in its source; ',
    );
  });

  it('is a source that was cut back and has grown again: its offsets name other records', async () => {
    const stream = await worldAt5();
    stream.catalog.holds = (shard, offset) => {
      const found = stream.all(shard).find((record) => record.offset === offset);
      return found === undefined ? undefined : { ...found, data: new Uint8Array([1]) };
    };
    await expect(accept(stream, '6', '9')).rejects.toMatchObject({ kind: 'internal', code: 'SOURCE_REWRITTEN' });
    expect(await stream.head('shard')).toMatchObject({ version: 1 });
  });

  it('is a log that has not begun, and one that is sealed', async () => {
    const stream = await worldAt5();
    stream.open('other');
    stream.put('other', ['a', 1], ['a', 2]);
    await expect(accept(stream, '21', '22', { partition: 'other' })).rejects.toMatchObject({
      code: 'NOTHING_TO_ACCEPT',
    });
    await stream.instance().take('shard', stream.all('shard'));
    stream.split('shard', 'low', 'high');
    await stream.instance().take('low', stream.put('low', ['a', 30]));
    await expect(accept(stream, '23', '24')).rejects.toThrow(
      /^log flights\/0\/departures\/1\/shard must be open, got one that is sealed: /,
    );
  });

  it('is a definition that did not write the log: the function that runs could not read what it writes', async () => {
    const stream = await worldAt5();
    const aggregates = {
      n: count(),
      total: sum('value'),
      least: min('value'),
      most: max('value'),
      average: mean('value'),
      twice: count(),
    };
    // A field more: this definition can read the log, the one that is deployed could not read what it writes.
    const topology = topologyOf({ name: SHARD.pipeline, aggregates });
    const refused = acceptLoss(place(stream, { topology }), sourceOf(stream), lossRangeOf('shard', '6', '9'), false);
    await expect(refused).rejects.toMatchObject({ kind: 'invalid', code: 'DEFINITION_DIFFERS' });
    expect(await stream.head('shard')).toMatchObject({ version: 1 });
  });

  it.each([
    ['', '6', '9'],
    ['shard', 'x', '9'],
    ['shard', '9', '9'],
    ['shard', '9', '8'],
    ['shard', '6', 'END'],
  ])('is a range that is none: %j from %j to %j', (partition, from, to) => {
    expect(() => lossRangeOf(partition, from, to)).toThrow(expect.objectContaining({ code: 'INVALID_SETTING' }));
  });
});

describe('accept-loss of a parent that the stream has forgotten', () => {
  async function forgotten(): Promise<StreamWorld> {
    const stream = await worldAt5();
    stream.split('shard', 'low', 'high');
    stream.expire('shard');
    return stream;
  }

  it('lets its children go on from its state', async () => {
    const stream = await forgotten();
    const records = stream.put('low', ['a', 10]);
    await expect(stream.instance().take('low', records)).rejects.toMatchObject({
      code: 'PARENT_FORGOTTEN',
      context: { from: '6', to: 'end' },
    });
    expect(await accept(stream, '6', 'end')).toMatchObject({ outcome: 'accepted', version: 2, lost: undefined });
    await stream.instance().take('low', records);
    expect(stream.counts).toEqual({ 'a@0': 5 });
    expect(await accept(stream, '6', 'end')).toMatchObject({ outcome: 'accepted already', version: 3 });
    await expect(accept(stream, '7', 'end')).rejects.toMatchObject({ code: 'LOSS_OUTDATED' });
  });

  it('names all that is behind the log: another beginning is refused', async () => {
    const stream = await forgotten();
    await expect(accept(stream, '7', 'end')).rejects.toMatchObject({ code: 'LOSS_OUTDATED' });
  });

  it('is refused for a shard of which none came', async () => {
    const stream = await forgotten();
    await expect(accept(stream, '0', 'end', { partition: 'shrad' })).rejects.toThrow(
      /^partition shrad must be a parent of a shard that the stream lists, /,
    );
  });
});

describe('accept-loss where the source cannot be asked', () => {
  it('holds the range against the log alone, and says so', async () => {
    const stream = await worldAt5();
    const report = await acceptLoss(place(stream), undefined, lossRangeOf('shard', '6', '9'), false);
    expect(report).toMatchObject({ outcome: 'accepted', lost: undefined });
    expect(lossText(place(stream).topology, report)).toContain(
      '  the brokers were not asked, the range is taken from the error of the function: ',
    );
    await expect(acceptLoss(place(stream), undefined, lossRangeOf('shard', '5', '12'), false)).rejects.toMatchObject({
      code: 'LOSS_OUTDATED',
    });
  });
});

describe('the report of accept-loss', () => {
  it('says what is left out, when it arrived, and what the log says now', async () => {
    const stream = await worldAt5();
    const report = await accept(stream, '6', '9');
    expect(lossText(place(stream).topology, report)).toBe(
      [
        'shard shard of departures: offsets 6 up to 9, that one not included',
        '  3 records that the source still has, arrived from 1970-01-01T00:00:06.000Z to 1970-01-01T00:00:08.000Z',
        'accepted: version 2 of flights/0/departures/1/shard goes on without them; losses accepted: 1',
      ].join('\n'),
    );
    expect(JSON.parse(lossJson(report))).toEqual({
      partition: 'shard',
      from: '6',
      to: '9',
      reached: '5',
      outcome: 'accepted',
      logId: 'flights/0/departures/1/shard',
      version: 2,
      lossesAccepted: 1,
      records: { count: 3, isAll: true, oldest: '1970-01-01T00:00:06.000Z', newest: '1970-01-01T00:00:08.000Z' },
    });
  });

  it('says that nothing was written, in a dry run and in a repeat', async () => {
    const stream = await worldAt5();
    expect(lossText(place(stream).topology, await accept(stream, '6', '9', { isDryRun: true }))).toContain(
      'dry run: nothing was written, ',
    );
    await accept(stream, '6', '9');
    expect(lossText(place(stream).topology, await accept(stream, '6', '9'))).toContain(
      'accepted already: nothing was written, ',
    );
  });

  it('says of a hole that it stopped counting that there may be more', async () => {
    const stream = await worldAt5();
    const report = await accept(stream, '6', '9');
    const more = { ...report, lost: { ...NOTHING_BETWEEN, records: 50_000, isAll: false, isFollowed: true } };
    expect(lossText(place(stream).topology, more)).toContain('  at least 50,000 records that the source still has');
  });
});
