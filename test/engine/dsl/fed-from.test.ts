import { describe, expect, it } from '@jest/globals';
import { definitionSites } from '../../../engine/dsl/definition-site.ts';
import { count, fedFrom, kafka, kinesis, pipeline, resultTable, tumbling } from '../../../engine/index.ts';
import { READING } from '../support/readings.ts';

const readings = pipeline('readings')
  .source(kinesis({ stream: 'readings', partitionKey: 'key', schema: READING }))
  .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0 })
  .keyBy('key')
  .window(tumbling({ sizeMs: 10 }))
  .aggregate({ n: count() })
  .to(resultTable());

describe('a pipeline that is fed from another source', () => {
  const source = kafka({ topic: 'readings', partitionKey: 'key', schema: READING });

  it('is the same but for its name and source', () => {
    const { plan, topology } = fedFrom(readings, 'readings-kafka', source);
    const [from, ...others] = readings.plan.nodes;
    expect(plan).toEqual({ name: 'readings-kafka', nodes: [{ ...from, source }, ...others] });
    expect([topology.name, topology.source, topology.operators.map(({ schema }) => schema)]).toEqual([
      'readings-kafka',
      source,
      readings.topology.operators.map(({ schema }) => schema),
    ]);
    expect([plan, plan.nodes, topology].every(Object.isFrozen)).toBe(true);
  });

  it('keeps its exchange, from a source partitioned the same way', () => {
    const byValue = pipeline('readings')
      .source(kinesis({ stream: 'readings', partitionKey: 'key', schema: READING }))
      .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0 })
      .keyBy('value')
      .window(tumbling({ sizeMs: 10 }))
      .aggregate({ n: count() })
      .to(resultTable());
    const { topology, fragments } = fedFrom(byValue, 'readings-kafka', source);
    expect([topology.source, topology.sendsTo]).toEqual([source, byValue.topology.sendsTo]);
    expect(fragments).toHaveLength(2);
  });

  it('may have no partition key where the first one has none', () => {
    const total = pipeline('readings')
      .source(kinesis({ stream: 'readings', schema: READING }))
      .eventTime(({ timeMs }) => timeMs, { maxOutOfOrdernessMs: 0 })
      .keyAll()
      .window(tumbling({ sizeMs: 10 }))
      .aggregate({ n: count() })
      .to(resultTable());
    const unkeyed = kafka({ topic: 'readings', schema: READING });
    expect(fedFrom(total, 'readings-kafka', unkeyed).topology.source).toBe(unkeyed);
    expect(() => fedFrom(total, 'readings-kafka', source)).toThrow(
      'partitionKey must be left out, as readings has it, got "key"; leave it out',
    );
  });

  it('is defined in the module that calls fedFrom, and nowhere when fedFrom refuses', () => {
    fedFrom(readings, 'readings-elsewhere', source);
    expect(definitionSites('readings-elsewhere')).toEqual([expect.stringMatching(/fed-from\.test\.ts$/)]);
    const other = kafka({ topic: 'readings', partitionKey: 'value', schema: READING });
    expect(() => fedFrom(readings, 'readings-refused', other)).toThrow(
      expect.objectContaining({ code: 'INVALID_SETTING' }),
    );
    expect(definitionSites('readings-refused')).toEqual([]);
  });

  it('refuses another key, and what is no name', () => {
    const other = kafka({ topic: 'readings', partitionKey: 'value', schema: READING });
    expect(() => fedFrom(readings, 'readings-kafka', other)).toThrow(
      'partitionKey must be "key", as readings has it, got "value"; group by the same field',
    );
    expect(() => fedFrom(readings, 'readings-kafka', kafka({ topic: 'readings', schema: READING }))).toThrow(
      'partitionKey must be "key", as readings has it, got undefined; group by the same field',
    );
    expect(() => fedFrom(readings, 'Readings', source)).toThrow(expect.objectContaining({ code: 'INVALID_SETTING' }));
  });
});
