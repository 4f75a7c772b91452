import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { kinesis, lake, list, map, partitionValue, pipeline, value } from '../../../engine/index.ts';
import type { ProcessFunction } from '../../../engine/index.ts';
import type { Topology } from '../../../engine/topology.ts';
import { inheritState } from '../../../engine/state/inherit-state.ts';
import { applyChange } from '../../../engine/state/state-change.ts';
import { emptyState } from '../../../engine/state/partition-state.ts';
import { stepTick } from '../../../engine/step.ts';
import { MAX_HASH } from '../../../engine/codec/key-hash.ts';
import { READING, reading, type Reading } from '../support/readings.ts';
import { decodeSnapshot, Partition } from '../support/state.ts';

type Any = ProcessFunction<Reading, never, never, never>;

function topologyOf(given: unknown): Topology {
  return pipeline('processed')
    .source(kinesis({ stream: 'readings', partitionKey: 'key', schema: READING }))
    .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0, maxClockSkewMs: 10_000 })
    .keyBy('key')
    .process(given as Any)
    .to(lake()).topology;
}

/** What came out: values, in order. */
function run(given: unknown, ...readings: ReadonlyArray<readonly [key: string, timeMs: number, value?: number]>) {
  const partition = new Partition(topologyOf(given));
  const outboxes = readings.map(([key, timeMs, amount], i) => partition.process(reading(i, key, timeMs, amount)));
  return {
    partition,
    results: outboxes.flatMap(({ results }) => results),
    sides: outboxes.flatMap(({ sideOutputs }) => sideOutputs),
    dead: outboxes.flatMap(({ deadLetters }) => deadLetters),
  };
}

const total = {
  state: { total: value<number>() },
  results: { total: 'number' as const },
  onRecord: (
    { value: { value: amount } }: { value: Reading },
    {
      state,
      emit,
    }: { state: { total: { get(): number | undefined; set(n: number): void } }; emit(values: { total: number }): void },
  ) => {
    const next = (state.total.get() ?? 0) + amount;
    state.total.set(next);
    emit({ total: next });
  },
};

describe('a process function', () => {
  it('remembers a value per key', () => {
    const { results } = run(total, ['a', 0, 1], ['b', 1, 10], ['a', 2, 2]);
    expect(results.map(({ key, values, sequence }) => [key, values['total'], sequence])).toEqual([
      ['a', 1, 0],
      ['b', 10, 1],
      ['a', 3, 2],
    ]);
  });

  it('changes nothing for a record on which it throws', () => {
    const { partition, dead } = run(
      {
        ...total,
        onRecord: (record: never, context: never) => {
          total.onRecord(record, context);
          if ((record as { value: Reading }).value.value === 13) throw new Error('no thirteen');
        },
      },
      ['a', 0, 1],
      ['a', 1, 13],
      ['a', 2, 2],
    );
    expect(dead.map(({ code, offset }) => [code, offset])).toEqual([['USER_CODE', 1n]]);
    expect(partition.state.tables[1]?.get(0, 'a')).toMatchObject({ json: '3' });
    expect(partition.state.sequence).toBe(2);
  });

  it('is called by its timers in the order of time, once each, unless they were deleted', () => {
    const { results } = run(
      {
        results: { name: 'text', atMs: 'number' },
        onRecord: (
          { value: { value: amount } }: { value: Reading },
          {
            setTimer,
            deleteTimer,
          }: { setTimer(ms: number, name?: string): void; deleteTimer(ms: number, name?: string): void },
        ) => {
          if (amount !== 1) return;
          setTimer(20, 'late');
          setTimer(10, 'early');
          setTimer(10, 'early');
          setTimer(15, 'never');
          deleteTimer(15, 'never');
        },
        onTimer: ({ name, timeMs }: { name: string; timeMs: number }, { emit }: { emit(values: object): void }) =>
          emit({ name, atMs: timeMs }),
      },
      ['a', 0, 1],
      ['a', 9, 0],
      ['a', 10, 0],
      ['a', 50, 0],
      ['a', 60, 0],
    );
    expect(results.map(({ values }) => values)).toEqual([
      { name: 'early', atMs: 10 },
      { name: 'late', atMs: 20 },
    ]);
  });

  it('goes by processing time when a tick says so', () => {
    const topology = topologyOf({
      results: { n: 'number' },
      onRecord: (
        _record: never,
        { setProcessingTimer, processingTimeMs }: { setProcessingTimer(ms: number): void; processingTimeMs: number },
      ) => setProcessingTimer(processingTimeMs + 500),
      onTimer: (_timer: never, { emit, processingTimeMs }: { emit(values: object): void; processingTimeMs: number }) =>
        emit({ n: processingTimeMs }),
    });
    const partition = new Partition(topology);
    partition.process(reading(0, 'a', 0));
    expect(stepTick(topology, partition.state, { watermarkMs: undefined, processingTimeMs: 1_499 })).toBeUndefined();
    expect(
      stepTick(topology, partition.state, { watermarkMs: undefined, processingTimeMs: 1_500 })?.outbox.results.map(
        ({ values }) => values,
      ),
    ).toEqual([{ n: 1_500 }]);
  });

  it('keeps a list and a map, item by item', () => {
    const { results } = run(
      {
        state: { seen: list<number>(), best: map<number>() },
        results: { seen: 'json', best: 'json' },
        onRecord: (
          { key, value: { value: amount } }: { key: string; value: Reading },
          { state, emit }: { state: never; emit(values: object): void },
        ) => {
          const { seen, best } = state as {
            seen: { append(n: number): void; get(): number[]; clear(): void };
            best: {
              get(k: string): number | undefined;
              set(k: string, n: number): void;
              delete(k: string): void;
              entries(): unknown;
            };
          };
          if (amount === 0) seen.clear();
          seen.append(amount);
          best.set(`k${amount % 2}`, Math.max(amount, best.get(`k${amount % 2}`) ?? 0));
          if (amount === 9) best.delete('k0');
          emit({ seen: seen.get(), best: best.entries() });
          expect(key).toBe('a');
        },
      },
      ['a', 0, 4],
      ['a', 1, 7],
      ['a', 2, 0],
      ['a', 3, 9],
    );
    expect(results.map(({ values }) => values)).toEqual([
      { seen: [4], best: [['k0', 4]] },
      {
        seen: [4, 7],
        best: [
          ['k0', 4],
          ['k1', 7],
        ],
      },
      {
        seen: [0],
        best: [
          ['k0', 4],
          ['k1', 7],
        ],
      },
      { seen: [0, 9], best: [['k1', 9]] },
    ]);
  });

  it('forgets what has lived its time, in memory too', () => {
    const given = { ...total, state: { total: value<number>({ ttlMs: 10 }) } };
    const { results, partition } = run(given, ['a', 0, 1], ['a', 9, 1], ['a', 19, 1], ['b', 100, 1]);
    expect(results.map(({ values }) => values['total'])).toEqual([1, 2, 3, 1]);
    expect(partition.state.tables[1]?.size).toBe(1);
  });

  it('sends values to the outputs that it named, and to no other', () => {
    const given = {
      results: { n: 'number' },
      outputs: ['odd'],
      onRecord: (
        { value: { value: amount } }: { value: Reading },
        { emitTo }: { emitTo(output: string, value: unknown): void },
      ) => emitTo(amount % 2 === 1 ? 'odd' : 'even', { amount }),
    };
    const { sides, dead } = run(given, ['a', 5, 1], ['a', 6, 2]);
    expect(sides).toEqual([{ output: 'odd', key: 'a', eventTimeMs: 5, sequence: 0, value: { amount: 1 } }]);
    expect(dead.map(({ code, reason }) => [code, reason])).toEqual([
      ['OUTPUT_UNKNOWN', 'output must be one of odd, got "even"; name it in outputs'],
    ]);
  });

  it('makes a dead letter of a timer on which it throws, and goes on', () => {
    const { results, dead } = run(
      {
        results: { n: 'number' },
        onRecord: ({ eventTimeMs }: { eventTimeMs: number }, { setTimer }: { setTimer(ms: number): void }) =>
          setTimer(eventTimeMs + 1),
        onTimer: ({ timeMs }: { timeMs: number }, { emit }: { emit(values: object): void }) => {
          emit({ n: timeMs });
          if (timeMs === 1) throw new Error('not one');
        },
      },
      ['a', 0],
      ['a', 10],
      ['a', 20],
    );
    expect(results.map(({ values }) => values)).toEqual([{ n: 11 }]);
    expect(dead.map(({ code, data }) => [code, Buffer.from(data).toString()])).toEqual([
      ['RESULT_FAILED', '{"key":"a","timer":"","timeMs":1}'],
    ]);
  });

  it.each([
    ['a value that JSON does not know', (state: { total: { set(v: unknown): void } }) => state.total.set(undefined)],
    [
      'a value that is too large',
      (state: { total: { set(v: unknown): void } }) => state.total.set('x'.repeat(100_001)),
    ],
  ])('refuses %s', (_, act) => {
    const { dead } = run({ ...total, onRecord: (_record: never, { state }: { state: never }) => act(state) }, [
      'a',
      0,
      1,
    ]);
    expect(dead.map(({ code }) => code)).toEqual(['STATE_INVALID']);
  });

  it('gives a copy of what it keeps: changing it changes nothing', () => {
    const { results } = run(
      {
        state: { box: value<{ n: number }>() },
        results: { n: 'number' },
        onRecord: (
          _record: never,
          {
            state,
            emit,
          }: { state: { box: { get(): { n: number } | undefined; set(v: object): void } }; emit(values: object): void },
        ) => {
          const box = state.box.get();
          if (box === undefined) state.box.set({ n: 1 });
          else box.n = 99;
          emit({ n: state.box.get()?.n });
        },
      },
      ['a', 0],
      ['a', 1],
      ['a', 2],
    );
    expect(results.map(({ values }) => values['n'])).toEqual([1, 1, 1]);
  });
});

describe('the state of the partition', () => {
  const highest = {
    state: { highest: partitionValue<number>({ initial: 0, merge: Math.max }) },
    results: { highest: 'number' },
    onRecord: (
      { value: { value: amount } }: { value: Reading },
      { state, emit }: { state: { highest: { get(): number; set(n: number): void } }; emit(values: object): void },
    ) => {
      state.highest.set(Math.max(amount, state.highest.get()));
      emit({ highest: state.highest.get() });
    },
  };

  it('is one for all keys', () => {
    expect(run(highest, ['a', 0, 5], ['b', 1, 3]).results.map(({ values }) => values['highest'])).toEqual([5, 5]);
  });

  it('is copied to the children of a split and joined by a merge', () => {
    const topology = topologyOf(highest);
    const [one, other] = [run(highest, ['a', 0, 5]).partition, run(highest, ['b', 0, 8]).partition];
    const half = MAX_HASH / 2n;
    const lineage = { fromHash: 0n, toHash: half, parents: ['p'] };
    const child = emptyState(topology);
    applyChange(
      child,
      inheritState(topology, lineage, [{ state: one.state, range: { fromHash: 0n, toHash: MAX_HASH } }], 0),
    );
    expect(child.tables[1]?.get(0, 'partition')).toMatchObject({ json: '5' });
    const merged = emptyState(topology);
    applyChange(
      merged,
      inheritState(
        topology,
        { fromHash: 0n, toHash: MAX_HASH, parents: ['p', 'q'] },
        [
          { state: one.state, range: { fromHash: 0n, toHash: half } },
          { state: other.state, range: { fromHash: half + 1n, toHash: MAX_HASH } },
        ],
        0,
      ),
    );
    expect(merged.tables[1]?.get(0, 'partition')).toMatchObject({ json: '8' });
    expect(merged.sequence).toBe(1);
  });
});

it('whatever it does, batches and restarts change no byte (PL-12)', () => {
  const given = {
    state: { last: value<number>({ ttlMs: 7 }), all: list<number>({ ttlMs: 15 }), by: map<number>() },
    results: { last: 'json', all: 'json', by: 'json' },
    outputs: ['timer'],
    onRecord: ({ eventTimeMs, value: { value: amount } }: { eventTimeMs: number; value: Reading }, context: never) => {
      const { state, emit, setTimer, deleteTimer, setProcessingTimer } = context as {
        state: { last: never; all: never; by: never };
        emit(v: object): void;
        setTimer(ms: number, name?: string): void;
        deleteTimer(ms: number, name?: string): void;
        setProcessingTimer(ms: number): void;
      };
      const last = state.last as { get(): number | undefined; set(n: number): void; clear(): void };
      const all = state.all as { get(): number[]; append(n: number): void; clear(): void };
      const by = state.by as { set(k: string, n: number): void; delete(k: string): void; entries(): unknown };
      emit({ last: last.get(), all: all.get(), by: by.entries() });
      if (amount % 5 === 0) last.clear();
      else last.set(amount);
      if (amount % 7 === 0) all.clear();
      all.append(amount);
      by.set(String(amount % 3), amount);
      if (amount % 4 === 0) by.delete('1');
      setTimer(eventTimeMs + (amount % 11), `t${amount % 2}`);
      if (amount % 6 === 0) deleteTimer(eventTimeMs + 3, 't1');
      setProcessingTimer(1_000 + amount);
      if (amount === 13) throw new Error('no thirteen');
    },
    onTimer: (
      { name, timeMs, domain }: { name: string; timeMs: number; domain: string },
      { emitTo, state }: { emitTo(output: string, value: unknown): void; state: { last: { get(): unknown } } },
    ) => emitTo('timer', { name, timeMs, domain, last: state.last.get() ?? null }),
  };
  const topology = topologyOf(given);
  const inputs = fc.array(
    fc.record({
      key: fc.constantFrom('a', 'b'),
      timeMs: fc.integer({ min: 0, max: 60 }),
      amount: fc.nat({ max: 30 }),
      laterMs: fc.nat({ max: 40 }),
    }),
    { maxLength: 25 },
  );
  fc.assert(
    fc.property(
      inputs,
      fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 25 }),
      fc.boolean(),
      (inputList, sizes, restarts) => {
        let arrivalTimeMs = 1_000;
        const records = inputList.map(({ key, timeMs, amount, laterMs }, i) => ({
          ...reading(i, key, timeMs, amount),
          arrivalTimeMs: (arrivalTimeMs += laterMs),
        }));
        const whole = new Partition(topology);
        const expected = whole.process(...records);
        const parts = new Partition(topology);
        const outboxes = [];
        for (let at = 0, i = 0; at < records.length; at += sizes[i++] ?? 3) {
          if (restarts) Object.assign(parts.state, decodeSnapshot(parts.bytes(), topology).state);
          outboxes.push(parts.process(...records.slice(at, at + (sizes[i] ?? 3))));
        }
        expect(
          JSON.stringify(outboxes.flatMap(({ results, sideOutputs }) => [results, sideOutputs].flat()).length),
        ).toBe(JSON.stringify(expected.results.length + expected.sideOutputs.length));
        expect(JSON.stringify(outboxes.flatMap(({ results }) => results))).toBe(JSON.stringify(expected.results));
        expect(JSON.stringify(outboxes.flatMap(({ sideOutputs }) => sideOutputs))).toBe(
          JSON.stringify(expected.sideOutputs),
        );
        expect(Buffer.compare(parts.bytes(), whole.bytes())).toBe(0);
      },
    ),
    { numRuns: 300 },
  );
});
