import { describe, expect, it } from '@jest/globals';
import { mappingChecks } from '../../../operate/doctor/mapping-checks.ts';
import { topicChecks } from '../../../operate/doctor/topic-checks.ts';
import type { KafkaMappingFacts, MappingFacts } from '../../../operate/stack/stack-facts.ts';
import { notOk } from '../support/findings.ts';
import { functionFacts, kafkaMappingFacts, mappingFacts, stackFacts, topicFacts } from '../support/stack-facts.ts';
import { topicTopology } from '../support/topic-answers.ts';

const { source } = topicTopology();

describe('the checks of a mapping that polls a topic', () => {
  const check = (kafka: Partial<KafkaMappingFacts>, mapping: Partial<MappingFacts> = {}, partial = 'yes') => {
    const environment = { ...functionFacts().environment, TIDEMARK_PARTIAL_BATCHES: partial };
    return mappingChecks(
      stackFacts({
        mapping: mappingFacts({ parallelizationFactor: undefined, kafka: kafkaMappingFacts(kafka), ...mapping }),
        function: functionFacts({ environment }),
      }),
      source,
    );
  };
  const onDemand = { pollers: undefined, hearsItemFailures: false };

  it('find nothing wrong with the mapping that the stack makes, whoever polls', () => {
    expect(notOk(check({}))).toEqual({});
    expect(notOk(check(onDemand, {}, 'no'))).toEqual({});
  });

  it.each<[string, Partial<KafkaMappingFacts>, Partial<MappingFacts>, string, ReturnType<typeof notOk>]>([
    // what is wrong, of Kafka, of any mapping, TIDEMARK_PARTIAL_BATCHES
    ['that is switched off', {}, { state: 'Disabled' }, 'yes', { 'mapping-enabled': 'problem' }],
    ['with a number of retries', {}, { maximumRetryAttempts: 10 }, 'yes', { 'mapping-retries': 'problem' }],
    ['with a record age', {}, { maximumRecordAgeInSeconds: 3_600 }, 'yes', { 'mapping-record-age': 'problem' }],
    [
      'whose pollers do not tell how long they try',
      {},
      { maximumRetryAttempts: undefined, maximumRecordAgeInSeconds: undefined },
      'yes',
      { 'mapping-retries': 'problem', 'mapping-record-age': 'problem' },
    ],
    [
      'that Lambda polls on demand, without end',
      onDemand,
      { maximumRetryAttempts: undefined, maximumRecordAgeInSeconds: undefined },
      'no',
      {},
    ],
    [
      'with a destination, which ends its retries',
      {},
      { destination: 'arn:aws:s3:::failed' },
      'yes',
      { 'mapping-destination': 'problem' },
    ],
    ['that halves batches', {}, { bisects: true }, 'yes', { 'mapping-bisect': 'problem' }],
    ['with a filter', {}, { filters: 1 }, 'yes', { 'mapping-filter': 'problem' }],
    ['that starts at the end', {}, { startingPosition: 'LATEST' }, 'yes', { 'mapping-start': 'problem' }],
    ['with another batch size', {}, { batchSize: 1 }, 'yes', { 'mapping-batch': 'warning' }],
    ['that polls another topic too', { topics: ['readings', 'other'] }, {}, 'yes', { 'mapping-topic': 'problem' }],
    ['without a group', { consumerGroup: undefined }, {}, 'yes', { 'mapping-group': 'problem' }],
    [
      'that does not hear what is handed back: it would be lost',
      { hearsItemFailures: false },
      {},
      'yes',
      { 'mapping-item-failures': 'problem' },
    ],
    [
      'that is polled on demand, where nobody hears what is handed back',
      { pollers: undefined },
      {},
      'yes',
      { 'mapping-item-failures': 'problem' },
    ],
    ['that hears what nobody hands back', {}, {}, 'no', { 'mapping-item-failures': 'warning' }],
  ])('judge one %s', (_title, kafka, mapping, partial, expected) => {
    expect(notOk(check(kafka, mapping, partial))).toEqual(expected);
  });
});

describe('the checks of the topic', () => {
  it('say what is known of it, and that it was made again', () => {
    expect(topicChecks(topicFacts(), kafkaMappingFacts())).toMatchObject([
      {
        id: 'topic',
        verdict: 'ok',
        found:
          'readings, 4 partitions, id id-2, first on 2023-11-14; made again since, the logs of 1 earlier topics of this name are not looked at',
      },
      { id: 'topic-pollers', verdict: 'ok' },
    ]);
  });

  it('know nothing of a topic that was never read', () => {
    expect(notOk(topicChecks(topicFacts({ incarnations: [] }), kafkaMappingFacts()))).toEqual({ topic: 'warning' });
  });

  it('find pollers that poll nothing: a partition has one at most', () => {
    expect(topicChecks(topicFacts(), kafkaMappingFacts({ pollers: { min: 7, max: 10 } }))[1]).toMatchObject({
      verdict: 'warning',
      whatToDo: '3 of them are paid and poll nothing: lower minPollers',
    });
    expect(topicChecks(topicFacts(), kafkaMappingFacts({ pollers: undefined }))).toHaveLength(1);
  });
});
