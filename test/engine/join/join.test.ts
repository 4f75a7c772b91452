import { describe, expect, it } from '@jest/globals';
import { z } from 'zod/mini';
import { from, hours, kinesis, minutes, pipeline, resultTable, type Pipeline } from '../../../engine/index.ts';
import { emptyState } from '../../../engine/state/partition-state.ts';
import { timersOf } from '../../../engine/state/rebuild-timers.ts';
import { UnionWorld } from '../exchange/union-world.ts';
import { JoinSteps, left, right, upTo } from './join-steps.ts';
import { joined } from './naive-join.ts';
import { bringOut, joinedOrders, orderOf, paymentOf, rowsOf, RULES, START_MS } from './orders.ts';

describe('two streams of which one is ahead of the other by any time', () => {
  it('give the same rows as in step with each other, and none is late', () => {
    const rows = Array.from({ length: 30 }, (_, i) => ({ id: `${i}`, key: 'k', timeMs: i * 3, amount: 1 }));
    const rules = { ...RULES, kind: 'full', upperMs: 4 } as const;
    const expected = joined(rules, { left: [rows], right: [rows] });
    const inStep = new JoinSteps(rules);
    const ahead = new JoinSteps(rules);
    const said = { inStep: [] as string[], ahead: [] as string[] };
    for (const { id, timeMs } of rows) {
      const at = { watermarkMs: timeMs };
      said.inStep.push(...inStep.take(left(id, timeMs, at), right(id, timeMs, at), upTo(timeMs)));
    }
    said.ahead.push(...ahead.take(...rows.map(({ id, timeMs }) => right(id, timeMs, { watermarkMs: timeMs }))));
    for (const { id, timeMs } of rows)
      said.ahead.push(...ahead.take(left(id, timeMs, { watermarkMs: timeMs }), upTo(timeMs)));
    expect([...said.inStep, ...inStep.take(upTo(500))].sort()).toEqual(expected);
    expect([...said.ahead, ...ahead.take(upTo(500))].sort()).toEqual(expected);
    expect([...inStep.late, ...ahead.late]).toEqual([]);
  });
});

describe('a row without a key', () => {
  it('has no partner, and comes out at once where its side is kept', () => {
    const join = new JoinSteps({ kind: 'full' });
    expect(join.take(left('l', 0, { key: null }), right('r', 0, { key: null }))).toEqual(['l + - @ 0', '- + r @ 0']);
    expect(join.waiting).toBe(0);
    expect(new JoinSteps({ kind: 'inner' }).take(left('l', 0, { key: null }), right('r', 0, { key: null }))).toEqual(
      [],
    );
  });

  it('is told from one whose key is the text null', () => {
    const join = new JoinSteps({ kind: 'left' });
    expect(join.take(left('text', 0, { key: 'null' }), left('none', 0, { key: null }))).toEqual(['none + - @ 0']);
    expect(join.take(right('r', 0, { key: 'null' }), upTo(100))).toEqual(['text + r @ 0']);
  });
});

describe('code of the pipeline that fails', () => {
  const failing = (given: string | null) => {
    if (given === 'bad') throw new Error('no such order');
  };

  it.each(['left first', 'right first'])(
    'of a pair makes a dead letter with both rows, and neither comes out alone: %s',
    (order) => {
      const join = new JoinSteps({ kind: 'full', selected: failing });
      const both = [left('bad', 1), right('r', 2)];
      expect(join.take(...(order === 'left first' ? both : both.toReversed()), upTo(100))).toEqual([]);
      expect(join.deadLetters).toMatchObject([{ code: 'RESULT_FAILED', partitionKey: 'k' }]);
      const [letter] = join.deadLetters;
      expect(JSON.parse(new TextDecoder().decode(letter?.data))).toMatchObject({
        key: 'k',
        left: { id: 'bad' },
        right: { no: 'r' },
      });
    },
  );

  it('of a condition makes a dead letter, and the rows have no partner by it', () => {
    const where = ([l, r]: readonly [number, number]): boolean => {
      if (r === 9) throw new Error('nine');
      return l < r;
    };
    const join = new JoinSteps({ kind: 'left', where });
    expect(join.take(left('l', 1), right('r', 2, { amount: 9 }), right('q', 3, { amount: 2 }))).toEqual(['l + q @ 3']);
    expect(join.take(left('m', 20), right('s', 20, { amount: 9 }), upTo(100))).toEqual(['m + - @ 20']);
    expect(join.deadLetters).toHaveLength(2);
  });

  it('of a row that comes out alone makes a dead letter, and the others come', () => {
    const join = new JoinSteps({ kind: 'left', selected: failing });
    expect(join.take(left('bad', 1), left('l', 1), upTo(100))).toEqual(['l + - @ 1']);
    expect(join.deadLetters).toHaveLength(1);
  });
});

describe('rows of one key that wait', () => {
  it('are as many as the pipeline says; what comes beyond is a dead letter, with the pairs that it would have made', () => {
    const join = new JoinSteps({ maxRowsPerKey: 2 });
    join.take(right('a', 1), right('b', 2));
    expect(join.take(left('l', 0), left('m', 0), left('n', 0), left('o', 0, { key: 'other' }))).toEqual([
      'l + a @ 1',
      'l + b @ 2',
      'm + a @ 1',
      'm + b @ 2',
    ]);
    expect(join.deadLetters).toMatchObject([{ code: 'JOIN_TOO_LARGE' }]);
    expect(join.take(upTo(100), left('p', 100))).toEqual([]);
    expect(join.waiting).toBe(1);
  });

  it('are read within the bounds alone: of 10,000 a row sees the few that can be its partners', () => {
    const seen: string[] = [];
    const where = ([, amount]: readonly [number, number]): boolean => {
      seen.push(`${amount}`);
      return true;
    };
    const join = new JoinSteps({ lowerMs: -2, upperMs: 2, where, maxRowsPerKey: 20_000 });
    join.take(...Array.from({ length: 10_000 }, (_, i) => right(`r${i}`, i * 10)));
    expect(join.waiting).toBe(10_000);
    expect(join.take(left('l', 50_001))).toEqual(['l + r5000 @ 50001']);
    expect(seen).toHaveLength(1);
  });

  it('have the timers that their tables call for', () => {
    const join = new JoinSteps({ kind: 'full', lowerMs: -7, allowedLatenessMs: 3 });
    join.take(left('l', -START_MS - 5), right('r', 20), left('m', 20), right('other', 60, { key: 'x' }));
    const again = timersOf(join.topology, { ...emptyState(join.topology), tables: join.state.tables });
    expect([again[0]?.event?.size, again[0]?.event?.top]).toEqual([4, join.state.timers[0]?.event?.top]);
  });
});

describe('a stream that is joined with itself', () => {
  const EVENT = z.object({ id: z.string(), parent: z.nullable(z.string()), timeMs: z.number() });
  const events = pipeline('itself')
    .source(kinesis({ stream: 'events', partitionKey: 'id', schema: EVENT }))
    .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0, idleTimeoutMs: minutes(1) });
  const itself = events
    .join(
      events.filter(({ parent }) => parent !== null),
      {
        kind: 'left',
        on: { left: 'id', right: 'parent' },
        lowerMs: 0,
        upperMs: 10,
        results: { left: 'text', right: 'text' },
        select: (one, child) => ({ left: one.id, right: child?.id ?? null }),
      },
    )
    .to(resultTable());

  it('is read once, and each record is on either side', async () => {
    expect(itself.fragments.map(({ receivesFrom }) => receivesFrom?.id)).toEqual([undefined, 'by-id']);
    const world = new UnionWorld(itself, { events: ['s1'] });
    await world.world.clock.sleep(START_MS + hours(2));
    const event = (id: string, parent: string | null, timeMs: number) => ({ id, parent, timeMs: START_MS + timeMs });
    await world.take('events', 's1', event('a', null, 0), event('b', 'a', 3), event('c', 'a', 12), event('d', 'b', 13));
    await world.receiveAll();
    await bringOut(world, ['events']);
    expect(rowsOf(world)).toEqual(['a + b @ 3', 'b + d @ 13', 'c + - @ 12', 'd + - @ 13']);
  });
});

describe('a side that has no rows', () => {
  const worldOf = async (given: Pipeline) => {
    const world = new UnionWorld(given, { orders: ['s1'], payments: ['0'] });
    await world.world.clock.sleep(START_MS + hours(2));
    return world;
  };
  const event = { id: 'l', key: 'k', timeMs: 0, amount: 1 };

  it.each(['orders', 'payments'] as const)('for ever holds nothing back: only %s have records', async (source) => {
    const world = await worldOf(joinedOrders({ ...RULES, kind: 'full' }));
    await world.take(source, source === 'orders' ? 's1' : '0', source === 'orders' ? orderOf(event) : paymentOf(event));
    await bringOut(world, ['orders', 'payments']);
    expect(rowsOf(world)).toEqual([source === 'orders' ? 'l + - @ 0' : '- + l @ 0']);
  });
});

describe('a join that cannot be is refused', () => {
  const schema = z.object({ id: z.string(), at: z.number() });
  const streamOf = (stream: string) =>
    from(kinesis({ stream, schema })).eventTime(({ at }) => at, { maxOutOfOrdernessMs: 0 });
  const base = () =>
    pipeline('refused')
      .source(kinesis({ stream: 'a', schema }))
      .eventTime(({ at }) => at, { maxOutOfOrdernessMs: 0 });
  const settings = {
    kind: 'inner' as const,
    on: 'id' as const,
    lowerMs: 0,
    upperMs: 1,
    results: {},
    select: () => ({}),
  };
  const join = (change: object, right: unknown = streamOf('b')) =>
    (base().join as (right: unknown, settings: unknown) => unknown)(right, { ...settings, ...change });

  it.each<[string, () => unknown, RegExp]>([
    ['without an upper bound', () => join({ upperMs: undefined }), /upperMs must be .*both bounds, .* got undefined/],
    ['with bounds that are endless', () => join({ lowerMs: -Infinity }), /lowerMs must be a whole number of ms/],
    ['with bounds that are swapped', () => join({ lowerMs: 5, upperMs: 4 }), /upperMs must be 5 or more/],
    ['of an unknown kind', () => join({ kind: 'outer' }), /kind must be one of inner, left/],
    ['without a key', () => join({ on: [] }), /on must be as many fields/],
    ['with keys that differ in number', () => join({ on: { left: ['id', 'at'], right: 'id' } }), /on must be as many/],
    ['without select', () => join({ select: undefined }), /select must be a function/],
    ['with a condition that is none', () => join({ where: true }), /where must be a function/],
    ['with room for no row', () => join({ maxRowsPerKey: 0 }), /maxRowsPerKey must be an integer above 0/],
    ['with no stream', () => join({}, kinesis({ stream: 'b', schema })), /join must be a stream of records/],
    ['with a source of the same name', () => join({}, streamOf('a')), /of sources with names of their own/],
    ['with a result named as what rows bear', () => join({ results: { key: 'text' } }), /result name must be none of/],
    [
      'of two with one side output',
      () =>
        base()
          .branch('odd', () => true)
          .join(
            streamOf('b').branch('odd', () => true),
            settings,
          ),
      /odd/,
    ],
  ])('%s', (_, build, message) => {
    expect(build).toThrow(message);
  });
});
