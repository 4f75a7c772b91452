import { describe, expect, it } from '@jest/globals';
import type { LogEntry } from '../../../engine/partition-log/entry.ts';
import { reopenedPrefix, snapshotPrefix, spillPrefix } from '../../../engine/partition-log/log-id.ts';
import { slotOf } from '../../../engine/partition-log/ring.ts';
import { reading } from '../support/readings.ts';
import { World } from '../support/world.ts';

const SLOTS = 8;
const MINUTE_MS = 60_000;
const RECOVERY_MS = 60 * MINUTE_MS;
const SETTINGS = { slots: SLOTS, inlineLimitBytes: 1, recoveryMs: RECOVERY_MS };

/** What a log table held at a moment: it can be restored to it while the recovery period lasts. */
interface Moment {
  readonly atMs: number;
  readonly table: readonly LogEntry[];
}

/** One bucket and one clock, and every log table that there has been. */
class History {
  readonly moments: Moment[] = [];
  #world = new World(SETTINGS);
  #lines = 0;

  get nowMs(): number {
    return this.#world.clock.nowMs();
  }

  /** A commit a minute, by one function; before the first one the log rests. */
  async live(minutes: number, records: number, restMs = 0): Promise<void> {
    const instance = this.#world.instance();
    await this.#world.clock.sleep(restMs);
    for (let i = 0; i < minutes; i++) {
      await this.#world.clock.sleep(MINUTE_MS);
      await this.#note();
      const from = Number((await this.#world.entries()).at(-1)?.reached ?? 0) + 1;
      await instance.process(...Array.from({ length: records }, (_, j) => reading(from + j, 'a', from + j)));
    }
    await this.#note();
  }

  async #note(): Promise<void> {
    this.moments.push({ atMs: this.nowMs, table: await this.#world.entries() });
  }

  /** Functions begin anew over the table as it was, beside the bucket as it is. */
  async restore({ table }: Moment): Promise<void> {
    this.#world = await this.#over(table);
    await this.#note();
  }

  async #over(table: readonly LogEntry[]): Promise<World> {
    const { blobs, clock } = this.#world;
    const world = Object.assign(new World(SETTINGS), { blobs, clock, commitIds: `line-${++this.#lines}` });
    for (const entry of table) await world.logs.put(world.logId, slotOf(entry.version, SLOTS), entry, undefined);
    return world;
  }

  get within(): Moment[] {
    return this.moments.filter(({ atMs }) => atMs >= this.nowMs - RECOVERY_MS);
  }

  /** Moments of the recovery period at which no function could go on. */
  async unreadable(): Promise<string[]> {
    const problems: string[] = [];
    for (const { atMs, table } of this.within) {
      const world = await this.#over(table);
      const read = world.instance().use(async ({ state }) => state.stateHash);
      const hash = await read.catch((error: unknown) => (error as { readonly code: string }).code);
      if (hash !== (table.at(-1)?.stateHash ?? 0)) problems.push(`${atMs / MINUTE_MS}: ${hash}`);
    }
    return problems;
  }

  async kept(prefix: string): Promise<number> {
    return (await this.#world.blobs.list(prefix)).length;
  }

  get logId(): string {
    return this.#world.logId;
  }
}

async function historyOf(minutes: number): Promise<History> {
  const history = new History();
  await history.live(minutes, 1);
  return history;
}

const FIRST = [2, 20, 58];
const LIVES = [
  { title: 'goes on at once', minutes: 30, records: 1, restMs: 0 },
  { title: 'takes larger batches', minutes: 40, records: 5, restMs: 0 },
  { title: 'ends before its first snapshot', minutes: 2, records: 1, restMs: 0 },
  {
    title: 'rests for longer than the recovery period first',
    minutes: 25,
    records: 1,
    restMs: RECOVERY_MS + MINUTE_MS,
  },
];

describe('a log table that is restored more than once', () => {
  describe.each(LIVES)('and $title between two restores', ({ minutes, records, restMs }) => {
    it.each(FIRST)(
      'is read at any moment of the recovery period, restored to %d moments before the last first',
      async (back) => {
        const seconds = (await afterFirst(back)).within.length;
        for (let second = 0; second < seconds; second += 13) {
          const history = await afterFirst(back);
          await history.restore(history.within[second] as Moment);
          for (const more of [3, 20]) {
            await history.live(more, 1);
            expect(await history.unreadable()).toEqual([]);
          }
        }
      },
    );

    async function afterFirst(back: number): Promise<History> {
      const history = await historyOf(80);
      await history.restore(history.within.at(-back) as Moment);
      await history.live(minutes, records, restMs);
      expect(await history.unreadable()).toEqual([]);
      return history;
    }
  });

  it('leaves nothing of the lines that were given up once the recovery period is over', async () => {
    const history = await historyOf(100);
    for (const back of [50, 3, 20]) {
      await history.restore(history.within.at(-back) as Moment);
      await history.live(10, 1);
    }
    await history.live(300, 1);
    const steady = await historyOf(430);
    for (const prefix of [snapshotPrefix, spillPrefix])
      expect(await history.kept(prefix(history.logId))).toBeLessThanOrEqual(
        (await steady.kept(prefix(steady.logId))) + 16,
      );
    expect(await history.kept(reopenedPrefix(history.logId))).toBe(0);
  });
});
