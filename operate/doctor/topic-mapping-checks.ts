import { nameOfSource } from '../../engine/plan/source.ts';
import type { Topology } from '../../engine/topology.ts';
import type { KafkaMappingFacts } from '../stack/stack-facts.ts';
import { ok, problem, warning, type Finding } from './finding.ts';

/** What a mapping that polls a topic must agree on with the function that it calls. */
export function topicMappingChecks(
  kafka: KafkaMappingFacts,
  source: Topology['source'],
  environment: Readonly<Record<string, string>>,
): Finding[] {
  return [
    topic(kafka, nameOfSource(source)),
    group(kafka),
    itemFailures(kafka, environment['TIDEMARK_PARTIAL_BATCHES'] === 'yes'),
  ];
}

/** Another topic would be refused by the function, batch by batch (EVENT_MALFORMED). */
function topic({ topics }: KafkaMappingFacts, name: string): Finding {
  const lookedAt = `polls the topic ${name}`;
  const found = topics.join(', ');
  return found === name
    ? ok('mapping-topic', lookedAt, found)
    : problem('mapping-topic', lookedAt, found, 'what is deployed is not this definition: deploy it');
}

/** Without a name Lambda makes one up, and the mapping that comes after a deletion begins at the start of the topic. */
function group({ consumerGroup }: KafkaMappingFacts): Finding {
  const lookedAt = 'reads for a consumer group of a known name, of which it is the only member';
  return consumerGroup === undefined
    ? problem(
        'mapping-group',
        lookedAt,
        'none',
        'a mapping that is made again reads all of the topic again: deploy the stack again',
      )
    : ok('mapping-group', lookedAt, consumerGroup);
}

/** What the function hands back as failed is lost where nobody listens: Lambda commits its offsets. */
function itemFailures({ hearsItemFailures, pollers }: KafkaMappingFacts, handsBack: boolean): Finding {
  const lookedAt = 'the mapping hears of failed partitions where the function hands them back';
  const polled =
    pollers === undefined
      ? 'polled by Lambda on demand'
      : `${pollers.min ?? 1} to ${pollers.max ?? 'any number of'} pollers`;
  const found = `${polled}, ${hearsItemFailures ? 'hears' : 'does not hear'} item failures, TIDEMARK_PARTIAL_BATCHES=${handsBack ? 'yes' : 'no'}`;
  const hears = hearsItemFailures && pollers !== undefined;
  if (hears === handsBack) return ok('mapping-item-failures', lookedAt, found);
  return handsBack
    ? problem(
        'mapping-item-failures',
        lookedAt,
        found,
        'records of a partition that fails are lost: stop the mapping, deploy the stack again',
      )
    : warning(
        'mapping-item-failures',
        lookedAt,
        found,
        'a partition that fails holds up the others of its batch: deploy the stack again',
      );
}
