import { describe, expect, it } from '@jest/globals';
import flightsKafka from '../../../pipelines/flights-kafka.ts';
import { requireKnownTopics, unusedTopics } from '../../../lib/ingest/kafka/known-topics.ts';
import { stageSettings } from '../../../lib/settings.ts';
import { orders } from '../synthesize.ts';

const settingsFor = (topic: string) => stageSettings('dev', { kafka: { topics: { [topic]: 'existing' } } });

describe('a topic in the settings of a stage', () => {
  it('is refused when no pipeline has it, with the topics that there are', () => {
    expect(() => requireKnownTopics([flightsKafka.topology, orders], settingsFor('departurs'))).toThrow(
      expect.objectContaining({
        kind: 'invalid',
        code: 'INVALID_SETTING',
        message: 'topic in kafka.topics must be one of departures, got "departurs"; correct the name, or leave it out',
      }),
    );
    expect(() => requireKnownTopics([orders], settingsFor('departures'))).toThrow('must be one of none');
  });

  it('is taken when a pipeline has it', () => {
    expect(() => requireKnownTopics([orders, flightsKafka.topology], settingsFor('departures'))).not.toThrow();
  });

  it('is unused, not refused, when its pipeline is not deployed now', () => {
    expect(unusedTopics([orders], settingsFor('departures'))).toEqual(['departures']);
    expect(unusedTopics([flightsKafka.topology], settingsFor('departures'))).toEqual([]);
  });
});
