import { describe, expect, it } from '@jest/globals';
import { count, kinesis, pipeline, resultTable, tumbling } from '../../../engine/index.ts';
import { ANYTHING, record } from '../support/readings.ts';
import { Partition } from '../support/state.ts';

const topology = pipeline('clicks')
  .source(kinesis({ stream: 'clicks', partitionKey: 'key', schema: ANYTHING }))
  .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0 })
  .keyBy('key')
  .deduplicate({ by: ({ value }) => value, withinMs: 1_000 })
  .window(tumbling({ sizeMs: 10 }))
  .aggregate({ n: count() })
  .to(resultTable()).topology;

/** Clicks with these ids, as JSON spells them, all in one window: how many it counts, and which dead letters there are. */
function clicksOf(...ids: readonly string[]): { counted: unknown; dead: readonly string[] } {
  const partition = new Partition(topology);
  const click = (i: number, timeMs: number, id: string) => record(i, `{"key":"a","timeMs":${timeMs},"value":${id}}`);
  const { results, deadLetters } = partition.process(
    ...ids.map((id, i) => click(i, 1, id)),
    click(ids.length, 10, '"the end"'),
  );
  return { counted: results[0]?.values['n'], dead: deadLetters.map(({ code }) => code) };
}

describe('deduplicate', () => {
  it('refuses an id of 64 bits that came as a JSON number: three different ones would be one', () => {
    expect(clicksOf('1285704473650888701', '1285704473650888702', '1285704473650888703')).toEqual({
      counted: undefined,
      dead: ['ID_INVALID', 'ID_INVALID', 'ID_INVALID'],
    });
  });

  it('tells ids of 64 bits apart that came as text', () => {
    expect(clicksOf('"1285704473650888701"', '"1285704473650888702"', '"1285704473650888702"')).toEqual({
      counted: 2,
      dead: [],
    });
  });

  it.each(['9007199254740992', '-9007199254740992', '1e21', '1e400', '-1e400'])(
    'refuses the id %s, which JSON does not keep exactly',
    (id) => {
      expect(clicksOf(id)).toEqual({ counted: undefined, dead: ['ID_INVALID'] });
    },
  );

  it.each(['9007199254740991', '-9007199254740991', '0', '0.5', '1e3'])('takes the id %s', (id) => {
    expect(clicksOf(id, id)).toEqual({ counted: 1, dead: [] });
  });

  it.each([
    ['0', '-0'],
    ['7', '"7"'],
    ['1000', '1e3'],
    ['1.50', '1.5'],
  ])('takes %s and %s for one id', (one, other) => {
    expect(clicksOf(one, other)).toEqual({ counted: 1, dead: [] });
  });

  it.each(['null', 'true', '{}', '[1]', '""'])('refuses the id %s', (id) => {
    expect(clicksOf(id)).toEqual({ counted: undefined, dead: ['ID_INVALID'] });
  });

  it('says what to do with an id that is no exact number', () => {
    const { deadLetters } = new Partition(topology).process(
      record(1, '{"key":"a","timeMs":1,"value":1285704473650888701}'),
    );
    expect(deadLetters[0]?.reason).toBe(
      'id for deduplication must be a number that JSON keeps exactly, got 1285704473650888700; send it as text',
    );
  });
});
