import { describe, expect, it } from '@jest/globals';
import { eventOf, polled, remainingOf, type PolledRecord } from '../../local/kafka/event.ts';

const at = (partition: number, offset: number): PolledRecord =>
  polled('t', partition, {
    offset: BigInt(offset),
    key: Buffer.from('k'),
    value: null,
    headers: [[Buffer.from('h'), Buffer.from([1, 200])]],
    timestampMs: 5,
    timestampType: 'CREATE_TIME',
  });
const batch = [at(0, 7), at(1, 3), at(0, 9), at(1, 4)];
const places = (records: readonly PolledRecord[]): string[] =>
  records.map(({ partition, offset }) => `${partition}@${offset}`);
const failed = (...items: Array<[partition: string, offset: number]>) => ({
  batchItemFailures: items.map(([partition, offset]) => ({ itemIdentifier: { partition, offset } })),
});

describe("Lambda's Kafka event", () => {
  it('has the records of each partition in their order, null as null', () => {
    const { records } = eventOf('t', 'localhost:1', batch);
    expect(
      Object.fromEntries(Object.entries(records).map(([name, part]) => [name, part.map(({ offset }) => offset)])),
    ).toEqual({ 't-0': [7, 9], 't-1': [3, 4] });
    expect(records['t-0']?.[0]).toEqual({
      topic: 't',
      partition: 0,
      offset: 7,
      timestamp: 5,
      timestampType: 'CREATE_TIME',
      key: 'aw==',
      value: null,
      headers: [{ h: [1, -56] }],
    });
  });
});

describe('after a partial response', () => {
  it.each<[string, unknown, string[]]>([
    ['nothing comes again when there is none', undefined, []],
    ['nothing comes again when nothing is named', failed(), []],
    ['a partition comes again from the offset that is named', failed(['t-0', 9]), ['0@9']],
    ['it comes again from the lowest that is named', failed(['t-0', 9], ['t-0', 7]), ['0@7', '0@9']],
    ['several partitions come again', failed(['t-0', 7], ['t-1', 4]), ['0@7', '0@9', '1@4']],
    ['all comes again when an unknown one is named', failed(['t-0', 9], ['t-2', 1]), places(batch)],
    ['all comes again when an offset is named that is not there', failed(['t-0', 8]), places(batch)],
    [
      'all comes again when the name is of another form',
      { batchItemFailures: [{ itemIdentifier: '7' }] },
      places(batch),
    ],
  ])('%s', (_, response, expected) => {
    expect(places(remainingOf('t', batch, response))).toEqual(expected);
  });
});
