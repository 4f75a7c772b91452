import { describe, expect, it } from '@jest/globals';
import { EMPTY_OUTBOX } from '../../../engine/outputs.ts';
import { progressOf } from '../../../engine/state/progress.ts';
import { reading } from '../support/readings.ts';
import { World } from '../support/world.ts';

const FENCED_TEXT = /^commit 2 of .+ must come first, got 2 in its slot; another instance is ahead, reload$/;

describe('one commit at a time (PL-4)', () => {
  it('puts version v + 1 after the outcome of v is known, however many batches come at once', async () => {
    const world = new World();
    const instance = world.instance();
    let inFlight = 0;
    world.logs.script = ['lost reply', 'ok', 'lost request', 'ok'];
    const put = world.logs.put.bind(world.logs);
    world.logs.put = async (...request) => {
      expect(++inFlight).toBe(1);
      try {
        return await put(...request);
      } finally {
        inFlight--;
      }
    };
    await Promise.all([1, 2, 3, 4, 5].map((i) => instance.process(reading(i, 'a', i))));
    expect((await world.entries()).map(({ version, from, reached }) => [version, from, reached])).toEqual([
      [1, -1n, 1n],
      [2, 1n, 2n],
      [3, 2n, 3n],
      [4, 3n, 4n],
      [5, 4n, 5n],
    ]);
  });
});

describe('a commit whose request is lost (PL-5)', () => {
  it('is sent again with the same bytes and counts once', async () => {
    const world = new World();
    world.logs.script = ['lost request', 'lost request'];
    await world.instance().process(reading(1, 'a', 0), reading(2, 'a', 10));
    const [first, ...others] = world.logs.puts.map(({ entry }) => entry);
    expect(others).toEqual([first, first]);
    expect(world.clock.slept).toEqual([50, 100]);
    expect((await world.head()).counters).toMatchObject({ recordsIn: 2, counted: 2 });
  });

  it('is unknown after five tries, is thrown, and is done once when the batch comes again', async () => {
    const world = new World();
    const instance = world.instance();
    world.logs.script = Array.from({ length: 5 }, () => 'lost request' as const);
    await expect(instance.process(reading(1, 'a', 0))).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'COMMIT_UNKNOWN',
      message: `commit 1 of ${world.logId} must be answered, got no answer in 5 tries; it is tried again with the next batch`,
    });
    await instance.process(reading(1, 'a', 0), reading(2, 'a', 10));
    expect(world.sink.results).toMatchObject([{ revision: 1, values: { n: 1 } }]);
  });
});

describe('a commit whose reply is lost (R-8, R-9, R-10)', () => {
  it('is recognised as our own by its id, and counts once', async () => {
    const world = new World();
    const instance = world.instance();
    world.logs.script = ['lost reply'];
    await instance.process(reading(1, 'a', 0), reading(2, 'a', 10));
    expect(await instance.process(reading(3, 'a', 20))).toMatchObject({ recordsIn: 1, recordsReplayed: 0, commits: 1 });
    expect(world.logs.reads).toBe(1);
    expect(world.sink.results.map(({ windowStartMs, revision }) => [windowStartMs, revision])).toEqual([
      [0, 1],
      [10, 1],
    ]);
  });

  it('is found on reload when all replies are lost (R-6)', async () => {
    const world = new World();
    const instance = world.instance();
    world.logs.script = Array.from({ length: 5 }, () => 'lost reply' as const);
    const batch = [reading(1, 'a', 0), reading(2, 'a', 10)];
    await expect(instance.process(...batch)).rejects.toMatchObject({ code: 'COMMIT_UNKNOWN' });
    expect(world.sink.results).toEqual([]);
    expect(await instance.process(...batch)).toMatchObject({ recordsIn: 0, recordsReplayed: 2, commits: 0 });
    expect(world.sink.results).toMatchObject([{ revision: 1, values: { n: 1 } }]);
    expect((await world.head()).version).toBe(1);
  });
});

describe('a commit that arrives late', () => {
  it('is refused once another has its version, and counts once', async () => {
    const world = new World();
    const zombie = world.instance();
    world.logs.script = Array.from({ length: 5 }, () => 'late' as const);
    const batch = [reading(1, 'a', 0), reading(2, 'a', 10)];
    await expect(zombie.process(...batch)).rejects.toMatchObject({ code: 'COMMIT_UNKNOWN' });
    await world.instance().process(...batch);
    expect((await world.logs.arriveLate()).map(({ kind }) => kind)).toEqual(
      Array.from({ length: 5 }, () => 'conflict'),
    );
    expect((await world.head()).counters).toMatchObject({ recordsIn: 2 });
    expect(world.sink.results).toHaveLength(1);
  });

  it('is refused after any number of rounds of the ring (R-1)', async () => {
    const world = new World({ slots: 4 });
    world.logs.script = Array.from({ length: 5 }, () => 'late' as const);
    await expect(world.instance().process(reading(1, 'a', 0))).rejects.toMatchObject({ code: 'COMMIT_UNKNOWN' });
    const instance = world.instance();
    for (let i = 1; i <= 13; i++) await instance.process(reading(i, 'a', i));
    const outcomes = await world.logs.arriveLate();
    expect(outcomes.every(({ kind }) => kind === 'conflict')).toBe(true);
    expect((await world.head()).counters).toMatchObject({ recordsIn: 13, counted: 13 });
  });

  it('stands when it comes first: the next one reloads, and counts once', async () => {
    const world = new World();
    const instance = world.instance();
    world.logs.script = Array.from({ length: 5 }, () => 'late' as const);
    const batch = [reading(1, 'a', 0), reading(2, 'a', 10)];
    await expect(instance.process(...batch)).rejects.toMatchObject({ code: 'COMMIT_UNKNOWN' });
    world.logs.beforePut = () => world.logs.arriveLate();
    expect(await instance.process(...batch)).toMatchObject({ recordsIn: 0, recordsReplayed: 2 });
    expect((await world.head()).version).toBe(1);
    expect(world.sink.results).toHaveLength(1);
  });
});

describe('another writer that wins', () => {
  it('makes this one reload, drop what was counted already, and count the rest once', async () => {
    const world = new World();
    const [one, other] = [world.instance(), world.instance()];
    await one.process(reading(1, 'a', 0, 1));
    await other.process(reading(1, 'a', 0, 1), reading(2, 'a', 1, 2));
    expect(await one.process(reading(2, 'a', 1, 2), reading(3, 'a', 2, 4), reading(4, 'a', 10))).toMatchObject({
      recordsIn: 2,
      recordsReplayed: 1,
    });
    expect(world.sink.results).toMatchObject([{ revision: 1, values: { n: 3, total: 7 } }]);
  });

  it('between load and put (R-3) makes this one reload too', async () => {
    const world = new World();
    const [one, other] = [world.instance(), world.instance()];
    const batch = [reading(1, 'a', 0), reading(2, 'a', 10)];
    world.logs.beforePut = () => other.process(...batch);
    expect(await one.process(...batch)).toMatchObject({ recordsIn: 0, recordsReplayed: 2 });
    expect((await world.head()).version).toBe(1);
  });

  it('makes the commit itself fail as fenced, and nothing of it is stored', async () => {
    const world = new World();
    const [one, other] = [world.instance(), world.instance()];
    await one.process(reading(1, 'a', 0));
    await other.process(reading(1, 'a', 0));
    const log = await one.use(async (open) => open);
    await other.process(reading(2, 'a', 1));
    const { state } = log;
    await expect(
      log.commit({
        change: { ...progressOf(state), reached: 9n, tables: [], timers: state.timers },
        outbox: EMPTY_OUTBOX,
      }),
    ).rejects.toMatchObject({ kind: 'fenced', code: 'FENCED', message: expect.stringMatching(FENCED_TEXT) });
    expect((await world.head()).reached).toBe(2n);
  });

  it('and is far ahead refuses a zombie that wakes (R-1)', async () => {
    const world = new World({ slots: 4 });
    const zombie = world.instance();
    await zombie.process(reading(1, 'a', 0));
    const other = world.instance();
    for (let i = 2; i <= 11; i++) await other.process(reading(i, 'a', 0));
    const report = await zombie.process(reading(2, 'a', 0), reading(3, 'a', 0));
    expect(report).toMatchObject({ recordsIn: 0, recordsReplayed: 2, commits: 0 });
    expect((await world.head()).counters.counted).toBe(11);
  });
});
