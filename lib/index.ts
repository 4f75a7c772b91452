/** What another CDK app may use. */
export { StreamingPipeline, type DeployedReader, type StreamingPipelineProps } from './streaming-pipeline.ts';
export { PipelineStack, type PipelineStackProps } from './pipeline-stack.ts';
export { KafkaStack, type KafkaStackProps } from './kafka-stack.ts';
export { isCreated, kafkaCluster, type KafkaClusterProps } from './ingest/kafka/kafka-cluster.ts';
export type { KafkaCluster, KafkaNetwork } from './ingest/kafka/cluster.ts';
export type * from './ingest/kafka/settings.ts';
export { stageSettings } from './settings.ts';
export type {
  LakeByFirehose,
  LakeDelivery,
  LakeFormat,
  RetainedResources,
  SchemaRegistrySettings,
  Stage,
  StageOverrides,
  StageSettings,
  StreamCapacity,
} from './settings.ts';
