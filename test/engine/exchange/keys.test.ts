import { describe, expect, it } from '@jest/globals';
import { count, kinesis, pipeline, resultTable, seconds, tumbling, type Pipeline } from '../../../engine/index.ts';
import { fingerprintOf, stateSchemaOf } from '../../../engine/codec/fingerprint.ts';
import { planJson } from '../../../engine/plan/plan-json.ts';
import { READING, type Reading } from '../support/readings.ts';
import { LIMITS, forever, userCode } from '../user-code/support.ts';
import { ExchangeWorld } from './exchange-world.ts';

const TIME = { maxOutOfOrdernessMs: 0, maxClockSkewMs: 1e9 };

/** Readings of a stream whose partition keys say nothing. */
const unkeyed = () =>
  pipeline('readings')
    .source(kinesis({ stream: 'departures', schema: READING }))
    .eventTime(({ timeMs }) => timeMs, TIME);

type Keyed = ReturnType<ReturnType<typeof unkeyed>['keyAll']>;

const counted = (keyed: Keyed): Pipeline =>
  keyed
    .window(tumbling({ sizeMs: 10 }))
    .aggregate({ n: count() })
    .to(resultTable());

const computed = (keyOf: (reading: Reading) => string | number): Pipeline =>
  counted(unkeyed().keyBy(keyOf, { name: 'parity', receivers: [2] }));

/** Two shards; their last records close the first window. */
async function lived(given: Pipeline): Promise<ExchangeWorld> {
  const world = new ExchangeWorld(given);
  world.open('s1', 's2');
  const instance = world.instance();
  await world.take(instance, 's1', world.put('s1', [1, 1], [2, 2], [3, 3], [1, 12]));
  await world.take(instance, 's2', world.put('s2', [1, 4], [4, 5], [6, 6], [1, 14]));
  await world.receiveAll(instance);
  return world;
}

describe('a source without a partition key', () => {
  it('brings each key together from all shards', async () => {
    const world = await lived(counted(unkeyed().keyBy('value', { receivers: [2] })));
    expect(world.counts).toEqual({ '1@0': 2, '2@0': 1, '3@0': 1, '4@0': 1, '6@0': 1 });
  });

  it('has an exchange before each key, of one field or of several', () => {
    const keyed = [unkeyed().keyBy('key'), unkeyed().keyBy('timeMs', 'value')];
    expect(keyed.map((one) => counted(one).topology.sendsTo)).toEqual([
      { id: 'by-key', keyFields: ['key'], receivers: 4, paceMs: 1_000, generation: 1 },
      { id: 'by-timeMs-value', keyFields: ['timeMs', 'value'], receivers: 4, paceMs: 1_000, generation: 1 },
    ]);
  });

  it('lets a transformation drop every field', async () => {
    const parities = unkeyed()
      .map(({ value }) => ({ parity: value % 2 === 0 ? 'even' : 'odd' }))
      .keyBy('parity')
      .window(tumbling({ sizeMs: 10 }))
      .aggregate({ n: count() })
      .to(resultTable());
    expect((await lived(parities)).counts).toEqual({ 'even@0': 3, 'odd@0': 3 });
  });

  it('is not the source of a pipeline that names its partition key, nor the other way about', () => {
    const keyed = pipeline('readings')
      .source(kinesis({ stream: 'departures', partitionKey: 'key', schema: READING }))
      .eventTime(({ timeMs }) => timeMs, TIME)
      .keyBy('key');
    const [inPlace, anew] = [counted(keyed), counted(unkeyed().keyBy('key'))].map(({ topology }) => topology);
    expect(stateSchemaOf(inPlace!)[0]).toBe('key: key');
    expect(stateSchemaOf(anew!)[0]).toBe('exchange by-key: key');
  });
});

describe('a key that a function makes', () => {
  it('brings together what has one key, whatever shard it came to', async () => {
    const world = await lived(computed(({ value }) => (value % 2 === 0 ? 'even' : 'odd')));
    expect(world.counts).toEqual({ 'even@0': 3, 'odd@0': 3 });
  });

  it('may be a number, and is the text of it', async () => {
    expect((await lived(computed(({ value }) => value % 2))).counts).toEqual({ '0@0': 3, '1@0': 3 });
  });

  it('names its exchange, which may be given another name', () => {
    const keyOf = ({ value }: Reading) => value;
    const named = (settings: { readonly exchange?: string }) =>
      counted(unkeyed().keyBy(keyOf, { name: 'parity', ...settings })).topology.sendsTo;
    expect(named({})).toEqual({
      id: 'by-parity',
      keyFields: ['parity'],
      isComputed: true,
      receivers: 4,
      paceMs: 1_000,
      generation: 1,
    });
    expect(named({ exchange: 'parities' })?.id).toBe('parities');
  });

  it('goes through an exchange also where it gives the partition key', () => {
    const keyed = pipeline('readings')
      .source(kinesis({ stream: 'departures', partitionKey: 'key', schema: READING }))
      .eventTime(({ timeMs }) => timeMs, TIME)
      .keyBy(({ key }) => key, { name: 'key' });
    expect(counted(keyed).topology.sendsTo?.id).toBe('by-key');
  });

  it('is another key than a field of its name: neither takes over state of the other', () => {
    const both = [unkeyed().keyBy('value'), unkeyed().keyBy(({ value }) => value, { name: 'value' })];
    const schemas = both.map((one) => counted(one).fragments.map((fragment) => stateSchemaOf(fragment)));
    expect(schemas.map((fragments) => fragments.map(([line]) => line))).toEqual([
      ['exchange by-value: value', 'key: value'],
      ['exchange by-value: computed value', 'key: computed value'],
    ]);
    const prints = schemas.flat().map(fingerprintOf);
    expect(new Set(prints).size).toBe(4);
  });

  it('is in the plan with its text', () => {
    const { plan } = computed(({ value }) => value % 2);
    const node = (planJson(plan) as { nodes: Array<{ kind: string; computed?: unknown }> }).nodes.find(
      ({ kind }) => kind === 'keyBy',
    );
    expect(node?.computed).toMatch(/value.*=> ?value % 2$/);
  });

  it.each<[string, (reading: Reading) => unknown, string, string]>([
    ['gives nothing', () => undefined, 'KEY_INVALID', 'parity must be a string or a number, got undefined'],
    ['gives an object', () => ({}), 'KEY_INVALID', 'parity must be a string or a number, got object'],
    ['gives a promise', () => Promise.resolve('x'), 'KEY_INVALID', 'parity must be a string or a number, got object'],
    ['gives an empty text', () => '', 'KEY_INVALID', 'parity must be 1 to 2048 bytes of valid text, got 0 characters'],
    ['gives half a letter', () => '\ud800', 'KEY_INVALID', 'parity must be 1 to 2048 bytes of valid text'],
    ['gives too long a text', () => 'x'.repeat(2_049), 'KEY_INVALID', 'parity must be 1 to 2048 bytes of valid text'],
    ['gives no number', () => Number.NaN, 'KEY_INVALID', 'parity must be a number that JSON keeps exactly, got NaN'],
    ['gives an inexact number', () => 2 ** 60, 'KEY_INVALID', 'parity must be a number that JSON keeps exactly'],
    ['throws', () => raise('no key'), 'USER_CODE', 'pipeline code must not throw, got no key'],
  ])('makes a dead letter of the record for which it %s, and counts the others', async (_, keyOf, code, reason) => {
    const given = computed((reading) => (reading.value === 3 ? (keyOf(reading) as string) : 'fine'));
    const world = await lived(given);
    expect(world.counts).toEqual({ 'fine@0': 5 });
    expect(world.world.sink.deadLetters).toEqual([
      expect.objectContaining({ code, reason: expect.stringContaining(reason), partitionKey: 's1' }),
    ]);
  });

  it('makes a dead letter of the record for which it never ends, and counts the others', async () => {
    const given = computed(({ value }) => (value === 3 ? forever() : 'fine'));
    const world = new ExchangeWorld(given, { userCode: userCode() });
    world.open('s1');
    const instance = world.instance();
    const report = await world.take(instance, 's1', world.put('s1', [1, 1], [3, 2], [2, 3], [1, 12]));
    await world.receiveAll(instance);
    expect(report).toMatchObject({ counted: 3, deadLetters: 1 });
    expect(world.world.sink.deadLetters).toEqual([
      expect.objectContaining({
        code: 'USER_CODE_TIMEOUT',
        reason: expect.stringContaining(`must end within ${LIMITS.unitMs} ms`),
      }),
    ]);
    expect(world.counts).toEqual({ 'fine@0': 2 });
  });
});

describe('the pace of an exchange', () => {
  const paceOf = (keyed: Keyed) => counted(keyed).topology.sendsTo?.paceMs;

  it('is that of its key, of whatever kind that is', () => {
    const keyOf = ({ value }: Reading) => value;
    expect(paceOf(unkeyed().keyBy('value', { paceMs: seconds(10) }))).toBe(10_000);
    expect(paceOf(unkeyed().keyBy(keyOf, { name: 'parity', paceMs: 0 }))).toBe(0);
    expect(paceOf(unkeyed().keyAll({ paceMs: seconds(30) }))).toBe(30_000);
    expect(paceOf(unkeyed().keyAll())).toBe(1_000);
  });

  it('may change while the state is there', () => {
    const schemaOf = (paceMs: number) => counted(unkeyed().keyBy('value', { paceMs })).fragments.map(stateSchemaOf);
    expect(schemaOf(0)).toEqual(schemaOf(1_000));
  });

  it('is one for all numbers of receivers that there were', () => {
    const { sendsTo } = counted(unkeyed().keyBy('value', { receivers: [2, 4], paceMs: seconds(2) })).topology;
    expect([sendsTo?.paceMs, sendsTo?.before?.paceMs]).toEqual([2_000, 2_000]);
  });
});

describe('one key for all', () => {
  it('counts everything at one receiver', async () => {
    const world = await lived(counted(unkeyed().keyAll()));
    expect(world.exchange).toEqual({
      id: 'all',
      keyFields: ['all'],
      isComputed: true,
      receivers: 1,
      paceMs: 1_000,
      generation: 1,
    });
    expect(world.counts).toEqual({ 'all@0': 6 });
  });

  it('may be of a source with a partition key, by an exchange of another name', () => {
    const keyed = pipeline('readings')
      .source(kinesis({ stream: 'departures', partitionKey: 'key', schema: READING }))
      .eventTime(({ timeMs }) => timeMs, TIME)
      .keyAll({ name: 'everything' });
    expect(counted(keyed).topology.sendsTo).toMatchObject({ id: 'everything', receivers: 1 });
  });
});

function raise(text: string): never {
  throw new Error(text);
}
