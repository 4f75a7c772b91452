import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { ResultsTable } from '../../../../lib/deliver/results-table.ts';
import type { KafkaCluster } from '../../../../lib/ingest/kafka/cluster.ts';
import { observed } from '../../../../lib/observe/observed.ts';
import { PartitionLogTable } from '../../../../lib/process/partition-log-table.ts';
import { stageSettings, type StageOverrides } from '../../../../lib/settings.ts';
import { orders } from '../../synthesize.ts';

/** What is observed of `orders` when it reads a topic, and nothing else of a stack. */
export function observedKafka(metricsName: string | undefined, overrides: StageOverrides = {}): Template {
  const stack = new Stack(new App(), 'Tidemark-orders-dev');
  const settings = stageSettings('dev', overrides);
  const functionNamed = (id: string): { readonly function: Function } => ({
    function: new Function(stack, id, { runtime: Runtime.NODEJS_24_X, handler: 'index.handler', code: Code.fromInline('0'), logGroup: new LogGroup(stack, `${id}Logs`) }),
  });
  observed(stack, 'Observe', {
    name: 'Tidemark-orders-dev',
    topology: { ...orders, source: { kind: 'kafka', topic: 'purchases', format: { kind: 'json' }, batchSize: 250, maxBatchingWindowMs: 2_000 } },
    settings,
    source: { kind: 'kafka', cluster: { metricsName } as KafkaCluster, topic: 'purchases', consumerGroup: 'tidemark-orders-dev' },
    processor: functionNamed('Processor'),
    tick: functionNamed('Tick'),
    log: new PartitionLogTable(stack, 'PartitionLog', { settings }),
    results: new ResultsTable(stack, 'Results', { identity: 'window', settings }),
    firehose: undefined,
  });
  return Template.fromStack(stack);
}
