import { describe, expect, it } from '@jest/globals';
import { fromLogItem, toLogItem } from '../../adapters/dynamodb/log-item.ts';
import { lossBeforeNext, proofWhenDrained } from '../../engine/expired-unread.ts';
import { processBatch } from '../../engine/process-batch.ts';
import { BEFORE_FIRST } from '../../engine/record.ts';
import { NO_WATERMARK } from '../../engine/time/watermark.ts';
import { hours } from '../../engine/time/duration.ts';
import { NO_PROOF, type ReadProof } from '../../engine/state/progress.ts';
import { reading } from './support/readings.ts';
import { partitionOf, StreamWorld } from './support/stream-world.ts';
import { sampleEntry } from '../support/samples.ts';

const SHARD = 'shard';
const RETENTION_MS = hours(24);
/** So much of it is taken for over before it is. */
const MARGIN_MS = RETENTION_MS / 100;

/** A stream that keeps a record for a day. Its functions know the time, which stands still otherwise. */
class Expiring {
  readonly stream = new StreamWorld({ slots: 64 });
  asked = 0;
  #there = true;

  constructor() {
    this.stream.open(SHARD);
    this.stream.catalog.retainsMs = RETENTION_MS;
    const stillHas = this.stream.catalog.stillHas.bind(this.stream.catalog);
    this.stream.catalog.stillHas = async (...of) => (this.asked++, this.#there && stillHas(...of));
  }

  get nowMs(): number {
    return this.stream.world.clock.nowMs();
  }

  /** @param then the record at `reached` is still there after it */
  async pause(ms: number, then: 'kept' | 'expired' = 'expired'): Promise<void> {
    await this.stream.world.clock.sleep(ms);
    this.#there = then === 'kept';
  }

  /** A record that arrives now. */
  async take(count = 1, instance = this.stream.instance()) {
    const puts = Array.from({ length: count }, (_, i) => ['a', 1 + i] as const);
    const records = this.stream.put(SHARD, ...puts).map((one) => ({ ...one, arrivalTimeMs: this.nowMs }));
    return instance.take(SHARD, records);
  }

  tick() {
    return this.stream.instance().report(this.nowMs);
  }

  async proof() {
    return (await this.stream.head(SHARD))?.proof;
  }
}

describe('records that may have expired unread', () => {
  it('are told of before the next record, once, and the shard goes on', async () => {
    const world = new Expiring();
    await world.take();
    await world.pause(2 * RETENTION_MS);
    const possibleLoss = { fromMs: 0, toMs: RETENTION_MS + MARGIN_MS };
    expect(await world.take()).toMatchObject({ recordsIn: 1, counted: 1, commits: 2, possibleLoss });
    expect(await world.proof()).toMatchObject({ possibleLosses: 1, ...possibleLoss });
    await world.pause(hours(1));
    expect(await world.take()).toMatchObject({ commits: 1, possibleLoss: undefined });
    expect(await world.proof()).toMatchObject({ possibleLosses: 1 });
  });

  it('are told of by the tick that finds the shard empty, once', async () => {
    const world = new Expiring();
    await world.take();
    await world.pause(RETENTION_MS + hours(5));
    const possibleLosses = [{ partition: SHARD, fromMs: 0, toMs: hours(5) + MARGIN_MS }];
    expect(await world.tick()).toMatchObject({ possibleLosses });
    expect(await world.tick()).toMatchObject({ possibleLosses: [] });
    expect(await world.proof()).toEqual({
      provenMs: world.nowMs,
      possibleLosses: 1,
      fromMs: 0,
      toMs: hours(5) + MARGIN_MS,
    });
    await world.pause(2 * RETENTION_MS);
    expect(await world.tick()).toMatchObject({ possibleLosses: [{ fromMs: RETENTION_MS + hours(5) }] });
    expect(await world.proof()).toMatchObject({ possibleLosses: 2 });
  });

  it('are none while the record that was counted last is still there', async () => {
    const world = new Expiring();
    await world.take();
    await world.pause(2 * RETENTION_MS, 'kept');
    expect(await world.take()).toMatchObject({ commits: 1, possibleLoss: undefined });
    expect(world.asked).toBe(1);
  });

  it('are none of a quiet shard whose ticks go on: its log says so four times per retention, and is asked nothing', async () => {
    const world = new Expiring();
    await world.take();
    const versions: unknown[] = [];
    for (let hour = 1; hour <= 72; hour++) {
      await world.pause(hours(1));
      expect(await world.tick()).toMatchObject({ possibleLosses: [], failures: [] });
      versions.push((await world.stream.head(SHARD))?.version);
    }
    // A window that ends is one version more.
    expect(versions.at(-1)).toBeLessThanOrEqual(2 + 12);
    expect(await world.proof()).toMatchObject({ possibleLosses: 0 });
    expect(world.asked).toBe(0);
    expect(await world.take()).toMatchObject({ commits: 1, possibleLoss: undefined });
  });

  it('are one loss that grows while no record is taken', async () => {
    const { stream } = new Expiring();
    const at = { reached: 1n, processingTimeMs: 0, lastArrivalMs: 0 };
    let proof: ReadProof | undefined = NO_PROOF;
    for (const hour of [48, 49, 50]) {
      proof = await lossBeforeNext(stream.catalog, partitionOf(SHARD), { ...at, proof }, hours(hour));
      expect(proof).toMatchObject({ possibleLosses: 1, fromMs: 0, toMs: hours(hour - 24) + MARGIN_MS });
      const soon = lossBeforeNext(stream.catalog, partitionOf(SHARD), { ...at, proof }, hours(hour) + 1_000);
      expect(await soon).toMatchObject({ possibleLosses: 1, fromMs: 0, toMs: hours(hour - 24) + MARGIN_MS + 1_000 });
    }
  });

  it('are asked of nothing in a shard that is read in time, by no batch and no tick', async () => {
    const world = new Expiring();
    let asked = 0;
    const retentionMs = world.stream.catalog.retentionMs.bind(world.stream.catalog);
    world.stream.catalog.retentionMs = async (partition, atMostMs) => (
      (asked += atMostMs >= RETENTION_MS ? 1 : 0),
      retentionMs(partition, atMostMs)
    );
    for (let i = 0; i < 20; i++) {
      await world.take();
      await world.pause(hours(1));
      await world.tick();
    }
    expect([asked, world.asked]).toEqual([0, 0]);
  });

  it('are not told of a log of the release before, which kept no proof: the first tick begins one', async () => {
    const world = new Expiring();
    await world.take();
    const head = (await world.stream.head(SHARD)) as Parameters<typeof toLogItem>[2];
    const { proof: _, ...item } = toLogItem('log', 1, head);
    const before = fromLogItem(item);
    expect(before.proof).toBeUndefined();
    world.stream.world.logs.read = async () => [before];
    await world.pause(3 * RETENTION_MS);
    expect(await world.tick()).toMatchObject({ possibleLosses: [] });
  });

  it('are none of the children of a quiet shard whose ticks went on', async () => {
    const world = new Expiring();
    await world.take();
    for (let hour = 1; hour <= 72; hour++) {
      await world.pause(hours(1));
      await world.tick();
    }
    world.stream.split(SHARD, 'low', 'high');
    const first = [{ ...reading(90, 'a', 50), arrivalTimeMs: world.nowMs }];
    expect(await world.stream.instance().take('low', first)).toMatchObject({ possibleLoss: undefined });
    expect(await world.stream.head(SHARD)).toMatchObject({ proof: { possibleLosses: 0 } });
  });

  it('are none of a log that has begun without a record', async () => {
    const { stream } = new Expiring();
    const state = {
      reached: BEFORE_FIRST,
      processingTimeMs: NO_WATERMARK,
      lastArrivalMs: NO_WATERMARK,
      proof: NO_PROOF,
    };
    expect(await lossBeforeNext(stream.catalog, partitionOf(SHARD), state, hours(99))).toBeUndefined();
    expect(await proofWhenDrained(stream.catalog, partitionOf(SHARD), state, hours(99), hours(99))).toEqual({
      ...NO_PROOF,
      provenMs: hours(99),
    });
  });

  it('reach up to what expired while the shard was looked at', async () => {
    const { stream } = new Expiring();
    const state = { reached: 5n, processingTimeMs: 1, lastArrivalMs: 1, proof: NO_PROOF };
    const [lookedMs, nowMs] = [RETENTION_MS + hours(1), RETENTION_MS + hours(2)];
    expect(await proofWhenDrained(stream.catalog, partitionOf(SHARD), state, lookedMs, nowMs)).toEqual({
      provenMs: lookedMs,
      possibleLosses: 1,
      fromMs: 1,
      toMs: hours(2) + MARGIN_MS,
    });
  });

  it('are not ruled out by a batch that was read in time: what it left out may have expired before it was looked for', async () => {
    const world = new Expiring();
    await world.take();
    await world.pause(hours(1));
    const begunMs = world.nowMs;
    const records = world.stream.put(SHARD, ['a', 2]).map((one) => ({ ...one, arrivalTimeMs: begunMs }));
    await world.pause(RETENTION_MS);
    const { processor } = world.stream.instance().inner;
    const report = await processBatch(processor, { partition: partitionOf(SHARD), records, begunMs });
    expect(report.possibleLoss).toEqual({ fromMs: 0, toMs: hours(1) + MARGIN_MS });
  });

  it('are not ruled out by a clock that a shard has from its parents', async () => {
    const { stream } = new Expiring();
    const state = { reached: 5n, lastArrivalMs: 1, processingTimeMs: RETENTION_MS, proof: NO_PROOF };
    const loss = lossBeforeNext(stream.catalog, partitionOf(SHARD), state, RETENTION_MS + hours(1));
    expect(await loss).toMatchObject({ possibleLosses: 1, fromMs: 1, toMs: hours(1) + MARGIN_MS });
  });

  it('are of some time where clocks may differ, and of none where they cannot', async () => {
    const { stream } = new Expiring();
    const lossAt = (nowMs: number) => {
      const state = { reached: BEFORE_FIRST, lastArrivalMs: 1_000, processingTimeMs: 1_000, proof: NO_PROOF };
      return lossBeforeNext(stream.catalog, partitionOf(SHARD), state, nowMs);
    };
    expect(await lossAt(1_000 + RETENTION_MS - MARGIN_MS)).toBeUndefined();
    expect(await lossAt(1_001 + RETENTION_MS - MARGIN_MS)).toMatchObject({ fromMs: 1_000, toMs: 1_001 });
  });

  it('stand in the item of the log, and are read back', () => {
    for (const proof of [
      undefined,
      { ...NO_PROOF, provenMs: 5 },
      { provenMs: 9, possibleLosses: 2, fromMs: 3, toMs: 4 },
    ])
      expect(fromLogItem(toLogItem('log', 1, sampleEntry(1, { proof }))).proof).toEqual(proof);
  });

  it('are told of by the seal of a shard that ended unread, and by its children, who may have had some too', async () => {
    const world = new Expiring();
    await world.take();
    await world.pause(2 * RETENTION_MS);
    world.stream.split(SHARD, 'low', 'high');
    await world.stream.instance().take('low', [{ ...reading(90, 'a', 50), arrivalTimeMs: world.nowMs }]);
    expect(await world.stream.head(SHARD)).toMatchObject({ sealedFor: ['high', 'low'], proof: { possibleLosses: 1 } });
    expect(await world.stream.head('low')).toMatchObject({ proof: { possibleLosses: 1 } });
  });
});
