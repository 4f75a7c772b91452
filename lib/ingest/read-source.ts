import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { PipelineHandler } from '../../lambdas/bundle.ts';
import type { FunctionEnvironment } from '../../lambdas/environment.ts';
import type { Grantee, KafkaCluster } from './kafka/cluster.ts';

/** Where records come from, as far as it is measured. */
export type ObservedSource =
  | { readonly kind: 'kinesis'; readonly stream: IStream }
  | { readonly kind: 'kafka'; readonly cluster: KafkaCluster; readonly topic: string; readonly consumerGroup: string };

/** What those who read a source need of it, whatever kind it is. */
export interface ReadSource {
  /** For people, e.g. `Kinesis stream`. */
  readonly noun: string;
  readonly handlers: { readonly process: PipelineHandler; readonly tick: PipelineHandler };
  /** What the scheduler tells the tick. */
  readonly tickEvent: Readonly<Record<string, string>>;
  /** Of the functions, beyond what every function has. */
  readonly environment: Partial<FunctionEnvironment>;
  readonly observed: ObservedSource;
  /** Lets a function prove that a partition is drained. */
  grantRead(reader: Grantee): void;
  /** Lets a producer put records. */
  grantPut(producer: Grantee): void;
}
